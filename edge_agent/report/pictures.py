"""Small pictures of violations, from masked copies of sealed packages that prove themselves."""

import json
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from edge_agent.errors import EvidenceError
from edge_agent.evidence.container import MANIFEST, first_size, header_size
from edge_agent.evidence.keys import PublicKey
from edge_agent.evidence.verify import Package, open_package
from edge_agent.report.thumbnail import thumbnail

_ROLES = ("frame-at", "frame-after", "frame-before")
"""The best first; close-ups of plates are none, and in a frame so small no plate is legible."""
_PEEK = 1 << 18
"""Bytes in which a manifest surely ends."""
_PICTURES = (".jpg", ".jpeg")


class Pictures:
    """Finds a picture by the event that it shows.

    Args:
        folder: Searched with all below it.
        key: Of the unit that sealed them.
        wanted: Ids of events.

    Attributes:
        broken: Packages that did not prove themselves.
    """

    def __init__(self, folder: Path, key: PublicKey, wanted: Iterable[str]) -> None:
        self._found: dict[str, str] = {}
        self.broken: list[Path] = []
        asked = set(wanted)
        for path in sorted(folder.rglob("*.zip")):
            with path.open("rb") as file:
                start = file.read(_PEEK)
            if _is_copy_of(start, asked):
                self._take(path, path.read_bytes(), key)

    def of(self, event: str) -> str | None:
        """A ``data:`` address; None when there is no masked picture."""
        return self._found.get(event)

    def _take(self, path: Path, data: bytes, key: PublicKey) -> None:
        try:
            package = open_package(data, key)
        except EvidenceError:
            self.broken.append(path)
            return
        # Peeked at unproved before: now it counts.
        if package.manifest.about.copy_of is None:
            return
        picture = _best(package)
        small = None if picture is None else thumbnail(picture)
        if small is not None:
            address = f"data:image/jpeg;base64,{b64encode(small).decode()}"
            self._found[package.manifest.about.event] = address


def _is_copy_of(data: bytes, wanted: set[str]) -> bool:
    """Whether the manifest says so: nothing is opened that would not be shown."""
    size = first_size(data)
    if size is None:
        return False
    head = header_size(MANIFEST)
    try:
        about = json.loads(data[head : head + size])["about"]
        return about["event"] in wanted and about.get("copy_of") is not None
    except (ValueError, KeyError, TypeError):
        return False


def _best(package: Package) -> bytes | None:
    by_role = {
        file.role: file.name
        for file in reversed(package.manifest.files)
        if file.name.endswith(_PICTURES)
    }
    name = next((by_role[role] for role in _ROLES if role in by_role), None)
    return None if name is None else package.files[name]
