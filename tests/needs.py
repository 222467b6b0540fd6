"""What a test needs from the machine, and whether it is there."""

import os
import shutil
from collections.abc import Iterable

SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""Daemons such as mosquitto live where an unprivileged PATH does not look."""


def find(program: str) -> str | None:
    """Where a program is; None when it is not installed."""
    return shutil.which(program, path=SYSTEM_PATH)


def missing(needs: Iterable[str]) -> list[str]:
    """Of the needs, those not met here: ``root`` is a right, every other word a program."""
    return [need for need in needs if not _met(need)]


def _met(need: str) -> bool:
    if need == "root":
        return os.geteuid() == 0
    return find(need) is not None
