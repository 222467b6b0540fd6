"""A new site file is on trial: who does not confirm it in time gets the old one back.

What is on trial stands in a file, so that a crash or a power cut is no confirmation either.
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_agent import durable
from edge_agent.clock import Clock
from edge_agent.web.access.safe import Safe, SafeError
from edge_agent.web.change.versions import Versions, fingerprint
from edge_agent.web.sources.agent import Agent

FILE = "trial.json"
TRIAL_S = 90
PROVISION, PENDING = "provision", "pending.json"
"""Where provisioning notes what it has put on trial: two at once would undo each other."""
_LOOK_S = 1.0
_NS = 1_000_000_000
_log = logging.getLogger("web")


@dataclass(frozen=True, slots=True)
class Trial:
    """A site file that nobody has confirmed yet.

    Attributes:
        before, after: Numbers of the versions.
        left_s: Until it is undone.
        fingerprint: Of the file on trial.
    """

    before: int
    after: int
    who: str
    left_s: int
    fingerprint: str


class Conflict(Exception):  # noqa: N818 - reads as the thing it is
    """It cannot be done as things stand; ``args[0]`` is a key of the words."""


class Trials:
    """There is at most one."""

    def __init__(
        self,
        config: Path,
        folder: Path,
        versions: Versions,
        safe: Safe,
        clock: Clock,
        agent: Agent,
        restart: bool,
        kill: Callable[[int, int], None] = os.kill,
    ) -> None:
        self._config = config
        self._note = folder / FILE
        self._other = folder.parent / PROVISION / PENDING
        self._versions = versions
        self._safe = safe
        self._clock = clock
        self._agent = agent
        self._restart = restart
        self._kill = kill
        self._alone = asyncio.Lock()
        self._until_ns: int | None = None
        self._running: tuple[int, int, str, str] | None = None

    def now(self) -> Trial | None:
        """What is on trial."""
        if self._running is None or self._until_ns is None:
            return None
        left = max(0, -(-(self._until_ns - self._clock.mono_ns()) // _NS))
        before, after, who, mark = self._running
        return Trial(before, after, who, left, mark)

    async def apply(self, content: bytes, base: str, who: str) -> None:
        """Put a sound file in force, on trial.

        Args:
            content: Judged before.
            base: Fingerprint of the file that the change was made from.
            who: For the record.

        Raises:
            Conflict: Somebody else was faster, or nothing changes.
            OSError: It could not be written; all is as before.
        """
        async with self._alone:
            await self._apply(content, base, who)

    async def _apply(self, content: bytes, base: str, who: str) -> None:
        if self._running is not None:
            raise Conflict("conflict-trial")
        if self._other.exists():
            raise Conflict("conflict-provision")
        old = self._config.read_bytes()
        if fingerprint(old) != base:
            raise Conflict("conflict-changed")
        if content == old:
            raise Conflict("conflict-same")
        now_ms = self._clock.utc_ms()
        before = self._versions.keep(old, now_ms)
        after = self._versions.keep(content, now_ms)
        mark = fingerprint(content)
        await self._safe.note(who, "config-applied", before=base, after=mark, version=after)
        facts = {"before": before, "after": after, "who": who, "fingerprint": mark}
        durable.replace(self._note, json.dumps(facts).encode())
        try:
            self._write(content)
        except OSError:
            self._note.unlink()
            raise
        self._running = (before, after, who, mark)
        self._until_ns = self._clock.mono_ns() + TRIAL_S * _NS
        await self._tell_agent()

    async def confirm(self, mark: str, who: str) -> None:
        """It is good: keep it.

        Raises:
            Conflict: That file is not on trial (any more).
        """
        async with self._alone:
            if self._running is None or self._running[3] != mark:
                raise Conflict("conflict-over")
            version = self._running[1]
            await self._safe.note(who, "config-confirmed", fingerprint=mark, version=version)
            self._note.unlink(missing_ok=True)
            self._running = self._until_ns = None

    async def undo(self, who: str, why: str) -> None:
        """Put the old one back.

        Raises:
            Conflict: Nothing is on trial.
            OSError: It could not be written; it will be tried again.
        """
        async with self._alone:
            await self._undo(who, why)

    async def _undo(self, who: str, why: str) -> None:
        if self._running is None:
            raise Conflict("conflict-over")
        before, _, _, mark = self._running
        content = self._versions.get(before)
        if content is None:
            raise Conflict("conflict-lost")
        if fingerprint(self._config.read_bytes()) == mark:
            self._write(content)
        await self._safe.note(who, "config-undone", why=why, fingerprint=mark, version=before)
        self._note.unlink(missing_ok=True)
        self._running = self._until_ns = None
        await self._tell_agent()

    async def watch(self) -> None:
        """Undo what is not confirmed in time; what an earlier run left, at once. Runs for ever."""
        self._take_up()
        while True:
            if self._until_ns is not None and self._clock.mono_ns() >= self._until_ns:
                try:
                    await self.undo("", "not confirmed")
                except (OSError, SafeError, Conflict) as error:
                    _log.error("a configuration on trial cannot be undone: %s", error)
            await self._clock.sleep(_LOOK_S)

    def _take_up(self) -> None:
        try:
            facts = json.loads(self._note.read_bytes())
            self._running = (
                int(facts["before"]), int(facts["after"]), str(facts["who"]),
                str(facts["fingerprint"]),
            )  # fmt: skip
            self._until_ns = self._clock.mono_ns()
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            # Half a note cannot be: it is written whole. Another's file is not obeyed.
            self._note.unlink(missing_ok=True)

    def _write(self, content: bytes) -> None:
        mode = self._config.stat().st_mode & 0o777
        durable.replace(self._config, content, mode)

    async def _tell_agent(self) -> None:
        """The agent reads its file when it starts: ended in order, it is started anew."""
        answer = await self._agent.status()
        self._agent.forget()
        if not self._restart or answer.snapshot is None:
            return
        try:
            await asyncio.to_thread(self._kill, int(answer.snapshot["pid"]), signal.SIGTERM)
        except (OSError, KeyError, ValueError) as error:
            _log.warning("the agent could not be told to start anew: %s", error)
