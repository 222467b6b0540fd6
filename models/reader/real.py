"""Real crops with their texts, from folders of ``labels.jsonl``: what is learned from, what is not.

One plate text in five is held out for good, by :func:`edge_agent.evaluation.split.held_out`. Labels
of electric motorbikes write MD where the metal says MĐ; the net is taught what is meant. Nothing is
learned from labels that ``edge_agent.evaluation`` knows to be wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_agent.evaluation.disputed import Disputed
from edge_agent.evaluation.labels import Item, gather
from edge_agent.evaluation.split import held_out
from edge_agent.evaluation.text import meant
from edge_agent.models.reader.paint import Grey
from edge_agent.models.reader.render import labels_of
from edge_agent.models.reader.spoil import SIZE

_FREE = ("CC BY 4.0", "CC-BY-4.0", "CC0", "Apache-2.0", "MIT")
_LOOSE = 0.08
"""Share of a plate's box that is cut around it when it comes from a whole photo."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A real crop.

    Attributes:
        text: As the metal says it.
        label: As the data says it.
        disputed: Whether the label is known to be wrong.
    """

    picture: Grey
    text: str
    label: str
    lines: int
    vehicle: str
    source: str
    licence: str
    path: Path
    disputed: bool = False

    def small(self) -> Grey:
        """At the size that the net takes."""
        return np.asarray(cv2.resize(self.picture, SIZE, interpolation=cv2.INTER_AREA), np.uint8)

    @property
    def free(self) -> bool:
        """Whether its licence lets weights that are given away learn from it."""
        return self.licence.startswith(_FREE)

    @property
    def teaches(self) -> bool:
        """Whether it may be learned from."""
        return not self.held and not self.disputed

    @property
    def held(self) -> bool:
        """Whether it is kept out of training for good."""
        return held_out(self.label)


def read_crops(folders: Sequence[Path]) -> list[Crop]:
    """All readable plates: crops as they are, and plates cut out of whole photos.

    A plate that is labelled both ways stays twice in the list; its text decides on which side.
    """
    found: list[Crop] = []
    for item in gather(folders):
        picture = cv2.imread(str(item.path), cv2.IMREAD_GRAYSCALE)
        if picture is not None:
            found += _cut(item, np.asarray(picture, np.uint8))
    return found


def _cut(item: Item, picture: Grey) -> Iterable[Crop]:
    plates = [item.crop] if item.crop else list(item.plates or ())
    for plate in plates:
        if not plate.text:
            continue
        try:
            labels_of(meant(plate.text))
        except ValueError:
            continue
        room = picture
        if plate.box is not None:
            x1, y1, x2, y2 = plate.box
            dx, dy = (x2 - x1) * _LOOSE, (y2 - y1) * _LOOSE
            left, top = max(0, round(x1 - dx)), max(0, round(y1 - dy))
            room = picture[top : round(y2 + dy), left : round(x2 + dx)]
        if min(room.shape) > 4:
            yield Crop(
                room,
                meant(plate.text),
                plate.text,
                plate.lines,
                plate.vehicle,
                item.source,
                item.licence,
                item.path,
                Disputed.shipped()(item),
            )


def shaken(crop: Grey, size: tuple[int, int], rng: np.random.Generator) -> Grey:
    """A crop as another camera might have seen it: moved, leaned, blurred, in other light."""
    tall, wide = crop.shape
    corners = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32)
    reach = 0.06 if rng.random() < 0.8 else 0.1
    moved = corners + rng.normal(0, reach * 0.5, (4, 2)).astype(np.float32)
    moved += rng.uniform(-reach, reach, (1, 2)).astype(np.float32) * 0.5
    moved = (moved - 0.5) * np.float32(rng.uniform(0.88, 1.05)) + 0.5
    down = rng.uniform(0.45, 1.0) if rng.random() < 0.4 and wide > 60 else 1.0
    frame = (max(24, round(min(wide, 256) * down)), max(12, round(min(tall, 192) * down)))
    flat = (corners * (wide, tall)).astype(np.float32)
    turn = cv2.getPerspectiveTransform(flat, (moved * frame).astype(np.float32))
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    seen = cv2.warpPerspective(crop, turn, frame, flags=cv2.INTER_AREA, borderMode=border)
    how = cv2.INTER_AREA if frame[0] > size[0] else cv2.INTER_LINEAR
    lit = np.asarray(cv2.resize(seen, size, interpolation=how), np.float32)
    if rng.random() < 0.35:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.4, 1.5)), np.float32)
    if rng.random() < 0.4:
        lit = np.asarray(255 * (lit / 255) ** rng.uniform(0.6, 1.6), np.float32)
    if rng.random() < 0.4:
        slope = rng.uniform(-40, 40)
        lit = lit + np.linspace(-slope, slope, size[0], dtype=np.float32)
    if rng.random() < 0.15:
        lit = 255 - lit
    if rng.random() < 0.5:
        lit = lit + rng.standard_normal(lit.shape, np.float32) * np.float32(rng.uniform(1, 12))
    return np.asarray(np.clip(lit, 0, 255), np.uint8)
