"""What outlives a driver: the supervisor builds a new one after each failure of its device.

A cursor into a device's own store must not begin again with it, or vehicles that were told before
the line broke would be told twice.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from edge_agent.device.ports import PortBook

T = TypeVar("T")


class _Kept(Generic[T]):
    def __init__(self, thing: T) -> None:
        self.thing = thing

    async def close(self) -> None:
        """Nothing is open."""


async def remembered(ports: PortBook, key: str, make: Callable[[], T]) -> T:
    """The one object of this key for as long as the port book lives; made on first use."""

    async def first() -> _Kept[T]:
        return _Kept(make())

    # Never given back: that is what keeps it.
    kept: _Kept[T] = await ports.take(f"memory:{key}", first)
    return kept.thing
