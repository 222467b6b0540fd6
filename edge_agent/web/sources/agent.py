"""The running agent, asked at its doors: at most once a second, however many tabs are open."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from edge_agent import door
from edge_agent.clock import Clock
from edge_agent.errors import StatusError
from edge_agent.web.render import zone_of

STATUS, PASSAGES, ALARMS = "status.sock", "passages.sock", "alarms.sock"
"""As the agent names its doors. Their answers are read as plain JSON: the agent's own models would
cost this process more memory than all else."""

_QUESTIONS = {ALARMS: b'{"do":"list"}'}
_FRESH_NS = 1_000_000_000
_TIMEOUT_S = 2.0
_DEFAULT_ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door told.

    Attributes:
        snapshot: None when nobody answers; ``trouble`` says why.
    """

    snapshot: dict[str, Any] | None
    trouble: str = ""


@dataclass
class _Door:
    name: str
    asked_ns: int | None = None
    answer: Answer = field(default_factory=lambda: Answer(None))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Agent:
    """What the agent says of itself."""

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._state_dir = state_dir
        self._clock = clock
        self._doors = {name: _Door(name) for name in (STATUS, PASSAGES, ALARMS)}
        self._zone: tuple[str, tzinfo] = ("", UTC)

    async def status(self) -> Answer:
        """As ``edge-agent status --json``."""
        return await self._ask(self._doors[STATUS])

    async def passages(self) -> Answer:
        """The last vehicles, masked, and what signals showed.

        ``tz``; ``passages``, each a number and an event; ``signals``, the events of changes.
        """
        return await self._ask(self._doors[PASSAGES])

    async def alarms(self) -> Answer:
        """As ``edge-agent alarms --json``."""
        return await self._ask(self._doors[ALARMS])

    async def alarm(self, asked: Mapping[str, Any]) -> Answer:
        """Have something done to an alarm; what is known of the agent is then asked anew."""
        question = json.dumps(asked, ensure_ascii=False).encode()
        answer = await asyncio.to_thread(_knock, self._state_dir, ALARMS, question)
        self.forget()
        return answer

    async def zone(self) -> tzinfo:
        """Where the unit stands; UTC where nobody says, or this machine knows no zones."""
        answer = await self.passages()
        name = str((answer.snapshot or {}).get("tz") or _DEFAULT_ZONE)
        if name != self._zone[0]:
            self._zone = (name, zone_of(name) or UTC)
        return self._zone[1]

    def forget(self) -> None:
        """Ask anew next time: something was changed."""
        for each in self._doors.values():
            each.asked_ns = None

    async def _ask(self, asked: _Door) -> Answer:
        async with asked.lock:
            now = self._clock.mono_ns()
            if asked.asked_ns is None or now - asked.asked_ns >= _FRESH_NS:
                asked.answer = await asyncio.to_thread(
                    _knock, self._state_dir, asked.name, _QUESTIONS.get(asked.name, b"")
                )
                asked.asked_ns = now
        return asked.answer


def _knock(state_dir: Path, name: str, question: bytes) -> Answer:
    try:
        told = json.loads(door.knock(state_dir, name, _TIMEOUT_S, question))
    except StatusError as error:
        return Answer(None, str(error))
    except ValueError:
        return Answer(None, f"{name}: the answer is no JSON")
    return Answer(told) if isinstance(told, dict) else Answer(None, f"{name}: not an answer")
