"""Violations whose evidence is not sealed and told yet: what a power cut must not make forgotten.

A file each, there before the work begins and gone when the word about it is durable.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from edge_agent import durable

_NAME = re.compile(r"^[0-9A-Z]{26}\.json$")


@dataclass(frozen=True, slots=True)
class Owed:
    """A violation that evidence is owed for.

    Attributes:
        event: Id of the violation.
        t: Its UTC, ms.
    """

    event: str
    kind: str
    lane: str
    t: int


class Pending:
    """A folder of them; made when missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    def owe(self, owed: Owed) -> None:
        """Durable when this returns.

        Raises:
            OSError: The disk is full or gone.
        """
        content = json.dumps(asdict(owed)).encode()
        durable.replace(self._folder / f"{owed.event}.json", content)

    def settled(self, event: str) -> None:
        """Nothing is owed any more."""
        (self._folder / f"{event}.json").unlink(missing_ok=True)

    def owed(self) -> list[Owed]:
        """All that is owed, the oldest first; files that cannot be read are removed."""
        found = []
        for path in sorted(self._folder.iterdir()):
            try:
                if _NAME.match(path.name):
                    found.append(Owed(**json.loads(path.read_text(encoding="utf-8"))))
                    continue
            except (ValueError, TypeError):
                pass
            path.unlink()
        return found
