"""The tail of the agent's log: from the journal, or from a file where there is none."""

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.redact import in_text
from edge_agent.web.sources.chores import Chores

LINES = 200
_TAIL = 200_000
"""Bytes from the end of a file."""
_LIMIT_S = 5.0
_KNOWN = ("at", "level", "logger", "msg")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        facts: What else the line says, as text.
    """

    at: str
    level: str
    logger: str
    text: str
    facts: dict[str, str] = field(default_factory=dict)


class Log:
    """Reads the last lines."""

    def __init__(self, chores: Chores, file: Path | None) -> None:
        self._chores = chores
        self._file = file

    async def tail(self) -> tuple[list[Entry], str]:
        """The newest first, and why there are none."""
        if self._file is not None:
            try:
                return _entries(_end_of(self._file)), ""
            except OSError as error:
                return [], f"{self._file}: {error.strerror}"
        journal = shutil.which("journalctl")
        if journal is None:
            return [], "no journal"
        words = [journal, "-u", "edge-agent", "-n", str(LINES), "-o", "cat", "--no-pager", "-q"]
        done = await self._chores.result("log", words, _LIMIT_S)
        # A journal without a line of ours is no trouble.
        return _entries(done.text.splitlines()), "" if done.code == 0 else done.trouble


def _end_of(file: Path) -> list[str]:
    with file.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL))
        return stream.read().decode(errors="replace").splitlines()


def _entries(lines: Iterable[str]) -> list[Entry]:
    newest_first = [line for line in lines if line.strip()][-LINES:][::-1]
    return [_entry(line) for line in newest_first]


def _entry(line: str) -> Entry:
    """A line of ours is JSON; anything else is shown as it is, without what looks like a secret."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Entry("", "", "", in_text(line))
    facts = {key: in_text(str(value)) for key, value in said.items() if key not in _KNOWN}
    at, level, logger, text = (str(said.get(key, "")) for key in _KNOWN)
    return Entry(at, level, logger, in_text(text), facts)
