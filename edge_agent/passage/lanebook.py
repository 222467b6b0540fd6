"""Lanes and what their sensors count: from crossings, zones and detectors to aggregates.

Pure state. A camera and a loop of one lane never agree exactly, so what they count is kept apart.
"""

import re
from collections.abc import Mapping
from typing import Literal

from edge_agent.clock import Clock, Stamp, stamp
from edge_agent.contract.events import Agg, Count
from edge_agent.device.readings import (
    CrossingReading,
    DetectorReading,
    NoPlate,
    ZoneReading,
)
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings, LineSource
from edge_agent.passage.tally import WHOLE, Interval, Tally

_NOT_LOOKED_FOR = frozenset[NoPlate]({"off", "no-model", "withheld"})

Source = Literal["camera", "detector"]
"""What counted."""


class LaneBook:
    """The lanes of a unit, each with a tally a kind of sensor."""

    def __init__(self, heading: Heading, lanes: Mapping[str, LaneSettings]) -> None:
        self._heading = heading
        self._clock: Clock = heading.clock
        self._lanes = dict(lanes)
        self._lines: dict[tuple[str, str], tuple[str, LineSource]] = {}
        self._zones: dict[tuple[str, str], str] = {}
        self._detectors: dict[tuple[str, str], tuple[str, str]] = {}
        self._tallies: dict[tuple[str, Source], Tally] = {}
        self._counting: dict[str, set[tuple[str, Source]]] = {}
        self._ready: dict[str, bool] = {}
        self._occupied: dict[tuple[str, str], tuple[bool, int]] = {}
        for lane, settings in self._lanes.items():
            self._index(lane, settings)

    @property
    def lanes(self) -> list[str]:
        """Lanes known so far, configured and implied."""
        return sorted(self._lanes)

    def device(self, device: str, *, up: bool) -> None:
        """A device came up or went down; what it counts into is blind meanwhile."""
        self._ready[device] = up
        self._tell_tallies(device, stamp(self._clock))

    def crossing(self, device: str, crossing: CrossingReading) -> tuple[str, str]:
        """Count a crossing; the lane and the direction's name."""
        lane, line = self._line(device, crossing.line)
        direction = line.ab if crossing.direction == "ab" else line.ba
        kind = crossing.vehicle.value
        tally = self._tallies[lane, "camera"]
        tally.vehicles(crossing.at, direction, kind)
        if crossing.speed is not None:
            tally.speed(crossing.at, direction, kind, crossing.speed)
        if crossing.no_plate not in _NOT_LOOKED_FOR:
            tally.plate(crossing.at, direction, kind, read=crossing.plate is not None)
        return lane, direction

    def detector(self, device: str, reading: DetectorReading) -> None:
        """Take what a detector counted and whether somebody is there."""
        found = self._detectors.get((device, reading.detector))
        if found is None:
            return
        lane, direction = found
        tally = self._tallies[lane, "detector"]
        if reading.count is None:
            tally.flaw(reading.at, reading.why or "not-measured")
        elif reading.count:
            tally.vehicles(reading.at, direction, "unknown", reading.count)
        if reading.occupied is not None:
            key = device, reading.detector
            self._account_presence(key, reading.at, tally)
            self._occupied[key] = reading.occupied, reading.at.mono_ns

    def zone(self, device: str, reading: ZoneReading) -> None:
        """Take a zone's occupancy and queue."""
        lane = self._zones.get((device, reading.zone))
        if lane is None:
            return
        tally = self._tallies[lane, "camera"]
        if reading.occupancy is not None:
            tally.presence(reading.at, reading.occupancy, 1000)
        if reading.queue is not None:
            tally.queue(reading.at, reading.queue)

    def take(self, *, everything: bool = False) -> list[Agg]:
        """Aggregates whose interval has ended; with ``everything`` also those still open."""
        now = stamp(self._clock)
        self._sample_presence(now)
        return [
            self._agg(lane, source, interval)
            for (lane, source), tally in self._tallies.items()
            for interval in tally.take(now, everything=everything)
        ]

    def _index(self, lane: str, settings: LaneSettings) -> None:
        for line in settings.lines:
            self._lines[line.device, line.line] = lane, line
            self._open(lane, "camera", line.device)
        for zone in settings.zones:
            self._zones[zone.device, zone.zone] = lane
            self._open(lane, "camera", zone.device)
        for detector in settings.detectors:
            self._detectors[detector.device, detector.detector] = lane, detector.dir
            self._open(lane, "detector", detector.device)

    def _open(self, lane: str, source: Source, device: str) -> None:
        key = lane, source
        if key not in self._tallies:
            self._tallies[key] = Tally(self._lanes[lane].interval_s, stamp(self._clock))
        self._counting.setdefault(device, set()).add(key)

    def _tell_tallies(self, device: str, now: Stamp) -> None:
        for key in self._counting.get(device, ()):
            feeding = [name for name, keys in self._counting.items() if key in keys]
            up = all(self._ready.get(name, False) for name in feeding)
            self._tallies[key].sensor(now, up=up)

    def _line(self, device: str, name: str) -> tuple[str, LineSource]:
        """The lane of a line; a line that no lane names is a lane of its own."""
        if (device, name) not in self._lines:
            lane = self._fresh_lane(f"{device}-{name}")
            self._lanes[lane] = LaneSettings(lines=[LineSource(device=device, line=name)])
            self._index(lane, self._lanes[lane])
            self._tell_tallies(device, stamp(self._clock))
        return self._lines[device, name]

    def _fresh_lane(self, words: str) -> str:
        """A lane id like these words that no lane has yet."""
        base = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:36].strip("-")
        tries = (base, *(f"{base}-{number}" for number in range(2, 1000)))
        return next(lane for lane in tries if lane not in self._lanes)

    def _sample_presence(self, now: Stamp) -> None:
        for key in self._occupied:
            lane, _ = self._detectors[key]
            self._account_presence(key, now, self._tallies[lane, "detector"])

    def _account_presence(self, key: tuple[str, str], at: Stamp, tally: Tally) -> None:
        """Presence since the last look counts as time, not as one sample."""
        known = self._occupied.get(key)
        if known is None:
            return
        occupied, since_ns = known
        elapsed_ms = max(0, at.mono_ns - since_ns) // 1_000_000
        if elapsed_ms:
            tally.presence(at, elapsed_ms if occupied else 0, elapsed_ms)
            self._occupied[key] = occupied, since_ns + elapsed_ms * 1_000_000

    def _agg(self, lane: str, source: Source, interval: Interval) -> Agg:
        now = Stamp(interval.start_ms, interval.opened_ns)
        blind = interval.measured == 0 and not interval.counts
        why = "device-down" if blind else ",".join(sorted(interval.flaws)) or None
        return Agg(
            **self._heading.of(lane, now),
            lane=lane,
            dur=interval.dur_ms,
            src=source,
            n=None if blind else counts(interval),
            occ=None if blind else interval.occupancy,
            que=interval.queue,
            part=interval.measured if interval.measured < WHOLE else None,
            why=why,
        )


def counts(interval: Interval) -> list[Count]:
    """An interval's vehicles by direction and class, in a fixed order."""
    result = []
    for (direction, kind), n in sorted(interval.counts.items()):
        speeds = sorted(interval.speeds.get((direction, kind), ()))
        result.append(
            Count(
                dir=direction,
                cls=kind,
                n=n,
                unread=interval.unread.get((direction, kind)),
                spd=round(sum(speeds) / len(speeds)) if speeds else None,
                p85=speeds[min(len(speeds) - 1, len(speeds) * 85 // 100)] if speeds else None,
            )
        )
    return result
