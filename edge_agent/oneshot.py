"""A server that answers each connection once and closes it; nobody who asks can hold it up."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

DEADLINE_S = 5.0
CLIENTS_MAX = 16

Answer = Callable[[asyncio.StreamReader], Awaitable[bytes]]
"""Reads what it needs of the question and returns the whole answer."""


class OneShot:
    """Holds the connections of one listener, with a deadline and a limit."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Client callback of asyncio's servers."""
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= CLIENTS_MAX:
            self.refused += 1
            writer.transport.abort()
            return
        self._tasks.add(task)
        try:
            # Whoever asks may stall, vanish or talk nonsense: it costs a moment, nothing else.
            with contextlib.suppress(
                OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ):
                async with asyncio.timeout(DEADLINE_S):
                    writer.write(await self._answer(reader))
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def close(self, server: asyncio.Server) -> None:
        """Stop listening and let go of whoever is still there."""
        server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
