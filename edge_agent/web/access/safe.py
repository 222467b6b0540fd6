"""Passwords and the record of changes, by way of a process that ends (``vault``)."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from edge_agent.clock import Clock
from edge_agent.errors import EdgeError

_LIMIT_S = 20.0
_ANSWER_MAX = 4_000_000

Ask = Callable[[Path, dict[str, Any]], Awaitable[dict[str, Any]]]


class SafeError(EdgeError):
    """Nothing can be put on record, or no password judged: nothing may be changed."""


class Safe:
    """One request at a time: the record has one writer, and a hash takes memory.

    Args:
        folder: Of the page.
        clock: Time of what is put on record.
        ask: How the vault is asked; a process of its own when left out.
    """

    def __init__(self, folder: Path, clock: Clock, ask: Ask | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._ask: Ask = ask or in_a_process
        self._alone = asyncio.Lock()

    async def note(self, who: str, what: str, **facts: str | int) -> None:
        """Put on record; durable when it returns. A change that cannot be recorded is not made.

        Raises:
            SafeError: It could not be written.
        """
        await self._do("note", who=who, what=what, facts=facts)

    async def read(self, last: int) -> dict[str, Any]:
        """The last lines, newest first, ``total``, and ``wrong``: what breaks the chain.

        Raises:
            SafeError: It cannot be read.
        """
        record: dict[str, Any] = (await self._do("read", last=last))["record"]
        return record

    async def hashed(self, password: str) -> str:
        """What may be stored.

        Raises:
            SafeError: It could not be made.
        """
        return str((await self._do("hash", password=password))["hash"])

    async def fits(self, password: str, stored: str) -> bool:
        """Whether this is the password of a hash; never of an empty one.

        Raises:
            SafeError: It could not be judged.
        """
        return bool((await self._do("fits", password=password, hash=stored))["fits"])

    async def _do(self, do: str, **facts: Any) -> dict[str, Any]:
        request = {"do": do, "t": self._clock.utc_ms(), **facts}
        async with self._alone:
            told = await self._ask(self._folder, request)
        if "trouble" in told:
            raise SafeError(str(told["trouble"]))
        return told


async def in_a_process(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Ask a vault that is started for this and ends."""
    words = [sys.executable, "-m", "edge_agent.web.access.vault", str(folder)]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, limit=_ANSWER_MAX
    )
    try:
        async with asyncio.timeout(_LIMIT_S):
            said, _ = await child.communicate(json.dumps(request).encode())
        told = json.loads(said)
    except TimeoutError:
        return {"trouble": f"not done within {_LIMIT_S:.0f} s"}
    except ValueError:
        return {"trouble": f"it ended with {child.returncode} and said nothing"}
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return told if isinstance(told, dict) else {"trouble": "not an answer"}
