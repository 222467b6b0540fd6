"""Work that ``edge-agent`` does in processes that end: one of a kind at a time, with a deadline.

It goes on when the browser that asked has gone away, and its result waits for the next one.
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from typing import Any

from edge_agent.clock import Clock

_ANSWER_MAX = 4_000_000
_STOP_S = 3.0


@dataclass(frozen=True, slots=True)
class Done:
    """How a chore ended.

    Attributes:
        at_ms: UTC of its end.
        answer: The last line it printed, when that is a JSON object.
        trouble: Why there is no answer.
        text: All that it printed.
        code: With which it ended; None when it never ran or was ended.
    """

    at_ms: int
    answer: dict[str, Any] | None
    trouble: str = ""
    text: str = ""
    code: int | None = None


class Chores:
    """Starts them and keeps their last results, by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: dict[str, asyncio.Task[Done]] = {}
        self._done: dict[str, Done] = {}

    def last(self, name: str) -> Done | None:
        """The last result."""
        return self._done.get(name)

    def forget(self, name: str) -> None:
        """Nobody will ask for this result again."""
        self._done.pop(name, None)

    def running(self, name: str) -> bool:
        """Whether it is being done now."""
        return name in self._running

    def start(self, name: str, words: list[str], limit_s: float) -> None:
        """Begin, unless it is being done already."""
        if name not in self._running:
            task = asyncio.create_task(self._do(name, words, limit_s), name=f"chore {name}")
            self._running[name] = task

    async def result(self, name: str, words: list[str], limit_s: float) -> Done:
        """Begin, or join who has begun, and wait. It is not ended when the one who waits is."""
        self.start(name, words, limit_s)
        return await asyncio.shield(self._running[name])

    async def close(self) -> None:
        """End what is still being done."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _do(self, name: str, words: list[str], limit_s: float) -> Done:
        try:
            done = await self._run(words, limit_s)
            self._done[name] = done
            return done
        finally:
            del self._running[name]

    async def _run(self, words: list[str], limit_s: float) -> Done:
        try:
            child = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_ANSWER_MAX,
            )
        except OSError as error:
            return Done(self._clock.utc_ms(), None, f"{words[0]}: {error.strerror}")
        try:
            async with asyncio.timeout(limit_s):
                text = await _read(child.stdout) if child.stdout else ""
                await child.wait()
        except TimeoutError:
            return Done(self._clock.utc_ms(), None, f"not done within {limit_s:.0f} s")
        finally:
            await _end(child)
        code = child.returncode
        return Done(self._clock.utc_ms(), _object(text), _trouble(text, code), text, code)


def ours(*words: str) -> list[str]:
    """A verb of ``edge-agent``, by this very interpreter."""
    return ours_module("edge_agent", *words)


def ours_module(module: str, *words: str) -> list[str]:
    """A module of ours as a program."""
    return [sys.executable, "-m", module, *words]


async def _read(stream: asyncio.StreamReader) -> str:
    text = bytearray()
    while chunk := await stream.read(65536):
        text += chunk
        if len(text) > _ANSWER_MAX:
            del text[: len(text) - _ANSWER_MAX]
    return text.decode(errors="replace")


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()


def _object(text: str) -> dict[str, Any] | None:
    last = text.rstrip().rpartition("\n")[2]
    try:
        found = json.loads(last)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _trouble(text: str, code: int | None) -> str:
    return "" if text.strip() else f"it ended with {code} and said nothing"
