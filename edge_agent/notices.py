"""What the unit says of itself beside its events: birth, will's twin, what it is made of, health.

Retained messages are remembered here as the centre should see them after a reconnect: the newest
durable word of every device's state and every alarm.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Literal

from edge_agent import __version__
from edge_agent.clock import Clock, stamp
from edge_agent.contract import wire
from edge_agent.contract.events import EVENTS, About, AboutDevice, Health, State
from edge_agent.device.readings import InventoryReading
from edge_agent.health import UnitFigures
from edge_agent.passage.heading import Heading
from edge_agent.spool.model import Gauge, Row

RETAINED = ("dev/", "alarm/")
"""Topics below the unit whose last message is retained."""


def new_boot() -> str:
    """A name for this run of the agent; ties birth and will together."""
    return hashlib.sha256(os.urandom(16)).hexdigest()[:8]


class Notices:
    """Makes and remembers the unit's notices.

    Args:
        heading: Heads for this unit.
        fingerprint: Of the configuration in force.
        kinds: Device to driver kind.
    """

    def __init__(self, heading: Heading, fingerprint: str, kinds: Mapping[str, str]) -> None:
        self._heading = heading
        self._clock: Clock = heading.clock
        self.fingerprint = fingerprint
        self._kinds = dict(kinds)
        self._inventory: dict[str, InventoryReading] = {}
        self._retained: dict[str, bytes] = {}
        self.boot = new_boot()
        self.born = stamp(self._clock)

    def inventory(self, device: str, reading: InventoryReading) -> bool:
        """Take a device's word of what it is; True when that is news."""
        known = self._inventory.get(device)
        self._inventory[device] = reading
        return known is None or _identity(known) != _identity(reading)

    def known(self, device: str) -> InventoryReading | None:
        """A device's last word of what it is; None when it has said nothing yet."""
        return self._inventory.get(device)

    def committed(self, row: Row) -> None:
        """Remember a row that became durable, when its topic is a retained one."""
        if row.sub.startswith(RETAINED):
            self._retained[row.sub] = row.body

    def retained(self) -> dict[str, bytes]:
        """Topic below the unit to payload, in a fixed order: states before alarms."""
        return dict(sorted(self._retained.items(), key=lambda item: (item[0][:1] != "d", item[0])))

    def state(self, state: Literal["online", "stopping", "offline"], reason: str = "") -> bytes:
        """The unit's own state."""
        now = stamp(self._clock)
        head = self._heading.of(self._heading.unit, now)
        return wire.encode(
            State(**head, state=state, boot=self.boot, reason=reason, since=now.utc_ms)
        )

    def about(self, lanes: list[str], epoch: str, *, receipts: bool) -> bytes:
        """What the unit is made of."""
        devices = []
        for device, kind in self._kinds.items():
            known = self._inventory.get(device)
            told = _identity(known) if known is not None else {}
            devices.append(AboutDevice(id=device, kind=kind, **told))
        return wire.encode(
            About(
                **self._heading.of(self._heading.unit, stamp(self._clock)),
                boot=self.boot,
                sw=__version__,
                cfg=self.fingerprint,
                devices=devices,
                lanes=lanes,
                streams=[event.stream for event in EVENTS],
                ep=epoch,
                receipts=receipts,
            )
        )

    def health(
        self,
        figures: UnitFigures,
        gauge: Gauge,
        states: Mapping[str, str],
        drivers: Mapping[str, Mapping[str, int]],
    ) -> bytes:
        """Figures of the unit now."""
        now = stamp(self._clock)
        dropped: dict[str, int] = {}
        for (_, why), count in gauge.drops.items():
            dropped[why] = dropped.get(why, 0) + count
        return wire.encode(
            Health(
                **self._heading.of(self._heading.unit, now),
                up=(now.mono_ns - self.born.mono_ns) // 1_000_000_000,
                rss=figures.rss_kb,
                cpu=figures.cpu_ms,
                rows=gauge.rows,
                bytes=gauge.bytes,
                oldest=None if gauge.oldest_t is None else max(0, now.utc_ms - gauge.oldest_t),
                hours=None if gauge.hours_left is None else round(gauge.hours_left),
                dropped=dropped,
                wrote=figures.disk_written,
                devs=dict(states),
                fig={device: dict(values) for device, values in drivers.items()},
            )
        )


def _identity(reading: InventoryReading) -> dict[str, object]:
    return {
        "maker": reading.maker,
        "model": reading.model,
        "serial": reading.serial,
        "versions": reading.versions,
    }
