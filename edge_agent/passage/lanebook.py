"""Lanes and what their sensors count: from crossings, zones and detectors to aggregates.

Pure state. A camera and a loop of one lane never agree exactly, so what they count is kept apart.
"""

import re
from collections.abc import Mapping

from edge_agent.clock import Clock, Stamp, stamp
from edge_agent.contract.events import Agg
from edge_agent.device.readings import (
    CrossingReading,
    DetectorReading,
    NoPlate,
    SignalReading,
    ZoneReading,
)
from edge_agent.passage.aggregate import Source, aggregate
from edge_agent.passage.congestion import Level
from edge_agent.passage.fused import Fused
from edge_agent.passage.greens import Greens
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import DetectorSource, LaneSettings, LineSource, SignalSource
from edge_agent.passage.tally import GRACE_MS, Interval, Tally

_NOT_LOOKED_FOR = frozenset[NoPlate]({"off", "no-model", "withheld"})


class LaneBook:
    """The lanes of a unit, each with a tally a kind of sensor."""

    def __init__(self, heading: Heading, lanes: Mapping[str, LaneSettings]) -> None:
        self._heading = heading
        self._clock: Clock = heading.clock
        self._lanes = dict(lanes)
        self._lines: dict[tuple[str, str], tuple[str, LineSource]] = {}
        self._zones: dict[tuple[str, str], str] = {}
        self._detectors: dict[tuple[str, str], tuple[str, DetectorSource]] = {}
        self._tallies: dict[tuple[str, Source], Tally] = {}
        self._counting: dict[str, set[tuple[str, Source]]] = {}
        self._ready: dict[str, bool] = {}
        self._occupied: dict[tuple[str, str], tuple[bool, int]] = {}
        self._greens: dict[tuple[str, int], Greens] = {}
        self._waiting: dict[tuple[str, str], tuple[int, int]] = {}
        self._levels: dict[tuple[str, Source], Level | None] = {}
        for lane, settings in self._lanes.items():
            self._index(lane, settings)

    @property
    def lanes(self) -> list[str]:
        """Lanes known so far, configured and implied."""
        return sorted(self._lanes)

    def device(self, device: str, *, up: bool) -> None:
        """A device came up or went down; what it counts into is blind meanwhile."""
        self._ready[device] = up
        now = stamp(self._clock)
        self._tell_tallies(device, now)
        if not up:
            for (controller, _), greens in self._greens.items():
                if controller == device:
                    greens.say(now.mono_ns, None)

    def signal(self, device: str, reading: SignalReading) -> None:
        """Take what a controller's phases show."""
        for phase, colour in reading.phases.items():
            greens = self._greens.get((device, phase))
            if greens is not None:
                greens.say(reading.at.mono_ns, colour)

    def stop_line(self, device: str, crossing: CrossingReading) -> None:
        """Take a crossing as it comes, of whatever line: those of a stop line fill its green."""
        known = self._lines.get((device, crossing.line))
        if known is None:
            return
        lane, line = known
        signal = self._lanes[lane].signal
        if signal is None or (signal.camera, signal.line) != (device, crossing.line):
            return
        direction = line.ab if crossing.direction == "ab" else line.ba
        if direction != self._lanes[lane].against:
            self._tallies[lane, "camera"].stop_line(crossing.at)

    def where(self, device: str, crossing: CrossingReading) -> tuple[str, str]:
        """The lane that a crossing belongs to, and the direction's name."""
        lane, line = self._line(device, crossing.line)
        return lane, line.ab if crossing.direction == "ab" else line.ba

    def settings(self, lane: str) -> LaneSettings:
        """Of a lane that is known, configured or implied."""
        return self._lanes[lane]

    def vehicle(self, fused: Fused) -> None:
        """Count a vehicle."""
        tally = self._tallies.get((fused.lane, "camera"))
        if tally is None:
            return  # no camera belongs to this lane: nothing says when one was blind
        kind = fused.vehicle.value
        tally.vehicles(fused.at, fused.direction, kind)
        if fused.speed is not None:
            tally.speed(fused.at, fused.direction, kind, fused.speed)
        if any(look.no_plate not in _NOT_LOOKED_FOR for look in fused.crossings.values()):
            tally.plate(fused.at, fused.direction, kind, read=fused.plate is not None)

    def detector(self, device: str, reading: DetectorReading) -> None:
        """Take what a detector counted and whether somebody is there."""
        found = self._detectors.get((device, reading.detector))
        if found is None:
            return
        lane, source = found
        tally = self._tallies[lane, "detector"]
        if reading.count is None:
            tally.flaw(reading.at, reading.why or "not-measured")
        else:
            if reading.count and source in counting(self._lanes[lane].detectors):
                tally.vehicles(reading.at, source.dir, "unknown", reading.count)
            self._queue(lane, source, reading.at, reading.count, tally)
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
        self._sample(now)
        ended = [
            self._agg(lane, source, interval)
            for (lane, source), tally in self._tallies.items()
            for interval in tally.take(now, everything=everything)
        ]
        if ended:
            oldest_ns = min(tally.since_ns for tally in self._tallies.values())
            for greens in self._greens.values():
                greens.forget(oldest_ns)
        return ended

    def _index(self, lane: str, settings: LaneSettings) -> None:
        for line in settings.lines:
            self._lines[line.device, line.line] = lane, line
            self._open(lane, "camera", line.device)
        for zone in settings.zones:
            self._zones[zone.device, zone.zone] = lane
            self._open(lane, "camera", zone.device)
        for detector in settings.detectors:
            self._detectors[detector.device, detector.detector] = lane, detector
            self._open(lane, "detector", detector.device)
        if settings.signal is not None:
            self._greens.setdefault(_phase(settings.signal), Greens())

    def _open(self, lane: str, source: Source, device: str) -> None:
        key = lane, source
        if key not in self._tallies:
            settings = self._lanes[lane]
            paired = source == "camera" and any(line.at is not None for line in settings.lines)
            grace_ms = GRACE_MS + (settings.horizon_ms if paired else 0)
            self._tallies[key] = Tally(settings.interval_s, stamp(self._clock), grace_ms)
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

    def _sample(self, now: Stamp) -> None:
        """Presence and queues last between the words of a detector."""
        for key in self._occupied:
            lane, _ = self._detectors[key]
            self._account_presence(key, now, self._tallies[lane, "detector"])
        for lane, source in self._detectors.values():
            if self._ready.get(source.device):
                self._queue(lane, source, now, 0, self._tallies[lane, "detector"])

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

    def _queue(
        self, lane: str, source: DetectorSource, at: Stamp, count: int, tally: Tally
    ) -> None:
        """Who came over a detector ahead of the stop line and has not seen green since, waits."""
        signal = self._lanes[lane].signal
        if source.ahead_m is None or signal is None:
            return
        green, since_ns = self._greens[_phase(signal)].since(at.mono_ns)
        if green is None:
            return
        key = source.device, source.detector
        known_ns, waiting = self._waiting.get(key, (since_ns, 0))
        waiting = 0 if green else count + (waiting if known_ns == since_ns else 0)
        self._waiting[key] = since_ns, waiting
        tally.queue(at, waiting)

    def _agg(self, lane: str, source: Source, interval: Interval) -> Agg:
        settings = self._lanes[lane]
        key = lane, source
        greens = None
        if source == "camera" and settings.signal is not None:
            greens = self._greens[_phase(settings.signal)]
        agg = aggregate(
            self._heading, lane, settings, source, interval, greens, self._levels.get(key)
        )
        self._levels[key] = agg.los
        return agg


def counting(detectors: list[DetectorSource]) -> list[DetectorSource]:
    """Those that count: of two one behind the other, not the one that is there for the queue."""
    return [each for each in detectors if each.ahead_m is None] or detectors


def _phase(signal: SignalSource) -> tuple[str, int]:
    return signal.device, signal.phase
