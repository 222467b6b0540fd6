"""Where people and scrapers look into the running agent: doors in its folder, metrics."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol

from edge_agent.alarming.desk import SOCKET as ALARMS
from edge_agent.config.unit import MetricsTable
from edge_agent.door import AskedDoor, Door
from edge_agent.metrics import MetricsServer
from edge_agent.status import Snapshot, StatusServer


class Say(Protocol):
    """Raises or clears a condition of the unit."""

    def __call__(self, code: str, active: bool, text: str = "") -> None: ...


async def open_windows(
    stack: contextlib.AsyncExitStack,
    state_dir: Path,
    snapshot: Callable[[], Snapshot],
    doors: Mapping[str, Callable[[], bytes]],
    metrics: MetricsTable,
    say: Say,
    alarms: Callable[[bytes], Awaitable[bytes]],
) -> str | None:
    """Open them all; they close with ``stack``.

    Args:
        stack: Of the caller.
        state_dir: Where the sockets lie.
        snapshot: How the unit is.
        doors: Name of a socket to what it answers.
        metrics: Whether and where Prometheus may ask.
        say: Told when the port is taken: that must not keep the unit from measuring.
        alarms: Answers who asks for the alarms, or puts one away.

    Returns:
        Address of the metrics; None when there is none.
    """
    await stack.enter_async_context(StatusServer(state_dir, snapshot))
    for name, answer in doors.items():
        await stack.enter_async_context(Door(state_dir, name, answer))
    await stack.enter_async_context(AskedDoor(state_dir, ALARMS, alarms))
    if not metrics.enabled:
        return None
    try:
        server = await stack.enter_async_context(MetricsServer(*metrics.address, snapshot))
    except OSError as error:
        say("metrics-port", True, f"{metrics.listen}: {error.strerror}")
        return None
    say("metrics-port", False)
    return f"http://{metrics.address[0]}:{server.port}/metrics"
