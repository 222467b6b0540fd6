"""Reads a plate's crop: one network pass, then the grammar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from edge_agent.vision.nets.session import Net
from edge_agent.vision.plates.grammar import decode

SIZE = (128, 64)
"""Width and height of what the network is given."""

Slots = NDArray[np.float32]
"""Places × (1 + characters + 1): probability that the place is empty, that of each character, and
how far across the crop the network looked for it, 0–1. Means of several looks are slots again."""

_BACK = 0.12
"""Share of the width by which reading jumps back where a second line begins, at least."""
_CALM = 1.0
"""Added to a crop's contrast, so that a picture of nothing does not become noise."""


@dataclass(frozen=True, slots=True)
class PlateReading:
    """What a crop says.

    Attributes:
        text: Compact, the upper line first, Đ kept; empty when nothing is there.
        confidence: Of the least certain character, 0–1.
        chars: Of each character.
        candidates: Other texts that the grammar allows, most likely first.
        formats: That the text fits, see ``grammar.FORMATS``; none for a text that fits no format.
        lines: 1 or 2; 0 when not known.
    """

    text: str
    confidence: float
    chars: tuple[float, ...]
    candidates: tuple[str, ...]
    formats: tuple[str, ...]
    lines: int = 0


class Places(Protocol):
    """A network that gives the slots of a crop: ours, or one of ``nets.plate_ocr``."""

    @property
    def charset(self) -> str: ...
    def slots(self, crop: MatLike) -> NDArray[np.float32]: ...


class EdgePlaces:
    """The network of this suite.

    Args:
        net: Takes N × 1 × 64 × 128, gives slots N × S × (1 + characters) and where it looked for
            each, N × S × 2, x and y, 0–1.
        charset: Characters in the order of the probabilities.
    """

    def __init__(self, net: Net, charset: str) -> None:
        self.charset = charset
        self._net = net

    def slots(self, crop: MatLike) -> Slots:
        """Slots of one crop, grey H×W or BGR H×W×3, uint8.

        Raises:
            ModelError: The network fails.
        """
        slots, looked = self._net.run(standardised(crop))
        return np.concatenate([slots[0], looked[0, :, :1]], axis=1).astype(np.float32)


class Reader:
    """Reads crops with a network.

    Args:
        net: Of this suite, see ``EdgePlaces``; or anything that gives slots.
        charset: Of a network of this suite.
    """

    def __init__(self, net: Net | Places, charset: str = "") -> None:
        self._places: Places = EdgePlaces(net, charset) if isinstance(net, Net) else net

    def read(self, crops: Sequence[MatLike]) -> list[PlateReading]:
        """Read each crop, grey or BGR; one pass each.

        Raises:
            ModelError: The network fails.
        """
        return [self.decode(self.slots(crop)) for crop in crops]

    def slots(self, crop: MatLike) -> Slots:
        """What each place of a crop may be, for voting over several looks."""
        return self._places.slots(crop)

    def decode(self, slots: NDArray[np.floating]) -> PlateReading:
        """What slots say, or the mean of several."""
        charset = self._places.charset
        wide = 1 + len(charset)
        places = slots[:, :wide].tolist()
        top = _top(slots[:, wide], slots[:, :wide]) if slots.shape[1] > wide else None
        found = decode(places, charset, top)
        lines = 0 if top is None or not found.text else 1 if top == 0 else 2
        return PlateReading(
            found.text, found.confidence, found.chars, found.candidates, found.formats, lines
        )


def standardised(crop: MatLike) -> NDArray[np.float32]:
    """A crop as the network wants it: grey, 128×64, mean 0, deviation 1; 1 × 1 × 64 × 128."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop  # noqa: PLR2004
    how = cv2.INTER_AREA if grey.shape[1] > SIZE[0] else cv2.INTER_LINEAR
    seen = cv2.resize(grey, SIZE, interpolation=how).astype(np.float32)
    seen = (seen - seen.mean()) / (seen.std() + _CALM)
    return np.asarray(seen[None, None], np.float32)


def _top(across: NDArray[np.floating], places: NDArray[np.floating]) -> int:
    """Characters on the upper line: those before the reading jumps back; 0 if it never does."""
    empty = np.flatnonzero(places.argmax(axis=1) == 0)
    used = across[: empty[0]] if empty.size else across
    if used.size < 2:  # noqa: PLR2004 - a jump is between two
        return 0
    jumps = np.diff(used)
    where = int(jumps.argmin())
    return where + 1 if jumps[where] < -_BACK else 0
