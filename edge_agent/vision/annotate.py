"""The recording as the pipeline saw it, to be watched: vehicles, paths, lines, counts, plates."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from edge_agent.device.readings import CrossingReading, PlateColour, VehicleClass
from edge_agent.errors import EdgeError
from edge_agent.vision import drawing
from edge_agent.vision.drawing import Colour, Spot
from edge_agent.vision.frame import Bgr, Frame, Grey
from edge_agent.vision.geometry import Segment

_LEAST_WIDTH = 960
"""Smaller recordings are enlarged to this, so that words fit."""
_KINDS: dict[VehicleClass, Colour] = {
    VehicleClass.MOTORBIKE: (190, 214, 72),
    VehicleClass.BICYCLE: (120, 220, 150),
    VehicleClass.CAR: (70, 190, 255),
    VehicleClass.BUS: (235, 130, 190),
    VehicleClass.TRUCK: (110, 120, 250),
}
_OTHER: Colour = (210, 200, 190)
_DOUBTED: Colour = (150, 150, 150)
_LINE: Colour = (80, 220, 255)
_PLATES: dict[PlateColour | None, tuple[Colour, Colour]] = {
    None: ((238, 238, 238), drawing.INK),
    "white": ((245, 245, 245), drawing.INK),
    "yellow": ((60, 205, 250), drawing.INK),
    "blue": ((170, 90, 30), drawing.WHITE),
    "red": ((40, 40, 190), drawing.WHITE),
}
_TRAIL = 16
_LIT_FRAMES = 3
_CARDS = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """One vehicle in one frame; its box in pixels of the picture at full size."""

    number: int
    box: tuple[float, float, float, float]
    kind: VehicleClass
    sure: bool
    plate: str = ""
    colour: PlateColour | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A plate that was read, with the crop it was read from."""

    text: str
    colour: PlateColour | None
    crop: Grey


class Film:
    """A video file that grows frame by frame.

    Args:
        path: Where; ``.mp4``.
        fps: Of the analysed frames.
        segments: Counting lines in pixels of the full picture.
        title: Said at the foot: what was seen with.

    Raises:
        EdgeError: The file cannot be written.
    """

    def __init__(self, path: Path, fps: float, segments: dict[str, Segment], title: str) -> None:
        self._path, self._fps, self._segments, self._title = path, fps, segments, title
        self._writer: cv2.VideoWriter | None = None
        self._trails: dict[int, deque[Spot]] = defaultdict(lambda: deque(maxlen=_TRAIL))
        self._lit: dict[str, int] = {}
        self._cards: deque[Card] = deque(maxlen=_CARDS)

    def crossed(self, crossings: Iterable[CrossingReading], cards: Sequence[Card]) -> None:
        """Vehicles that were counted just now, and the plates that were read of them."""
        for crossing in crossings:
            self._lit[crossing.line] = _LIT_FRAMES
        known = {card.text for card in self._cards}
        self._cards.extendleft(card for card in cards if card.text not in known)

    def add(
        self, frame: Frame, vehicles: Iterable[Shown], counts: dict[str, dict[str, int]]
    ) -> None:
        """Draw one frame."""
        picture, scale = _canvas(frame)
        for name, segment in self._segments.items():
            self._draw_line(picture, name, segment, scale)
        shown = list(vehicles)
        for vehicle in sorted(shown, key=lambda one: one.box[3]):
            self._draw(picture, vehicle, scale)
        for gone in self._trails.keys() - {vehicle.number for vehicle in shown}:
            del self._trails[gone]
        _draw_counts(picture, counts)
        _draw_cards(picture, self._cards)
        _draw_foot(picture, f"{_clock(frame.t)}   {self._title}")
        self._write(picture)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()

    def _draw_line(self, picture: Bgr, name: str, segment: Segment, scale: float) -> None:
        a, b = (_spot(point, scale) for point in (segment.a, segment.b))
        lit = self._lit.get(name, 0)
        self._lit[name] = max(0, lit - 1)
        drawing.line_of_sight(picture, a, b, _LINE, lit=lit > 0)
        middle = (a[0] + b[0]) // 2, (a[1] + b[1]) // 2
        right = float(-(b[1] - a[1])), float(b[0] - a[0])
        drawing.arrow(picture, middle, right, _LINE)
        drawing.label(picture, f"{name} ab", (middle[0] + 8, middle[1] - 12), 13, drawing.INK)

    def _draw(self, picture: Bgr, vehicle: Shown, scale: float) -> None:
        colour = _KINDS.get(vehicle.kind, _OTHER) if vehicle.sure else _DOUBTED
        x1, y1, x2, y2 = (round(value * scale) for value in vehicle.box)
        trail = self._trails[vehicle.number]
        trail.append(((x1 + x2) // 2, y2))
        drawing.trail(picture, list(trail), colour)
        drawing.corners(picture, (x1, y1), (x2, y2), colour)
        if not vehicle.sure:
            return
        drawing.label(picture, f"{vehicle.kind.value} {vehicle.number}", (x1, y1 - 3), 15, colour)
        if vehicle.plate:
            _draw_plate(picture, vehicle.plate, vehicle.colour, (x1, y2 + 4), 17)

    def _write(self, picture: Bgr) -> None:
        if self._writer is None:
            size = (picture.shape[1], picture.shape[0])
            self._writer = cv2.VideoWriter(
                str(self._path), cv2.VideoWriter.fourcc(*"mp4v"), self._fps, size
            )
            if not self._writer.isOpened():
                raise EdgeError(f"{self._path}: cannot be written; is it an .mp4 in a folder?")
        self._writer.write(picture)


def _canvas(frame: Frame) -> tuple[Bgr, float]:
    """What to draw on, and pixels of it to one of the full picture."""
    picture = frame.whole
    if picture is None:
        picture = cv2.cvtColor(frame.plane, cv2.COLOR_GRAY2BGR)
    height, width = picture.shape[:2]
    scale = max(1.0, _LEAST_WIDTH / width)
    size = round(width * scale) // 2 * 2, round(height * scale) // 2 * 2
    if size == (width, height):
        return picture.copy(), 1.0
    return cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), size[0] / width


def _draw_plate(picture: Bgr, text: str, colour: PlateColour | None, at: Spot, size: int) -> int:
    """A plate as it hangs on a vehicle; its width."""
    ground, ink = _PLATES[colour]
    width, height = drawing.width_of(text, size, bold=True) + 12, round(size * 1.2)
    x = min(max(0, at[0]), max(0, picture.shape[1] - width))
    y = min(at[1], picture.shape[0] - height)
    cv2.rectangle(picture, (x, y), (x + width, y + height), ground, -1)
    cv2.rectangle(picture, (x + 1, y + 1), (x + width - 1, y + height - 1), ink, 1)
    drawing.write(picture, text, (x + 6, y + round(height * 0.76)), size, ink, bold=True)
    return width


def _draw_counts(picture: Bgr, counts: dict[str, dict[str, int]]) -> None:
    rows = [
        (word.replace("_", " "), sum(found.values()), _classes(found))
        for word, found in counts.items()
    ]
    if not rows:
        return
    wide = max(drawing.width_of(f"{word} {detail}", 16) for word, _, detail in rows)
    drawing.panel(picture, (10, 10), (wide + 84, 22 + 26 * len(rows)))
    for number, (word, total, detail) in enumerate(rows):
        y = 34 + 26 * number
        drawing.write(picture, f"{total:3d}", (16, y), 22, _LINE, bold=True)
        drawing.write(picture, word, (60, y), 16)
        x = 68 + drawing.width_of(word, 16)
        drawing.write(picture, detail, (x, y), 16, (190, 190, 190))


def _classes(found: dict[str, int]) -> str:
    return "  ".join(f"{kind} {count}" for kind, count in sorted(found.items()))


def _draw_cards(picture: Bgr, cards: Iterable[Card]) -> None:
    """The last plates, upper right, each beside the crop it was read from."""
    right = picture.shape[1] - 10
    for number, card in enumerate(cards):
        y = 12 + 46 * number
        small = cv2.cvtColor(card.crop, cv2.COLOR_GRAY2BGR)
        wide = min(120, round(small.shape[1] * 36 / max(1, small.shape[0])))
        text = drawing.width_of(card.text, 19, bold=True) + 12
        drawing.panel(picture, (right - wide - text - 18, y), (right, y + 42))
        drawing.inset(picture, small, (right - wide - 4, y + 3), 36)
        _draw_plate(picture, card.text, card.colour, (right - wide - text - 10, y + 9), 19)


def _draw_foot(picture: Bgr, words: str) -> None:
    height = picture.shape[0]
    wide = drawing.width_of(words, 14) + 16
    drawing.panel(picture, (0, height - 24), (wide, height))
    drawing.write(picture, words, (8, height - 8), 14, (210, 210, 210))


def _clock(t: float) -> str:
    return f"{int(t) // 60:02d}:{t % 60:04.1f}"


def _spot(point: tuple[float, float], scale: float) -> Spot:
    return round(point[0] * scale), round(point[1] * scale)
