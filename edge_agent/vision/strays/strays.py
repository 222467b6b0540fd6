"""Strays of one camera: when they are sure, and when they are gone."""

from collections.abc import Callable
from dataclasses import dataclass
from math import dist

from edge_agent.clock import Stamp
from edge_agent.device.readings import Stray, StrayReading, VehicleClass
from edge_agent.vision.frame import Frame, Grey
from edge_agent.vision.geometry import Point, inside
from edge_agent.vision.ground import Ground
from edge_agent.vision.lines import Sight
from edge_agent.vision.scene import Scene
from edge_agent.vision.strays.backdrop import Backdrop, Thing
from edge_agent.vision.strays.backwards import Backwards
from edge_agent.vision.strays.places import CAME, Box, Place, Places, overlap
from edge_agent.vision.strays.settings import OneWay, StraySettings
from edge_agent.vision.vehicles import Vehicle, Vehicles

_SURE = 500
"""Per mille of a class from which it counts: a box on the road may look like a motorbike a bit."""
_PERSON_M = 1.2
"""No person is wider on the road…"""
_UPRIGHT = 1.3
"""…and one who stands is so much taller than wide."""
_MARGIN = 0.5
"""Share of a box's side that its picture shows around it."""


@dataclass(slots=True)
class _Open:
    """A stray that was told.

    Attributes:
        since: When it began, seconds.
        seen: When the backdrop showed it last; for things alone.
    """

    reading: StrayReading
    since: float
    seen: float


class Strays:
    """State of one camera's strays.

    Args:
        settings: What to watch.
        scene: Whose lines they are.
        run: Name of this run.
        keep: Holds a picture and gives its SHA-256.
        ground: The road, when it was measured: for the size of a person.
    """

    def __init__(
        self,
        settings: StraySettings,
        scene: Scene,
        run: str,
        keep: Callable[[Grey], str],
        ground: Ground | None = None,
    ) -> None:
        self._settings, self._scene, self._run = settings, scene, run
        self._keep, self._ground = keep, ground
        self._numbers = 0
        self._open: dict[tuple[str, int], _Open] = {}
        self._restart((1, 1))

    def step(
        self, frame: Frame, sights: list[Sight], ended: list[int], vehicles: Vehicles
    ) -> list[StrayReading]:
        """One frame: what was found and what is gone. Vehicles that end are still known."""
        size = frame.small.shape[1], frame.small.shape[0]
        readings = [] if size == self._size else self.finish(frame)
        if size != self._size:
            self._restart(size)
        for sight in sights:
            if sight.confirmed:
                self._places.see(frame.t, sight.track, vehicles[sight.track].box)
        for place in self._places:
            if place.free:
                self._backdrop.clear(place.box)
        readings += self._wrong_ways(frame, sights, ended, vehicles)
        if self._polygons and self._backdrop.due(frame.t):
            readings += self._things(frame)
        readings += self._standing(frame, vehicles)
        for place in self._places.leave(frame.t, ended):
            readings += self._over(("place", place.number), frame)
        return readings

    def finish(self, frame: Frame) -> list[StrayReading]:
        """The stream or scene ends before this frame, and with it all that was seen in it."""
        readings = [reading for key in list(self._open) for reading in self._over(key, frame)]
        self._restart(self._size)
        return readings

    def _restart(self, size: tuple[int, int]) -> None:
        self._size = size
        self._places = Places()
        self._backdrop = Backdrop(self._settings.object_s)
        self._polygons = self._settings.polygons(*size)
        segments = self._scene.segments(*size)
        self._backwards = Backwards(
            [
                OneWay(name, segments[name], 1 if way == "ab" else -1)
                for name, way in self._settings.against.items()
            ]
        )

    def _wrong_ways(
        self, frame: Frame, sights: list[Sight], ended: list[int], vehicles: Vehicles
    ) -> list[StrayReading]:
        readings = [
            self._begin((line, track), "wrong-way", line, track, frame, frame.t, known.box, known)
            for track, line in self._backwards.step(sights)
            for known in [vehicles[track]]
        ]
        for track, line in self._backwards.ended(ended):
            readings += self._over((line, track), frame)
        return readings

    def _standing(self, frame: Frame, vehicles: Vehicles) -> list[StrayReading]:
        readings = []
        soonest = min(self._settings.stopped_s, self._settings.object_s)
        for place in self._places:
            stood = place.seen - place.since
            if place.number or stood < soonest:
                continue
            known = vehicles[place.track] if place.track in vehicles else Vehicle()
            what, stretch = self._what(place, known), self._stretch(_foot(place.box))
            least = self._settings.stopped_s if what == "stopped" else self._settings.object_s
            if not stretch or stood < least:
                continue
            place.number, place.stretch = self._next(), stretch
            key = "place", place.number
            readings.append(
                self._begin(key, what, stretch, place.number, frame, place.since, place.box, known)
            )
        return readings

    def _things(self, frame: Frame) -> list[StrayReading]:
        """Things that no track explains."""
        readings = []
        things = self._backdrop.look(frame.t, frame.small)
        for thing in things:
            stretch = self._stretch(_foot(thing.box))
            if not stretch or self._places.keep(frame.t, thing.box) or self._known(thing, frame.t):
                continue
            number = self._next()
            since = frame.t - thing.lasted_s
            what = self._size_of(thing.box)
            key = "thing", number
            readings.append(
                self._begin(key, what, stretch, number, frame, since, thing.box, Vehicle())
            )
        gone = [key for key, one in self._open.items() if key[0] == "thing" and one.seen < frame.t]
        return readings + [reading for key in gone for reading in self._over(key, frame)]

    def _known(self, thing: Thing, t: float) -> bool:
        for (kind, _), one in self._open.items():
            if kind == "thing" and overlap(one.reading.box, thing.box):
                one.seen = t
                return True
        return False

    def _what(self, place: Place, known: Vehicle) -> Stray:
        """A vehicle by a class that is sure, or because it came by itself; else a thing."""
        classed = known.kind is not VehicleClass.UNKNOWN and known.confidence >= _SURE
        if classed or place.came >= CAME:
            return "stopped"
        return self._size_of(place.box)

    def _size_of(self, box: Box) -> Stray:
        width, height = box[2] - box[0], box[3] - box[1]
        if self._ground is None or height < _UPRIGHT * width:
            return "object"
        across, down = self._size
        left = self._ground.at(box[0] / across, box[3] / down)
        right = self._ground.at(box[2] / across, box[3] / down)
        if left is None or right is None or dist(left, right) > _PERSON_M:
            return "object"
        return "person-sized"

    def _stretch(self, foot: Point) -> str:
        return next((name for name, area in self._polygons.items() if inside(foot, area)), "")

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _begin(
        self,
        key: tuple[str, int],
        what: Stray,
        place: str,
        number: int,
        frame: Frame,
        since: float,
        box: Box,
        known: Vehicle,
    ) -> StrayReading:
        x1, y1, x2, y2 = (round(side) for side in box)
        reading = StrayReading(
            at=frame.at,
            what=what,
            place=place,
            number=number,
            active=True,
            lasted_ms=round(1000 * (frame.t - since)),
            box=(x1, y1, x2, y2),
            run=self._run,
            vehicle=known.kind,
            confidence=known.confidence,
            picture=self._picture(frame, box),
        )
        self._open[key] = _Open(reading, since, frame.t)
        return reading

    def _over(self, key: tuple[str, int], frame: Frame) -> list[StrayReading]:
        one = self._open.pop(key, None)
        if one is None:
            return []
        lasted = round(1000 * (frame.t - one.since))
        return [_ended(one.reading, frame.at, lasted)]

    def _picture(self, frame: Frame, box: Box) -> str:
        across, down = frame.scale
        height, width = frame.plane.shape[:2]
        x1, y1, x2, y2 = box
        aside, above = _MARGIN * (x2 - x1), _MARGIN * (y2 - y1)
        left, top = max(0, round((x1 - aside) * across)), max(0, round((y1 - above) * down))
        right = min(width, round((x2 + aside) * across))
        bottom = min(height, round((y2 + above) * down))
        if right <= left or bottom <= top:
            return ""
        return self._keep(frame.plane[top:bottom, left:right])


def _foot(box: Box) -> Point:
    return (box[0] + box[2]) / 2, box[3]


def _ended(reading: StrayReading, at: Stamp, lasted_ms: int) -> StrayReading:
    return StrayReading(
        at,
        reading.what,
        reading.place,
        reading.number,
        active=False,
        lasted_ms=lasted_ms,
        box=reading.box,
        run=reading.run,
        vehicle=reading.vehicle,
        confidence=reading.confidence,
    )
