"""``python -m edge_agent.simulators.demo.leash COMMAND…``: COMMAND, which ends with its parent.

A demo that is killed can end nobody. What it leaves behind holds ports and serial lines, and the
next demo on this machine is the one that fails.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); kept across execve(2)


def main(argv: list[str]) -> None:
    """Become the command."""
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() == parent:  # else it was killed a moment ago, and nobody will tell
        os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
