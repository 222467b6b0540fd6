"""Small files that are there whole or not at all, whatever a power cut interrupts."""

import contextlib
import os
from pathlib import Path


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
    sync(path.parent)


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
