"""Unix sockets below a folder, however long the folder's path is.

An address holds 107 bytes; the way through /proc is always short.
"""

import contextlib
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any


def bound(path: Path, mode: int) -> socket.socket:
    """A stream socket at a path, in the place of an old one; it does not listen yet.

    Between bind and listen nobody can connect: the mode is right before the first client.

    Raises:
        OSError: There is no such folder, it is not ours, or something else has this name.
    """
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
    made = _at(path, lambda listener, name: listener.bind(name))
    try:
        path.chmod(mode)
    except OSError:
        made.close()
        raise
    return made


def connected(path: Path, timeout_s: float) -> socket.socket:
    """A client of the socket at a path, with this timeout.

    Raises:
        OSError: Nobody listens there, it is not for us, or it is too crowded.
    """
    return _at(path, lambda client, name: client.connect(name), timeout_s)


def _at(
    path: Path, use: Callable[[socket.socket, str], Any], timeout_s: float | None = None
) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(timeout_s)
    descriptor = -1
    try:
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        use(made, f"/proc/self/fd/{descriptor}/{path.name}")
    except BaseException:
        made.close()
        raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return made
