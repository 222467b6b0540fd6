"""What goes on beside the unit while a site is played: faults on time, and a look at the pace."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_agent.simulators.demo.processes import Program
from edge_agent.simulators.faults.link import LinkError, Simulator
from edge_agent.simulators.faults.player import Played, play
from edge_agent.simulators.faults.script import Script

KEPT_MS = 1000
"""A simulator this late still shows the road as it is: drivers' own time-outs are longer."""

_EVERY_S = 2.0


@dataclass(slots=True)
class Pace:
    """How late the simulators were: whether what they showed was what was true then.

    A simulator is as late as it takes to answer; a camera also as late as its latest picture.

    Attributes:
        worst: Device to its worst lag, ms.
    """

    worst: dict[str, int] = field(default_factory=dict)

    def note(self, device: str, lag_ms: int) -> None:
        """A device was so late."""
        self.worst[device] = max(self.worst.get(device, 0), lag_ms)

    async def watch(self, links: Mapping[str, Simulator]) -> None:
        """Ask each every few seconds, until cancelled."""
        while True:
            for name, link in links.items():
                began = time.monotonic()
                # No answer in time is as late as the patience; one that ended stops the demo.
                with contextlib.suppress(LinkError):
                    await link.report()
                self.note(name, round((time.monotonic() - began) * 1000))
            await asyncio.sleep(_EVERY_S)

    def as_json(self) -> dict[str, Any]:
        """Whether real time was kept, and by how much the latest one missed it."""
        device = max(self.worst, key=lambda name: self.worst[name], default=None)
        worst = self.worst[device] if device is not None else None
        return {
            "kept": worst is not None and worst <= KEPT_MS,
            "worst_lag_ms": worst,
            "of": device,
            "by_device": dict(sorted(self.worst.items())),
        }


@dataclass(slots=True)
class Beside:
    """Faults and pace of one play.

    Attributes:
        script: None when nothing shall fail.
        played: Orders that were given.
    """

    script: Script | None = None
    pace: Pace = field(default_factory=Pace)
    played: list[Played] = field(default_factory=list)

    async def __call__(self, devices: Mapping[str, Program]) -> None:
        """Run until cancelled."""
        links = {name: each.link for name, each in devices.items() if each.link is not None}
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pace.watch(links), name="pace")
            if self.script is not None:
                group.create_task(self._fail(self.script, links), name="faults")

    async def _fail(self, script: Script, links: Mapping[str, Simulator]) -> None:
        async for played in play(script, links):
            self.played.append(played)

    def refused(self) -> list[str]:
        """Orders that were not done, in words."""
        return [
            f"{each.order.device}: {each.order.body}: {each.why}"
            for each in self.played
            if each.why is not None
        ]
