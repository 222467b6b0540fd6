"""A driver that lives in a child process of its own: ``isolate = true`` in the site file."""

import sys

from edge_agent.clock import stamp
from edge_agent.device.child import ChildLimits, ChildProcess
from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, Emit
from edge_agent.device.readings import InventoryReading, Reading


class _Found(Exception):  # noqa: N818 - no error: it ends the child's run with what was asked for
    def __init__(self, inventory: InventoryReading) -> None:
        self.inventory = inventory


def _found(reading: Reading) -> None:
    if isinstance(reading, InventoryReading):
        raise _Found(reading)


class HostedDriver(Driver):
    """Runs ``edge_agent.device.host`` with another driver inside.

    A crash, a leak, a blocked call or a flood of log ends that child and nothing else.
    """

    def __init__(self, module: str, settings: DeviceSettings, context: DeviceContext) -> None:
        """Remember what to start.

        Args:
            module: Importable module that exports the KIND.
            settings: The device's settings; secrets in them are references, so they may travel.
            context: Of the parent; the child makes its own clock and ports.
        """
        self._module = module
        self._settings = settings
        self._context = context

    async def run(self, emit: Emit) -> None:
        await self._child("run").run(emit)

    async def probe(self) -> InventoryReading:
        found: list[InventoryReading] = []
        try:
            await self._child("probe").run(_found)
        except* _Found as group:
            found += [error.inventory for error in group.exceptions if isinstance(error, _Found)]
        return found[0]

    def _child(self, task: str) -> ChildProcess:
        settings = self._settings.model_dump(mode="json")
        return ChildProcess(
            argv=(sys.executable, "-m", "edge_agent.device.host"),
            config={
                "module": self._module,
                "id": self._context.id,
                "task": task,
                "settings": settings,
                "started_ms": stamp(self._context.clock).utc_ms,
            },
            log=self._context.log,
            alive=self._context.alive,
            degraded=self._context.degraded,
            limits=ChildLimits(memory_mb=self._settings.memory_mb),
        )
