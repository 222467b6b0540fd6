"""Plays a script's timeline to whoever takes its orders."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from edge_agent.simulators.faults.link import Link, LinkError
from edge_agent.simulators.faults.script import Order, Script


@dataclass(frozen=True, slots=True)
class Played:
    """An order and what became of it.

    Attributes:
        late_ms: After its time.
        why: None when it was done; else why it was not.
    """

    order: Order
    late_ms: int
    why: str | None


async def play(
    script: Script,
    links: Mapping[str, Link],
    *,
    speed: float = 1.0,
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Played]:
    """Give every order at its time and say what became of it; ends with the script.

    An order that is refused or not answered does not keep the others from being given.

    Args:
        script: What to play.
        links: Device to its simulator.
        speed: Script seconds a second.
        now: Seconds of a clock that never goes back.
        pause: Sleeps.
    """
    began = now()
    for order in script.timeline():
        await _until(began + order.at_s / speed, now, pause)
        late_ms = round((now() - began - order.at_s / speed) * 1000)
        why = None
        try:
            why = await links[order.device].send(order.body)
        except LinkError as error:
            why = str(error)
        yield Played(order, late_ms, why)
    await _until(began + script.length_s / speed, now, pause)


async def _until(
    moment: float, now: Callable[[], float], pause: Callable[[float], Awaitable[None]]
) -> None:
    left = moment - now()
    if left > 0:
        await pause(left)
