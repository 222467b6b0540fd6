"""Where people and scrapers look into the running agent: doors in its folder, metrics."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from edge_agent.config.unit import MetricsTable
from edge_agent.door import Door
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
) -> str | None:
    """Open them all; they close with ``stack``.

    Args:
        stack: Of the caller.
        state_dir: Where the sockets lie.
        snapshot: How the unit is.
        doors: Name of a socket to what it answers.
        metrics: Whether and where Prometheus may ask.
        say: Told when the port is taken: that must not keep the unit from measuring.

    Returns:
        Address of the metrics; None when there is none.
    """
    await stack.enter_async_context(StatusServer(state_dir, snapshot))
    for name, answer in doors.items():
        await stack.enter_async_context(Door(state_dir, name, answer))
    if not metrics.enabled:
        return None
    try:
        server = await stack.enter_async_context(MetricsServer(*metrics.address, snapshot))
    except OSError as error:
        say("metrics-port", True, f"{metrics.listen}: {error.strerror}")
        return None
    say("metrics-port", False)
    return f"http://{metrics.address[0]}:{server.port}/metrics"
