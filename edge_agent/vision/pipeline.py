"""One frame after another through detector, tracker, lines, zones and plates; out come readings."""

from dataclasses import replace

from edge_agent.clock import Stamp
from edge_agent.device.readings import CrossingReading, NoPlate, Plate, Reading, ZoneReading
from edge_agent.vision.album import Album
from edge_agent.vision.conditions import PictureConditions
from edge_agent.vision.frame import Detector, Frame
from edge_agent.vision.ground import Ground, Speed
from edge_agent.vision.lines import Crossing, LineCounter
from edge_agent.vision.lookout import Lookout, Seen
from edge_agent.vision.looks import Agreed
from edge_agent.vision.scene import Scene
from edge_agent.vision.strays.settings import StraySettings
from edge_agent.vision.strays.strays import Strays
from edge_agent.vision.tracking.tracker import Tracker, Tracks
from edge_agent.vision.vehicles import Vehicles
from edge_agent.vision.waiting import MOST_WAIT_S, SPEED_WAIT_S, Waiting
from edge_agent.vision.watch import PictureWatch
from edge_agent.vision.zones import ZoneMeter

_TRUSTED = 1000
"""Per mille of its vehicle's confidence that a crossing deserves; one that nobody saw, half."""
_CLEAR = 0.9
"""Share of the votes from which on a vehicle's class is no longer in doubt."""
_LOOKED_AT = 2
"""Sights of a vehicle before its plate is looked for."""


class Pipeline:
    """State of one camera's picture.

    Args:
        scene: What to count.
        detector: Finds vehicles.
        run: Name of this run; with the track number it identifies a vehicle for ever.
        zone_s: Interval of zone readings.
        ground: The road, when it was measured: for speeds.
        lookout: Looks for plates; None when nobody wants them, or nothing can read them.
        publish: False keeps plates to this process, and says so.
        strays: Where nothing should stand and nobody drive back; None where nobody asks.
        no_plate: Why there is no lookout, as ``CrossingReading.no_plate`` puts it.

    Attributes:
        detector: May be exchanged between two frames.
        tracks: Result of the last frame, for drawing.
        vehicles: What is known of them, for drawing.
        album: Pictures of the plates that were read, and of strays.
        crossings: Crossings so far, whether they were told yet or not.
        cuts: How often the scene was another from one frame to the next.
        plates_read: Crossings told with a plate.
        plates_unread: Crossings told without one although it was looked for.
    """

    def __init__(
        self,
        scene: Scene,
        detector: Detector,
        run: str,
        zone_s: float = 10.0,
        *,
        ground: Ground | None = None,
        lookout: Lookout | None = None,
        publish: bool = True,
        no_plate: NoPlate = "off",
        strays: StraySettings | None = None,
    ) -> None:
        self._scene = scene
        self.detector = detector
        self._run = run
        self._zone_s = zone_s
        self._ground = ground
        self._lookout = lookout
        self._publish = publish
        self._no_plate = no_plate
        self.album = Album()
        self._strays: Strays | None = None
        if strays is not None:
            self._strays = Strays(strays, scene, run, self.album.keep, ground)
        self._watch = PictureWatch()
        self._conditions = PictureConditions()
        least_s = 0.0 if ground is None else SPEED_WAIT_S
        self._waiting = Waiting(self._complete, least_s, MOST_WAIT_S)
        self._shape: tuple[int, ...] = ()
        self._zone_due: float | None = None
        self.vehicles = Vehicles((0, 0), scene.anchor, ground, 0)
        self.tracks: Tracks | None = None
        self.crossings = 0
        self.cuts = 0
        self.plates_read = 0
        self.plates_unread = 0

    def feed(self, frame: Frame) -> list[Reading]:
        """Take the next frame; returns what it brought to light."""
        readings: list[Reading] = []
        if frame.small.shape != self._shape:
            readings += self.finish(frame)
            self._restart(frame)
        self._watch.step(frame.t, frame.small)
        readings += self._conditions.news(self._watch, frame.at)
        found = self.detector.detect(frame)
        if self.detector.cut():
            self.cuts += 1
            readings += self.finish(frame)
            self._restart(frame)
        self.tracks = self._tracker.update(frame.t, found)
        sights, ended = self.vehicles.see(frame.t, self.tracks)
        for name, counter in self._lines.items():
            for crossing in counter.step(sights, ended):
                self._crossed(name, crossing, frame)
        if self._lookout is not None:
            self._lookout.step(frame, self._seen(frame, [sight.track for sight in sights]))
        if self._strays is not None and not self._watch.blind:
            readings += self._strays.step(frame, sights, ended, self.vehicles)
        readings += self._told(frame.t, ended)
        certain = [sight for sight in sights if sight.confirmed]
        for meter in self._zones.values():
            meter.step(frame.t, certain)
        readings += self._zone_readings(frame)
        return readings

    def finish(self, frame: Frame) -> list[Reading]:
        """The stream or scene ends before this frame: paths that end now may reach a line."""
        if not self._shape:
            return []
        everybody = list(self.vehicles)
        for name, counter in self._lines.items():
            for crossing in counter.step([], everybody):
                self._crossed(name, crossing, frame)
        readings = self._told(frame.t, everybody)
        if self._strays is not None:
            readings += self._strays.finish(frame)
        return readings + self._counted(self._waiting.everything())

    def plate(self, track: int) -> Agreed | NoPlate:
        """What is known by now of a living vehicle's plate."""
        return self._no_plate if self._lookout is None else self._lookout.verdict(track)

    def _restart(self, frame: Frame) -> None:
        self._shape = frame.small.shape
        height, width = self._shape
        self._tracker = Tracker(size=(width, height))
        self.vehicles = Vehicles(
            (width, height), self._scene.anchor, self._ground, self.vehicles.highest
        )
        self._lines = {
            name: LineCounter(segment)
            for name, segment in self._scene.segments(width, height).items()
        }
        self._zones = {
            name: ZoneMeter(polygon)
            for name, polygon in self._scene.polygons(width, height).items()
        }

    def _seen(self, frame: Frame, tracks: list[int]) -> list[Seen]:
        """Where this frame's vehicles are in the picture at full size."""
        across, down = frame.scale
        urgent = self._waiting.tracks
        return [
            Seen(track, (x1 * across, y1 * down, x2 * across, y2 * down), track in urgent)
            for track in tracks
            if self.vehicles[track].hits >= _LOOKED_AT
            for x1, y1, x2, y2 in [self.vehicles[track].box]
        ]

    def _crossed(self, line: str, crossing: Crossing, frame: Frame) -> None:
        known = self.vehicles[crossing.track]
        x1, y1, x2, y2 = (round(value) for value in known.box)
        reading = CrossingReading(
            at=_earlier(frame, crossing.t),
            line=line,
            direction=crossing.direction,
            track=crossing.track,
            confidence=_TRUSTED if crossing.seen else _TRUSTED // 2,
            box=(x1, y1, x2, y2),
            run=self._run,
        )
        self.crossings += 1
        self._waiting.add(reading, crossing.t)

    def _told(self, t: float, ended: list[int]) -> list[Reading]:
        """Crossings whose time has come; vehicles that ended are forgotten."""
        self._waiting.gone(ended)
        readings = self._waiting.due(t, self._settled)
        self.vehicles.forget(ended)
        if self._lookout is not None:
            self._lookout.forget(ended)
        return self._counted(readings)

    def _settled(self, track: int) -> bool:
        """Whether a vehicle that is in sight has nothing more to give."""
        clear = self.vehicles[track].share >= _CLEAR
        return clear and (self._lookout is None or self._lookout.settled(track))

    def _complete(self, reading: CrossingReading, t: float) -> CrossingReading:
        """What is known of its vehicle by now."""
        known = self.vehicles[reading.track]
        speed = "no-ground" if self._ground is None else known.path.speed(t)
        plate, no_plate = self._plate(reading.track)
        return replace(
            reading,
            vehicle=known.kind,
            confidence=known.confidence * reading.confidence // _TRUSTED,
            speed=speed.value if isinstance(speed, Speed) else None,
            spread=speed.spread if isinstance(speed, Speed) else None,
            no_speed="" if isinstance(speed, Speed) else speed,
            size=known.path.size(),
            plate=plate,
            no_plate=no_plate,
        )

    def _plate(self, track: int) -> tuple[Plate | None, NoPlate]:
        found = self.plate(track)
        if not isinstance(found, Agreed):
            return None, found
        if not self._publish:
            return None, "withheld"
        plate = Plate(
            text=found.reading.text,
            confidence=round(1000 * found.reading.confidence),
            looks=found.looks,
            candidates=found.reading.candidates,
            formats=found.reading.formats,
            colour=found.colour,
            at=found.best.at,
            box=found.best.box,
            picture=self.album.keep(found.best.crop),
        )
        return plate, ""

    def picture(self, plate: Plate) -> bytes | None:
        """The JPEG that a plate was read from; None when too many others came since."""
        return self.album.picture(plate.picture)

    def _counted(self, readings: list[CrossingReading]) -> list[Reading]:
        if self._lookout is not None:
            read = sum(one.plate is not None or one.no_plate == "withheld" for one in readings)
            self.plates_read += read
            self.plates_unread += len(readings) - read
        return list(readings)

    def _zone_readings(self, frame: Frame) -> list[Reading]:
        if self._zone_due is None:
            self._zone_due = frame.t + self._zone_s
        if frame.t < self._zone_due:
            return []
        self._zone_due = frame.t + self._zone_s
        blind = self._watch.blind
        readings: list[Reading] = []
        for name, meter in self._zones.items():
            count = meter.take()
            if count is None:
                continue
            if blind:
                readings.append(ZoneReading(frame.at, name, None, None, why=blind))
            else:
                readings.append(
                    ZoneReading(frame.at, name, count.vehicles, count.occupancy, count.standing)
                )
        return readings


def _earlier(frame: Frame, t: float) -> Stamp:
    """The stamp of a moment near this frame's."""
    delta = frame.t - t
    return replace(
        frame.at,
        utc_ms=frame.at.utc_ms - round(delta * 1000),
        mono_ns=frame.at.mono_ns - round(delta * 1e9),
    )
