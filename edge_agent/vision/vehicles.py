"""What is known of each living vehicle: class by the votes of all its sights, place, path, size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isnan, log, nan

import numpy as np

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.frame import CLASSES, UNKNOWN, Floats
from edge_agent.vision.ground import Ground, Path
from edge_agent.vision.lines import Sight
from edge_agent.vision.scene import Anchor
from edge_agent.vision.stature import Statures
from edge_agent.vision.tracking.tracker import Tracks

_EDGE_PX = 3
"""A box that ends so near the picture's edge is cut: its foot is not the vehicle's."""
_FILLS = 0.85
"""A box of this share of the picture's width and of its height fills it: its middle is none."""
_TEACHES, _SURE = 8, 0.9
"""Who was measured so often, and has this share of its votes for one class, is beyond doubt."""

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Vehicle:
    """One track.

    Attributes:
        box: Where it was seen last, pixels of the analysed picture.
        hits: How often it was seen.
        kind: Class with most votes, see ``Tracks.votes``.
        share: Of the votes of those sights that knew a class.
        confidence: Mean score of its sights times the share of the votes, per mille.
        stature: Mean logarithm of its heights in two-wheelers' heights; nan before the first.
        measured: Sights that told its height.
        path: On the road; empty without a calibrated camera.
    """

    box: Box = (0.0, 0.0, 0.0, 0.0)
    hits: int = 0
    kind: VehicleClass = VehicleClass.UNKNOWN
    share: float = 0.0
    confidence: int = 0
    stature: float = nan
    measured: int = 0
    path: Path = field(default_factory=Path)


class Vehicles:
    """All vehicles of one scene.

    Args:
        size: Width and height of the analysed picture.
        anchor: Which point of a box crosses lines.
        ground: The road, when it was measured.
        offset: Added to the tracker's numbers, which begin anew with each scene.

    Attributes:
        highest: Largest number given so far.
    """

    def __init__(
        self, size: tuple[int, int], anchor: Anchor, ground: Ground | None, offset: int
    ) -> None:
        self._size, self._ground, self._offset = size, ground, offset
        self._foot = anchor == "foot"
        self._known: dict[int, Vehicle] = {}
        self._statures = Statures()
        self.highest = offset

    def __getitem__(self, track: int) -> Vehicle:
        return self._known[track]

    def __contains__(self, track: int) -> bool:
        return track in self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def see(self, t: float, tracks: Tracks) -> tuple[list[Sight], list[int]]:
        """Take the tracks that were truly found in this frame, for predictions cross nothing.

        Returns:
            Sights for lines and zones, and the tracks that ended: these stay known until they are
            forgotten.
        """
        rows = np.flatnonzero(tracks.seen).tolist()
        numbers = [self.number(int(track)) for track in tracks.ids[rows]]
        seen = [self._known.setdefault(number, Vehicle()) for number in numbers]
        for known, row in zip(seen, rows, strict=True):
            self._measure(known, tracks, row)
        votes = tracks.votes[rows]
        votes[:, UNKNOWN] *= 1e-6  # who does not know what it is says nothing against who does
        votes *= self._statures.weights(np.array([known.stature for known in seen], float))
        sights = []
        for number, known, row, vote in zip(numbers, seen, rows, votes, strict=True):
            self._judge(known, tracks, row, vote)
            self._stride(t, known)
            sights.append(self._sight(t, number, known, tracks, row))
        self.highest = max([self.highest, *numbers])
        return sights, [self.number(int(ended)) for ended in tracks.ended]

    def _measure(self, known: Vehicle, tracks: Tracks, row: int) -> None:
        """How high it stands; who is beyond doubt teaches what is usual for its class."""
        stature = float(tracks.stature[row])
        if isnan(stature):
            return
        known.measured += 1
        before = 0.0 if known.measured == 1 else known.stature
        known.stature = before + (log(stature) - before) / known.measured
        if known.measured == _TEACHES and tracks.confirmed[row]:
            votes = tracks.votes[row]
            if votes.max() >= _SURE * votes.sum():
                self._statures.learn(int(votes.argmax()), known.stature)

    def _judge(self, known: Vehicle, tracks: Tracks, row: int, votes: Floats) -> None:
        """Where and what it is, by these votes."""
        best = int(votes.argmax())
        known.box = tuple(tracks.boxes[row].tolist())
        known.hits = int(tracks.hits[row])
        known.kind = CLASSES[best]
        known.share = float(votes[best] / votes.sum())
        share = float(tracks.votes[row, best] / tracks.votes[row].sum())
        known.confidence = round(1000 * float(tracks.score[row]) * share)

    def _sight(self, t: float, number: int, known: Vehicle, tracks: Tracks, row: int) -> Sight:
        x1, y1, x2, y2 = known.box
        return Sight(
            number,
            t,
            ((x1 + x2) / 2, y2 if self._foot else (y1 + y2) / 2),
            (x2 - x1, y2 - y1),
            (float(tracks.velocity[row, 0]), float(tracks.velocity[row, 1])),
            bool(tracks.confirmed[row]),
            placed=self._foot or not self._fills(known.box),
        )

    def number(self, of_tracker: int) -> int:
        """The number for the outside of a track that the tracker numbers so."""
        return of_tracker + self._offset

    def forget(self, tracks: Iterable[int]) -> None:
        """These are gone."""
        for track in tracks:
            self._known.pop(track, None)

    def _fills(self, box: Box) -> bool:
        (width, height), (x1, y1, x2, y2) = self._size, box
        return x2 - x1 >= _FILLS * width and y2 - y1 >= _FILLS * height

    def _stride(self, t: float, known: Vehicle) -> None:
        """One more step along the road, unless the box is cut by the picture's edge."""
        if self._ground is None:
            return
        width, height = self._size
        x1, _, x2, y2 = known.box
        if x1 <= _EDGE_PX or x2 >= width - _EDGE_PX or y2 >= height - _EDGE_PX:
            return
        left = self._ground.at(x1 / width, y2 / height)
        right = self._ground.at(x2 / width, y2 / height)
        if left is None or right is None:
            return
        middle = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
        known.path.add(t, middle, float(np.hypot(right[0] - left[0], right[1] - left[1])))
