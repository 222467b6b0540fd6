"""Every site file that was in force through this page, to look at and to go back to."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from edge_agent import durable

KEPT = 50
_NAME = re.compile(r"^(\d{5})-(\d{1,15})-([0-9a-f]{16})\.toml$")


@dataclass(frozen=True, slots=True)
class Version:
    """One of them.

    Attributes:
        id: Number, as people say it.
        at_ms: UTC when it was kept.
        fingerprint: As ``edge-agent check`` prints it.
    """

    id: int
    at_ms: int
    fingerprint: str
    path: Path


class Versions:
    """A folder of them; the oldest make way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Version]:
        """Newest first."""
        found = []
        for path in self._folder.glob("*.toml"):
            match = _NAME.match(path.name)
            if match:
                found.append(Version(int(match[1]), int(match[2]), match[3], path))
        return sorted(found, key=lambda version: -version.id)

    def get(self, number: int) -> bytes | None:
        """The content of one."""
        for version in self.all():
            if version.id == number:
                return version.path.read_bytes()
        return None

    def keep(self, content: bytes, now_ms: int) -> int:
        """Keep a content; the number of what has it, a new one unless the last one is the same.

        Raises:
            OSError: It could not be written.
        """
        known = self.all()
        mark = fingerprint(content)
        if known and known[0].fingerprint == mark:
            return known[0].id
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = known[0].id + 1 if known else 1
        durable.replace(self._folder / f"{number:05}-{now_ms}-{mark}.toml", content)
        for old in known[KEPT - 1 :]:
            old.path.unlink(missing_ok=True)
        return number


def fingerprint(content: bytes) -> str:
    """First 16 hexadecimal digits of the SHA-256, as everywhere."""
    return hashlib.sha256(content).hexdigest()[:16]
