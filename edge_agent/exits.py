"""Exit codes of every command; what each means is printed by ``edge-agent --help``."""

from enum import IntEnum


class Exit(IntEnum):
    """Part of the interface: scripts and systemd rely on them."""

    OK = 0
    NEGATIVE = 1
    CONFIG = 2
    UNREACHABLE = 3
    BUG = 70
    INTERRUPTED = 130


MEANING = {
    Exit.OK: "done, nothing wrong",
    Exit.NEGATIVE: "done, and the answer is no: something was found, lost or missing",
    Exit.CONFIG: "wrong configuration or wrong usage",
    Exit.UNREACHABLE: "a device, the broker or the running agent cannot be reached",
    Exit.BUG: "a bug: run again with --debug and report what it prints",
    Exit.INTERRUPTED: "interrupted from the keyboard",
}
