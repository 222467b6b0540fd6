"""Asking a device who it is with its driver's own ``probe``, outside a running unit."""

from collections.abc import Callable
from typing import Any

from edge_agent.clock import Clock
from edge_agent.device.driver import DeviceContext, Driver
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import InventoryReading


class _Nobody:
    """Takes log lines: what a stranger at an address says of itself is no news of ours."""

    def debug(self, event: str, **facts: Any) -> None:
        """Drop it."""

    info = warning = error = debug


async def identity(
    build: Callable[[Any, DeviceContext], Driver], settings: Any, clock: Clock
) -> InventoryReading:
    """Who answers there, by ``probe``, which writes nothing.

    Raises:
        DeviceError: Nobody, or something else.
    """
    ports = PortBook()
    context = DeviceContext(
        id="discovery", clock=clock, log=_Nobody(), ports=ports, alive=lambda: None
    )
    try:
        return await build(settings, context).probe()
    finally:
        await ports.close()


def words(who: InventoryReading) -> str:
    """An inventory in words."""
    versions = (f"{name} {text}" for name, text in who.versions.items())
    return ", ".join(filter(None, (who.maker, who.model, who.serial, *versions)))
