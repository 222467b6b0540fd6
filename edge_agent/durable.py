"""Small files that are there whole or not at all, whatever a power cut interrupts."""

import contextlib
import os
import re
from functools import cache
from pathlib import Path

_HALF = re.compile(r"\.\d+\..")
_WRITTEN_S = 60.0
"""No half is written for so long: what is older was left by a power cut."""


def replace(path: Path, content: bytes, mode: int = 0o600, *, as_neighbours: bool = False) -> None:
    """Replace a file: after a power cut it is the old one or the new one, never half.

    Args:
        path: In a folder that is there.
        content: All of it.
        mode: Of the new one, whatever the umask.
        as_neighbours: What root writes belongs to whom the old one belonged, or else the folder.

    Raises:
        OSError: The disk is full, read-only or gone; the file is as before.
    """
    # Ends like the file itself, so that whoever sweeps halves knows whose they are.
    fresh = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as out:
            os.fchmod(out.fileno(), mode)
            out.write(content)
            if as_neighbours and os.geteuid() == 0:
                owner = (path if path.exists() else path.parent).stat()
                os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    _sweep(path.parent)
    sync(path.parent)


@cache
def _sweep(folder: Path) -> None:
    """Remove what a power cut left in a folder; once a process, for it leaves none itself."""
    with contextlib.suppress(OSError):
        now = folder.stat().st_mtime  # it was just written to
        for path in folder.iterdir():
            if _HALF.match(path.name) and path.stat().st_mtime < now - _WRITTEN_S:
                path.unlink()


def sync(folder: Path) -> None:
    """Make new names, renames and removals in a folder durable.

    Raises:
        OSError: The disk is gone.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
