"""A finder and a reader that know the road's truth, and take their time by a clock of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_agent.device.readings import PlateColour
from edge_agent.errors import ModelError
from edge_agent.vision.frame import Bgr, Grey
from edge_agent.vision.lookout import Lookout, Tools
from edge_agent.vision.looks import Slots

CHARSET = "0123456789ABCDEFGHKLMNPRSTUVXYZ_"
PLACES = 9
Place = tuple[float, float, float, float]


@dataclass(frozen=True)
class Found:
    """A plate that lies level in the picture."""

    text: str
    box: Place
    score: float = 0.9

    @property
    def corners(self) -> NDArray[np.floating]:
        x1, y1, x2, y2 = self.box
        return np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)])


@dataclass(frozen=True)
class Said:
    text: str
    confidence: float
    candidates: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("car",)


def slots(text: str, sure: float = 0.97) -> Slots:
    """What a reader that is ``sure`` of each character would give."""
    table = np.full((PLACES, len(CHARSET)), (1 - sure) / (len(CHARSET) - 1))
    for place, character in enumerate(text.ljust(PLACES, "_")):
        table[place, CHARSET.index(character)] = sure
    return table


def decode(table: Slots) -> Said:
    text = "".join(CHARSET[i] for i in table.argmax(axis=1)).rstrip("_")
    formats = ("car",) if text[:2].isdigit() and text[2:3].isalpha() else ()
    return Said(text, float(table.max(axis=1).min()), (), formats)


@dataclass
class Workshop:
    """Finder, reader and clock in one.

    Attributes:
        plates: What is in the picture now.
        sure: How sure the reader is.
        broken: Networks fail while it is set.
        find_ms: What a call of the finder takes, and
        read_ms: one of the reader.
    """

    plates: list[Found] = field(default_factory=list)
    sure: float = 0.97
    broken: bool = False
    find_ms: float = 2.0
    read_ms: float = 1.0
    asked: list[Place] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    _now_ns: int = 0

    def lookout(self, *, min_px: int = 40, budget_s: float = 1.0) -> Lookout:
        tools = Tools(self, self, self._crop, lambda _: 1.0, self._colour)
        return Lookout(lambda: tools, min_px, budget_s, lambda: self._now_ns)

    def find_on(self, picture: Grey, box: Place) -> Sequence[Found]:
        self._spend(self.find_ms)
        self.asked.append(box)
        x1, y1, x2, y2 = box
        return [
            plate
            for plate in self.plates
            if x1 <= (plate.box[0] + plate.box[2]) / 2 <= x2
            and y1 <= (plate.box[1] + plate.box[3]) / 2 <= y2
        ]

    def slots(self, crop: Grey) -> Slots:
        self._spend(self.read_ms)
        text = bytes(crop[0].tolist()).decode()
        self.read.append(text)
        return slots(text, self.sure)

    def decode(self, table: Slots) -> Said:
        return decode(table)

    def _crop(self, picture: Grey, plate: Found) -> Grey:
        return np.frombuffer(plate.text.encode(), np.uint8)[None]

    def _colour(self, picture: Bgr) -> tuple[PlateColour | None, float]:
        return "yellow", 0.8

    def _spend(self, ms: float) -> None:
        self._now_ns += round(ms * 1e6)
        if self.broken:
            raise ModelError("finder.onnx", "fails", "a sound one", "copy it again")
