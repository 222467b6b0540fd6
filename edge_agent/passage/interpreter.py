"""Readings in, events out: the one place where a device's words become a promise to the outside.

Pure state: no I/O, no tasks. The caller brings every reading and every device state on one
thread, calls ``tick`` about once a second, and hands the events to the spool.
"""

import re
from collections.abc import Mapping
from typing import Literal

from edge_agent.clock import stamp
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import (
    PLATE_TEXT,
    Alarm,
    Axles,
    AxleWeight,
    DeviceState,
    Figure,
    Missing,
    Part,
    Passage,
    Plate,
    Signal,
    Tag,
)
from edge_agent.device.readings import (
    AxlesReading,
    ConditionReading,
    CrossingReading,
    DetectorReading,
    FigureReading,
    NoPlate,
    NoSpeed,
    Reading,
    SignalReading,
    TagReading,
    ZoneReading,
)
from edge_agent.device.readings import Plate as SeenPlate
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanebook import LaneBook
from edge_agent.passage.lanes import LaneSettings

_CANDIDATES = 3
"""Other texts that a passage carries at most: each costs a dozen bytes."""
_CAMERA_ONLY: dict[str, Missing] = {
    "tag": "no-sensor",
    "axles": "no-sensor",
    "signal": "no-sensor",
}
_NO_PLATE: dict[NoPlate, Missing] = {
    "": "not-detected",
    "off": "no-sensor",
    "no-model": "no-sensor",
    "withheld": "withheld",
    "too-small": "too-small",
    "not-found": "not-detected",
    "not-tried": "overload",
    "unreadable": "unreadable",
    "disagree": "ambiguous",
}
_NO_SPEED: dict[NoSpeed, Missing] = {
    "": "not-detected",
    "no-ground": "no-sensor",
    "too-short": "not-detected",
    "unsteady": "ambiguous",
}


class Interpreter:
    """Turns what devices say into the events of the contract."""

    def __init__(self, heading: Heading, lanes: Mapping[str, LaneSettings]) -> None:
        self._heading = heading
        self._clock = heading.clock
        self._book = LaneBook(heading, lanes)
        self._alarms: dict[tuple[str, str], Alarm] = {}

    @property
    def lanes(self) -> list[str]:
        """Lanes known so far, configured and implied."""
        return self._book.lanes

    @property
    def raised(self) -> list[Alarm]:
        """Alarms that are raised now, the oldest first."""
        raised = (alarm for alarm in self._alarms.values() if alarm.state == "raised")
        return sorted(raised, key=lambda alarm: alarm.since)

    def read(self, device: str, reading: Reading) -> list[Event]:  # noqa: PLR0911 - a table
        """Events that follow from one reading at once."""
        match reading:
            case CrossingReading():
                self._book.stop_line(device, reading)
                return [self._passage(device, reading)]
            case SignalReading():
                self._book.signal(device, reading)
                return [self._signal(device, reading)]
            case TagReading():
                return [self._tag(device, reading)]
            case AxlesReading():
                return [self._axles(device, reading)]
            case ConditionReading():
                return self.condition(device, reading)
            case FigureReading():
                return [self._figure(device, reading)]
            case DetectorReading():
                self._book.detector(device, reading)
            case ZoneReading():
                self._book.zone(device, reading)
            case _:
                pass
        return []

    def condition(self, about: str, reading: ConditionReading) -> list[Event]:
        """Raise or clear an alarm; nothing when it stands so already.

        The first word of a condition that does not hold clears it explicitly: an earlier run may
        have left it raised at the broker.
        """
        key = about, reading.code
        state: Literal["raised", "cleared"] = "raised" if reading.active else "cleared"
        known = self._alarms.get(key)
        if known is not None and known.state == state:
            return []
        alarm = Alarm(
            **self._heading.of(about, reading.at),
            code=reading.code,
            state=state,
            sev=reading.severity,
            since=reading.at.utc_ms,
            text=reading.text[:200],
            do=reading.do[:200],
        )
        self._alarms[key] = alarm
        return [alarm]

    def device(
        self,
        device: str,
        *,
        state: Literal["ok", "degraded", "down"],
        cause: str | None,
        detail: str,
        since_ms: int,
        last_ms: int | None,
    ) -> DeviceState:
        """A device's state changed."""
        now = stamp(self._clock)
        self._book.device(device, up=state != "down")
        return DeviceState(
            **self._heading.of(device, now),
            state=state,
            cause=cause,
            since=since_ms,
            last=last_ms,
            detail=detail[:200],
        )

    def tick(self, *, everything: bool = False) -> list[Event]:
        """Aggregates whose interval has ended; with ``everything`` also those still open."""
        return list(self._book.take(everything=everything))

    def _passage(self, device: str, crossing: CrossingReading) -> Passage:
        lane, direction = self._book.crossing(device, crossing)
        why = dict(_CAMERA_ONLY)
        plate = _plate(crossing.plate)
        if plate is None:
            why["plate"] = "unreadable" if crossing.plate else _NO_PLATE[crossing.no_plate]
        if crossing.speed is None:
            why["speed"] = _NO_SPEED[crossing.no_speed]
        return Passage(
            **self._heading.of(lane, crossing.at),
            lane=lane,
            dir=direction,
            cls=crossing.vehicle.value,
            clsp=crossing.confidence or None,
            spd=crossing.speed,
            spdq=crossing.spread,
            size=crossing.size,
            plate=plate,
            parts=[Part(k="camera", d=device, i=f"{crossing.run}-{crossing.track}")],
            why=why,
        )

    def _signal(self, device: str, reading: SignalReading) -> Signal:
        return Signal(
            **self._heading.of(device, reading.at),
            ph={str(phase): aspect.value for phase, aspect in sorted(reading.phases.items())},
            chg=list(reading.changed),
            first=reading.first,
            plan=reading.plan,
            cyc=reading.cycle_ms,
            mode=reading.mode,
        )

    def _figure(self, device: str, reading: FigureReading) -> Figure:
        return Figure(
            **self._heading.of(device, reading.at),
            name=reading.name,
            val=reading.value,
            unit=reading.unit,
            why=reading.why,
        )

    def _tag(self, device: str, reading: TagReading) -> Tag:
        return Tag(
            **self._heading.of(device, reading.at),
            ant=reading.antenna,
            epc=reading.epc,
            n=reading.reads,
            rssi=reading.rssi,
            dur=reading.seen_ms,
            tid=reading.tid,
        )

    def _axles(self, device: str, reading: AxlesReading) -> Axles:
        return Axles(
            **self._heading.of(device, reading.at),
            lane=reading.lane,
            num=reading.number,
            ax=[AxleWeight(l=axle.left, r=axle.right, sp=axle.spacing) for axle in reading.axles],
            gross=reading.gross,
            spd=reading.speed,
            len=reading.length,
            rev=reading.reverse,
            temp=reading.temperature,
            flags=list(reading.flags),
        )


def _plate(plate: SeenPlate | None) -> Plate | None:
    """As published; a text that cannot be a plate's, of whatever network, is none."""
    if plate is None or not re.match(PLATE_TEXT, plate.text):
        return None
    return Plate(
        t=plate.text,
        p=plate.confidence,
        n=plate.looks,
        c=list(plate.candidates[:_CANDIDATES]),
        f=list(plate.formats) if len(plate.formats) > 1 else [],
        col=plate.colour,
    )
