"""The page on a real socket, served from a thread: a browser looks, and the clock is ours."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from edge_agent.web import server
from edge_agent.web.certificate import load_or_make
from tests.web.unit import Unit, unit

HOST = "127.0.0.1"
_PATIENCE_S = 30.0


class Noted(uvicorn.Server):
    """One that can be told to end."""

    last: "Noted"

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        Noted.last = self


class Served:
    """A unit whose page answers.

    Attributes:
        url: Its address.
    """

    def __init__(self, there: Unit, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.there, self.url, self._loop = there, url, loop

    def advance(self, seconds: float) -> None:
        """Let time pass for the page, and wait until whoever that woke has done its work."""

        async def pass_by() -> None:
            self.there.clock.advance(seconds)
            for _ in range(20):
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(pass_by(), self._loop).result(_PATIENCE_S)

    def hang_up(self) -> None:
        """On every browser: some keep connections at hand that they have not used yet."""

        async def close() -> None:
            for connection in list(Noted.last.server_state.connections):
                connection.transport.abort()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(_PATIENCE_S)


@contextlib.contextmanager
def served(folder: Path, prepare: Callable[[Unit, pytest.MonkeyPatch], None]) -> Iterator[Served]:
    """Serve until the block ends.

    Args:
        folder: For the unit's files.
        prepare: Changes the unit before it is served.
    """
    found: list[Served] = []
    ready, loop, patch = threading.Event(), asyncio.new_event_loop(), pytest.MonkeyPatch()
    patch.setattr(server, "settle", lambda: None)  # it would freeze the objects of all tests
    patch.setattr(uvicorn, "Server", Noted)

    async def serve() -> None:
        async with unit(folder) as there:
            there.house.hosts = frozenset({HOST})
            prepare(there, patch)
            listener = server.listen(server.Address(HOST, 0))
            url = server.Address(HOST, listener.getsockname()[1]).url
            tls = load_or_make(folder, there.house.hosts)
            found.append(Served(there, url, loop))
            loop.call_soon(ready.set)
            try:
                await server.serve(there.house, listener, tls)
            finally:
                listener.close()

    task = loop.create_task(serve())
    thread = threading.Thread(target=_run, args=(loop, task), name="served", daemon=True)
    thread.start()
    try:
        assert ready.wait(_PATIENCE_S)
        yield found[0]
    finally:
        Noted.last.should_exit = True
        thread.join(_PATIENCE_S)
        patch.undo()


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(task)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
