"""Space kept back for the day on which another program fills the disk.

A full disk refuses DELETE as well, for the write-ahead log must grow first. So a few files of real
blocks lie beside the spool: giving them up frees the space, and the inodes, that it takes to make
room in an orderly way. They are made again when the disk has plenty.
"""

import os
from pathlib import Path

_FILES = 4
_PLENTY = 3
"""Times the ballast that must be free before it is made again."""

_NOTHING = 65_536


class Ballast:
    """Files ``<spool>.ballast-<n>``."""

    def __init__(self, spool: Path, size_bytes: int) -> None:
        self._folder = spool.parent
        self._each = size_bytes // _FILES
        self._paths = [spool.with_name(f"{spool.name}.ballast-{n}") for n in range(_FILES)]

    def drop(self) -> bool:
        """Give the space up; False when there was none to give."""
        held = False
        for path in self._paths:
            try:
                path.unlink()
                held = True
            except FileNotFoundError:
                continue
            except OSError:
                # Read-only: nothing can be freed, and nothing is lost by not freeing it.
                return held
        return held

    def take(self) -> bool:
        """Make the files if the disk has plenty; True when they all exist."""
        if self._each == 0:
            return False
        if not self.plenty():
            return False
        try:
            for path in self._paths:
                if not path.exists() or path.stat().st_size < self._each:
                    self._make(path)
        except OSError:
            # Somebody was faster: better no ballast than a full disk by our hand.
            self.drop()
            return False
        return True

    def plenty(self) -> bool:
        """Whether the disk has room enough that nobody need hurry."""
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return False
        need = _PLENTY * (self._each * _FILES + 1_000_000)
        return disk.f_bavail * disk.f_frsize > need

    def exhausted(self) -> bool:
        """Whether the disk has next to nothing left, in bytes or in inodes."""
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return False
        no_inodes = disk.f_files > 0 and disk.f_favail == 0
        return disk.f_bavail * disk.f_frsize < _NOTHING or no_inodes

    def _make(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(handle, 0, self._each)
        finally:
            os.close(handle)
