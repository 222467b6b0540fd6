"""What cameras see now, asked at their windows: once a second each, however many people look."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from edge_agent import door
from edge_agent.clock import Clock
from edge_agent.errors import StatusError

Kind = Literal["view", "plain"]
_FRESH_NS = 900_000_000
_FORGET_NS = 10_000_000_000
_KEPT = 3
"""Pictures of a camera: a browser asks for one after it was told of it."""
_TIMEOUT_S = 2.5


@dataclass(frozen=True, slots=True)
class Seen:
    """A camera's picture and what was found in it.

    Attributes:
        head: As ``vision.live`` tells it: ``at``, ``size``, ``vehicles``, ``lines``, …
        taken_ns: Monotonic time of the frame.
    """

    head: dict[str, Any]
    jpeg: bytes
    taken_ns: int

    @property
    def at_ms(self) -> int:
        """UTC of the frame; names the picture."""
        return int(self.head["at"])


@dataclass
class _Window:
    asked_ns: int | None = None
    kept: list[Seen] = field(default_factory=list)
    trouble: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Cameras:
    """Asks the cameras' own processes; the agent is not in between.

    Args:
        state_dir: The agent's, where the sockets lie.
        clock: Time.
    """

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._state_dir = state_dir
        self._clock = clock
        self._windows: dict[tuple[str, Kind], _Window] = {}

    async def look(self, name: str, kind: Kind = "view") -> tuple[Seen | None, str]:
        """What it sees, or why nobody can tell."""
        self._forget()
        window = self._windows.setdefault((name, kind), _Window())
        async with window.lock:
            now = self._clock.mono_ns()
            if window.asked_ns is None or now - window.asked_ns >= _FRESH_NS:
                seen, window.trouble = await self._ask(name, kind)
                window.asked_ns = self._clock.mono_ns()
                if seen is None:
                    window.kept.clear()
                elif not window.kept or window.kept[-1].at_ms != seen.at_ms:
                    window.kept = [*window.kept, seen][-_KEPT:]
        return (window.kept[-1] if window.kept else None), window.trouble

    def picture(self, name: str, at_ms: int, kind: Kind = "view") -> bytes | None:
        """A picture that ``look`` told of lately."""
        self._forget()
        window = self._windows.get((name, kind))
        kept = window.kept if window else []
        return next((seen.jpeg for seen in kept if seen.at_ms == at_ms), None)

    def _forget(self) -> None:
        """Nobody looks there any more."""
        now = self._clock.mono_ns()
        self._windows = {
            key: window
            for key, window in self._windows.items()
            if window.asked_ns is None or now - window.asked_ns < _FORGET_NS
        }

    async def _ask(self, name: str, kind: Kind) -> tuple[Seen | None, str]:
        try:
            told = await door.call(self._state_dir, f"{kind}-{name}.sock", _TIMEOUT_S)
            head, _, jpeg = told.partition(b"\n")
            known = json.loads(head)
            age_ns = int(known["age_ms"]) * 1_000_000
            seen = Seen(known, jpeg, self._clock.mono_ns() - age_ns)
            seen.at_ms  # noqa: B018 - without it there is no name for the picture
        except StatusError as error:
            return None, str(error)
        except (ValueError, KeyError, TypeError):
            return None, "it gives no picture"
        return seen, ""
