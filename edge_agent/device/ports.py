"""One opener per port: devices that share a bus share the session that owns it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar


class Closeable(Protocol):
    """Something opened that must be closed."""

    async def close(self) -> None:
        """Give the port back; calling it twice is harmless."""


T = TypeVar("T", bound=Closeable)


class PortBook:
    """Sessions by endpoint, opened by the first user and closed after the last."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Any, int]] = {}

    async def take(self, endpoint: str, make: Callable[[], Awaitable[T]]) -> T:
        """The session of this endpoint; made on first use. Pair every take with a give."""
        if endpoint in self._held:
            session, users = self._held[endpoint]
            self._held[endpoint] = (session, users + 1)
            return session  # type: ignore[no-any-return]
        session = await make()
        if endpoint in self._held:
            await session.close()
            return await self.take(endpoint, make)
        self._held[endpoint] = (session, 1)
        return session

    async def give(self, endpoint: str) -> None:
        """Stop using it; the last user closes it."""
        session, users = self._held[endpoint]
        if users > 1:
            self._held[endpoint] = (session, users - 1)
            return
        del self._held[endpoint]
        await session.close()

    async def close(self) -> None:
        """Close whatever is still held."""
        while self._held:
            _, (session, _) = self._held.popitem()
            await session.close()
