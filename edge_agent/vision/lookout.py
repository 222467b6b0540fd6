"""Looks for plates on tracked vehicles and has them read, within a budget of time a frame.

Per frame: which vehicles are near enough and not settled yet; one call of the finder for each, as
far as time allows; whose plate is each that was found; then the most promising looks are read.
What time does not allow waits for the next frame, and is counted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.device.readings import NoPlate, PlateColour
from edge_agent.errors import ModelError
from edge_agent.vision.frame import Frame, Grey
from edge_agent.vision.looks import Agreed, Box, Look, Looks, Read, Reading, Slots
from edge_agent.vision.owners import owners

Place = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture at full size."""

_WIDEST_SHARE = 0.5
"""No plate is wider than this share of its vehicle's box."""
_FINDING = 0.6
"""Share of the budget after which no more vehicles are looked at, so that some are read."""
_BLANK_S, _BLANK_MOST_S = 0.1, 0.6
"""After a look without a plate the next comes so much later, doubled each time up to the second."""
_SMALL_S = 0.25
"""After a plate that was too small the next look comes so much later."""
_GROWN = 1.06
"""Once there are looks enough, a vehicle is looked at again when its box has grown by this."""


class FoundPlate(Protocol):
    """A plate as the finder tells it, see ``plates.finder.PlateBox``."""

    @property
    def corners(self) -> NDArray[np.floating]: ...
    @property
    def score(self) -> float: ...


class PlateFinder(Protocol):
    """Finds plates on one vehicle."""

    def find_on(self, picture: Grey, box: Place) -> Sequence[FoundPlate]: ...


class PlateReader(Protocol):
    """Reads one plate, in two steps so that several looks can vote between them."""

    def slots(self, crop: Grey) -> Slots: ...
    def decode(self, slots: Slots) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What plates are found and read with."""

    finder: PlateFinder
    reader: PlateReader
    crop: Callable[[Any, Any], Grey]
    sharpness: Callable[[Any], float]
    colour: Callable[[Any], tuple[PlateColour | None, float]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One vehicle in this frame: its box in pixels of the picture at full size."""

    track: int
    box: Place
    urgent: bool = False


@dataclass(slots=True)
class PlateCounts:
    """Totals since the start.

    Attributes:
        finder_calls: Vehicles looked at.
        reader_calls: Looks read.
        put_off: Vehicles that were due, for which a frame had no time.
        waiting: Looks that wait for the next frame, now.
    """

    finder_calls: int = 0
    reader_calls: int = 0
    put_off: int = 0
    waiting: int = 0


@dataclass(slots=True)
class _Vehicle:
    looks: Looks
    due_t: float = 0.0
    blank_s: float = _BLANK_S
    width: float = 0.0
    urgent: bool = False


@dataclass(slots=True)
class Lookout:
    """Plates of one camera.

    Args:
        tools: What to find and read with, asked anew for each frame: networks may be exchanged.
        min_px: Plates narrower than this are not read, pixels of the full picture.
        budget_s: Time that a frame may take.
        now_ns: A clock that runs with the work.

    Attributes:
        failed: What a network said when it failed; empty while they work.
    """

    tools: Callable[[], Tools]
    min_px: int
    budget_s: float
    now_ns: Callable[[], int]
    counts: PlateCounts = field(default_factory=PlateCounts)
    failed: str = ""
    _vehicles: dict[int, _Vehicle] = field(default_factory=dict)
    _in_use: Tools = field(init=False)

    def __post_init__(self) -> None:
        self._in_use = self.tools()

    def step(self, frame: Frame, sights: Sequence[Seen]) -> None:
        """Look at one frame."""
        tools = self.tools()
        if tools.reader is not self._in_use.reader:  # what two readers say cannot vote together
            self._vehicles.clear()
        self._in_use = tools
        calls = self.counts.finder_calls
        try:
            self._step(frame, sights)
        except ModelError as error:
            self.failed = f"{Path(error.file).name} {error.wrong}"
        else:
            if self.counts.finder_calls > calls:
                self.failed = ""

    def _step(self, frame: Frame, sights: Sequence[Seen]) -> None:
        began = self.now_ns()

        def spent() -> float:
            return (self.now_ns() - began) / 1e9

        boxes = {sight.track: sight.box for sight in sights}
        found: list[FoundPlate] = []
        due = self._due(frame.t, sights)
        for number, sight in enumerate(due):
            if spent() >= self.budget_s * _FINDING:
                self.counts.put_off += len(due) - number
                break
            found += self._find(frame, sight)
        plates = [_bounds(plate) for plate in found]
        for plate, track in owners(plates, boxes).items():
            self._offer(frame, found[plate], plates[plate], self._vehicles[track])
        waiting = self._next()
        while waiting is not None:  # one a frame whatever it costs, or nobody would ever be read
            self._read(*waiting)
            waiting = self._next() if spent() < self.budget_s else None
        self.counts.waiting = sum(one.looks.next() is not None for one in self._vehicles.values())

    def verdict(self, track: int) -> Agreed | NoPlate:
        """What is known of a vehicle's plate by now."""
        known = self._vehicles.get(track)
        return "too-small" if known is None else known.looks.verdict()

    def settled(self, track: int) -> bool:
        """Whether waiting would bring no better answer."""
        known = self._vehicles.get(track)
        return known is not None and known.looks.settled

    def forget(self, tracks: Iterable[int]) -> None:
        """These vehicles are gone."""
        for track in tracks:
            self._vehicles.pop(track, None)

    def _due(self, t: float, sights: Sequence[Seen]) -> list[Seen]:
        """Whom to look at, the most pressing first."""
        due = []
        for sight in sights:
            known = self._vehicles.get(sight.track)
            if known is None:
                known = self._vehicles[sight.track] = _Vehicle(Looks(self._in_use.reader.decode))
            known.urgent = sight.urgent
            width = sight.box[2] - sight.box[0]
            if width * _WIDEST_SHARE < self.min_px:
                continue
            known.looks.near = True
            enough = known.looks.reads >= known.looks.settings.first
            if known.looks.settled or t < known.due_t or (enough and width < _GROWN * known.width):
                continue
            due.append(sight)
        return sorted(due, key=lambda one: (not one.urgent, self._vehicles[one.track].looks.tried))

    def _find(self, frame: Frame, sight: Seen) -> Sequence[FoundPlate]:
        known = self._vehicles[sight.track]
        self.counts.finder_calls += 1
        known.looks.tried += 1
        known.width = sight.box[2] - sight.box[0]
        found = self._in_use.finder.find_on(frame.plane, sight.box)
        if found:
            known.blank_s, known.due_t = _BLANK_S, frame.t
        else:
            known.due_t = frame.t + known.blank_s
            known.blank_s = min(2 * known.blank_s, _BLANK_MOST_S)
        return found

    def _offer(self, frame: Frame, plate: FoundPlate, bounds: Place, owner: _Vehicle) -> None:
        owner.looks.found += 1
        width, frontal = _shape(plate.corners)
        if width < self.min_px:
            owner.due_t = max(owner.due_t, frame.t + _SMALL_S)
            return
        crop = self._in_use.crop(frame.plane, plate)
        if not crop.size:
            return
        quality = width * frontal * self._in_use.sharpness(crop) * float(plate.score)
        x1, y1, x2, y2 = box = _pixels(bounds, frame.plane)
        tint = None if frame.whole is None else frame.whole[y1:y2, x1:x2].copy()
        owner.looks.near = True
        owner.looks.offer(Look(frame.at, box, crop.copy(), quality, tint))

    def _next(self) -> tuple[_Vehicle, Look] | None:
        """The look to read now: of the urgent, of the least read, the best."""
        best: tuple[_Vehicle, Look] | None = None
        rank: tuple[bool, int, float] | None = None
        for known in self._vehicles.values():
            look = known.looks.next()
            if look is None:
                continue
            mine = (not known.urgent, known.looks.reads, -look.quality)
            if rank is None or mine < rank:
                best, rank = (known, look), mine
        return best

    def _read(self, known: _Vehicle, look: Look) -> None:
        self.counts.reader_calls += 1
        slots = self._in_use.reader.slots(look.crop)
        reading = self._in_use.reader.decode(slots)
        tinted = look.tint is not None and look.tint.size > 0
        colour = self._in_use.colour(look.tint) if tinted and look.tint is not None else (None, 0.0)
        known.looks.took(Read(look, slots, reading.text, reading.confidence, colour))


def _bounds(plate: FoundPlate) -> Place:
    x1, y1 = plate.corners.min(axis=0).tolist()
    x2, y2 = plate.corners.max(axis=0).tolist()
    return x1, y1, x2, y2


def _pixels(bounds: Place, picture: Grey) -> Box:
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (round(value) for value in bounds)
    return max(0, x1), max(0, y1), min(width, x2 + 1), min(height, y2 + 1)


def _shape(corners: NDArray[np.floating]) -> tuple[float, float]:
    """Width in pixels, and how frontal it is seen: 1 for a rectangle, less for a slanted one."""
    sides = np.roll(corners, -1, axis=0) - corners
    top, right, bottom, left = (max(hypot(x, y), 1e-6) for x, y in sides.tolist())
    parallel = min(top, bottom) / max(top, bottom) * min(left, right) / max(left, right)
    upright = abs(sides[0, 0] * sides[1, 1] - sides[0, 1] * sides[1, 0]) / (top * right)
    return (top + bottom) / 2, float(parallel * upright)
