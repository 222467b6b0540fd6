"""The record of what was changed here and by whom: a chain of signed lines, as evidence has one.

The key is the page's own: who takes over the page must not be able to sign evidence.
"""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.evidence import ledger
from edge_agent.evidence.keys import load_or_make

FILE = "audit.jsonl"
KEY = "audit.key"


@dataclass(frozen=True, slots=True)
class Record:
    """What can be said of the whole record.

    Attributes:
        lines: The last ones, newest first.
        wrong: What breaks the chain; empty when it holds.
    """

    lines: list[ledger.Line]
    total: int
    wrong: str = ""


class Audit:
    """Appends, and reads back with proof.

    A chain that is broken is set aside under another name, and the new one begins by saying so: a
    damaged file must not lock out the people who come to repair.

    Args:
        folder: Where record and key lie.
        t: UTC, ms since 1970.
    """

    def __init__(self, folder: Path, t: int) -> None:
        self._path = folder / FILE
        self._key = load_or_make(folder / KEY)
        try:
            self._book = ledger.Ledger(self._path, self._key)
        except ledger.BrokenLine as error:
            aside = self._path.with_name(f"{FILE}.broken-{t}")
            self._path.replace(aside)
            self._book = ledger.Ledger(self._path, self._key)
            self.note(t, "", "set-aside", {"file": aside.name, "why": str(error)[:200]})

    def note(self, t: int, who: str, what: str, facts: dict[str, Any]) -> None:
        """Put on record; durable when it returns.

        Raises:
            OSError: It could not be written.
        """
        self._book.append(t, what, {"who": who, **facts})

    def read(self, last: int) -> Record:
        """The last lines, after the whole chain was proved."""
        lines: deque[ledger.Line] = deque(maxlen=last)
        total = 0
        try:
            for line in ledger.read(self._path, self._key.public):
                lines.append(line)
                total += 1
        except ledger.BrokenLine as error:
            return Record([*reversed(lines)], total, str(error))
        return Record([*reversed(lines)], total)
