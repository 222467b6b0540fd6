"""Where people ask for the alarms and put them away; keeps the book over a restart.

A question is one line of JSON: ``{"do": "list"}``; ``{"do": "shelve", "id": "cab1/door-open",
"who": …, "why": …, "for_s": 7200}``; ``{"do": "unshelve", "id": …, "who": …}``. So is the answer:
the table, or ``{"trouble": …}``.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from edge_agent import durable
from edge_agent.alarming import kept
from edge_agent.alarming.alarm import Change, Shelf
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rows import table
from edge_agent.alarming.rules import AlarmRule, Rules
from edge_agent.clock import Clock, stamp

SOCKET = "alarms.sock"
Tell = Callable[[Sequence[Change]], None]


class AlarmDesk:
    """One of a unit. Loop thread only.

    Args:
        site: ``[alarms]`` of the site file.
        state_dir: Where the book is kept.
        clock: Time.

    Attributes:
        book: Of the alarms.
        tell: Takes what is to be told of what people did; set before anybody asks.
    """

    def __init__(self, site: Mapping[str, AlarmRule], state_dir: Path, clock: Clock) -> None:
        self.book = AlarmBook(Rules(site))
        self.tell: Tell | None = None
        self._file = state_dir / kept.FILE
        self._clock = clock
        self._log = structlog.get_logger("alarms")
        self._saving = asyncio.Lock()
        alarms, trouble = kept.load(self._file)
        if trouble:
            self._log.warning("alarms begin anew", file=kept.FILE, why=trouble)
        self.book.restore(alarms)
        self._saved = kept.packed(self.book.alarms())

    async def answer(self, question: bytes) -> bytes:
        """What is asked for, or why it cannot be had."""
        try:
            told = await self._answer(json.loads(question or b'{"do":"list"}'))
        except KeyError as error:
            told = {"trouble": f"no such alarm, or nothing to undo: {error.args[0]}"}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            told = {"trouble": f"not understood: {error}"}
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    async def keep(self) -> None:
        """Write the book down when it has changed; a full disk costs the next run its shelves."""
        try:
            await self._save()
        except OSError as error:
            self._log.warning("alarms not kept", why=error.strerror)

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        now = stamp(self._clock)
        do = asked.get("do", "")
        if do == "list":
            return table(self.book, now)
        if do not in ("shelve", "unshelve"):
            raise ValueError('do: "list", "shelve" or "unshelve"')
        about, _, code = str(asked.get("id", "")).rpartition("/")
        who = str(asked.get("who", ""))
        if do == "shelve":
            until = now.utc_ms + round(float(asked.get("for_s", 0)) * 1000)
            shelf = Shelf(who, str(asked.get("why", "")), until)
            changes = self.book.shelve(about, code, shelf, now)
            self._log.warning("alarm shelved", alarm=asked["id"], by=who, why=shelf.why)
        elif not who.strip():
            raise ValueError("who?")
        else:
            changes = self.book.unshelve(about, code, now)
            self._log.warning("alarm unshelved", alarm=asked["id"], by=who)
        if self.tell is not None:
            self.tell(changes)
        try:
            await self._save()
        except OSError as error:
            return table(self.book, now) | {"warning": f"a restart forgets it: {error.strerror}"}
        return table(self.book, now)

    async def _save(self) -> None:
        async with self._saving:
            content = kept.packed(self.book.alarms())
            if content != self._saved:
                await asyncio.to_thread(durable.replace, self._file, content)
                self._saved = content
