"""Counting line: which tracked vehicle crossed it, when, which way. A pure state machine.

A track is a path through the picture. It crosses where a step of the path meets the line segment;
the crossing counts once the vehicle is out of a dead band around the line (so that a box that
trembles on the line counts nothing), once per track and direction; whoever was counted is back only
when clearly so, for a vehicle that waits just over the line trembles, too. The path is extended at
both ends by the track's velocity: a vehicle first seen just behind the line, or last seen just
before it, crossed it unseen, unless another track already did so at that place and moment.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.vision.geometry import Point, Segment, between

Direction = Literal["ab", "ba"]

DEAD_BAND = 0.06
"""Half-width of the dead band, as a share of the vehicle's smaller side."""
BACK_BAND = 0.5
"""That of a track that was counted already."""
REACH_S = 0.35
"""How far a path is extended at its ends: three analysed frames at ten a second."""
BELIEVED = 3
"""Sights until a track's velocity may extend its path."""
BACKWARD = 0.3
"""Sizes a second: a track that moves faster than this against its own crossing jumped."""
SAME_S = 0.6
SAME_SIZES = 0.6
"""An unseen crossing is another track's when that one was so near in time and along the line."""
TWIN_S = 0.13
TWIN_SIZES = 0.35
"""Even one that was seen: no two vehicles stand on the same spot of the road, so two tracks that
cross there together are two boxes of one vehicle. A motorbike passes its own length in this time,
and beside a lorry the spot is as small as the motorbike.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One track in one frame, in pixels and seconds.

    Attributes:
        at: Its reference point.
        placed: False when that point is the middle of the picture rather than of the vehicle, for
            the box is the whole picture.
    """

    track: int
    t: float
    at: Point
    size: Point
    velocity: Point = (0.0, 0.0)
    confirmed: bool = True
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle crossed.

    Attributes:
        track: Its track.
        direction: ``ab``: from the line's left to its right, seen from its first point.
        t: When, interpolated between the two frames.
        at: Where.
        size: Smaller side of the vehicle's box there.
        seen: False when the path had to be extended to reach the line.
    """

    track: int
    direction: Direction
    t: float
    at: Point
    size: float
    seen: bool = True


@dataclass(slots=True)
class _Path:
    first: Sight
    last: Sight
    side: int = 0
    sights: int = 1
    pending: Crossing | None = None
    held: list[Crossing] = field(default_factory=list)
    counted: set[Direction] = field(default_factory=set)
    extended: bool = False


class LineCounter:
    """State of one line."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._paths: dict[int, _Path] = {}
        self._recent: deque[Crossing] = deque(maxlen=64)

    def step(self, sights: list[Sight], ended: list[int]) -> list[Crossing]:
        """One frame: every track seen in it, and the tracks that ended."""
        crossings: list[Crossing] = []
        for sight in sights:
            crossings += self._see(sight) if sight.placed else self._fills(sight)
        for track in ended:
            crossings += self._end(track)
        return crossings

    def __len__(self) -> int:
        """Tracks remembered."""
        return len(self._paths)

    def _see(self, sight: Sight) -> list[Crossing]:
        path = self._paths.get(sight.track)
        beyond = self._beyond(sight, BACK_BAND if path and path.counted else DEAD_BAND)
        if path is None:
            self._paths[sight.track] = _Path(sight, sight, side=beyond)
            return []
        before = path.last
        path.last = sight
        path.sights += 1
        share = self.segment.met_by(before.at, sight.at)
        if share is not None:
            self._met(path, before, sight, share)
        if beyond:
            self._left_band(path, beyond, sight)
        result: list[Crossing] = []
        if sight.confirmed and path.held:
            result = self._release(path)
        if sight.confirmed and not path.extended and path.sights >= BELIEVED:
            path.extended = True
            result += self._extend(path, path.first, sight.velocity, -REACH_S)
        return result

    def _fills(self, sight: Sight) -> list[Crossing]:
        """It crosses nothing now, but may be a vehicle now: then what it did before counts."""
        path = self._paths.get(sight.track)
        return self._release(path) if path and path.held and sight.confirmed else []

    def _beyond(self, sight: Sight, band: float) -> int:
        """−1 or 1: the side it is on, outside the dead band; 0 inside it."""
        distance = self.segment.side(sight.at)
        if abs(distance) <= band * min(sight.size):
            return 0
        return 1 if distance > 0 else -1

    def _met(self, path: _Path, before: Sight, sight: Sight, share: float) -> None:
        direction: Direction = "ab" if self.segment.side(before.at) < 0 else "ba"
        if path.pending is not None and path.pending.direction != direction:
            path.pending = None  # it trembled on the line and is back where it was
        elif path.pending is None:
            t = before.t + share * (sight.t - before.t)
            at = between(before.at, sight.at, share)
            path.pending = Crossing(sight.track, direction, t, at, min(sight.size))

    def _left_band(self, path: _Path, side: int, sight: Sight) -> None:
        crossing, path.pending = path.pending, None
        if crossing is not None:
            way = 1 if crossing.direction == "ab" else -1
            forward = way * self.segment.towards_right(sight.velocity) / max(sight.size)
            # A track that leaps back over the line while it drives on took over another's box.
            if way == side and path.side != side and forward > -BACKWARD:
                self._hold(path, crossing)
        path.side = side

    def _hold(self, path: _Path, crossing: Crossing) -> None:
        if crossing.direction not in path.counted:
            path.counted.add(crossing.direction)
            path.held.append(crossing)

    def _release(self, path: _Path) -> list[Crossing]:
        """What was held until the track was a vehicle, unless it has a twin."""
        held, path.held = path.held, []
        return [self._count(one) for one in held if not self._has_twin(one)]

    def _count(self, crossing: Crossing) -> Crossing:
        self._recent.append(crossing)
        return crossing

    def _extend(self, path: _Path, end: Sight, velocity: Point, reach: float) -> list[Crossing]:
        """Count the line if the path's extension meets it and nobody else did so there."""
        far = (end.at[0] + velocity[0] * reach, end.at[1] + velocity[1] * reach)
        share = self.segment.met_by(end.at, far)
        if share is None:
            return []
        direction: Direction = "ab" if self.segment.towards_right(velocity) > 0 else "ba"
        at = between(end.at, far, share)
        t, size = end.t + share * reach, min(end.size)
        crossing = Crossing(end.track, direction, t, at, size, seen=False)
        near = SAME_SIZES * max(end.size)
        if path.counted or any(away <= near for _, away in self._others(crossing, SAME_S)):
            return []
        path.counted.add(direction)
        return [self._count(crossing)]

    def _has_twin(self, crossing: Crossing) -> bool:
        return any(
            away <= TWIN_SIZES * min(crossing.size, other.size)
            for other, away in self._others(crossing, TWIN_S)
        )

    def _others(self, crossing: Crossing, soon: float) -> Iterator[tuple[Crossing, float]]:
        """Who else crossed the same way, as soon as this, and how far away, pixels."""
        for other in self._recent:
            same_way = other.direction == crossing.direction and other.track != crossing.track
            if same_way and abs(other.t - crossing.t) <= soon:
                across, down = other.at[0] - crossing.at[0], other.at[1] - crossing.at[1]
                yield other, max(abs(across), abs(down))

    def _end(self, track: int) -> list[Crossing]:
        path = self._paths.pop(track, None)
        if path is None or not path.last.confirmed or path.sights < BELIEVED:
            return []
        if path.pending is not None and not path.counted:
            # Last seen within the dead band, on its way out.
            way = 1 if path.pending.direction == "ab" else -1
            if way * self.segment.towards_right(path.last.velocity) > 0:
                self._hold(path, path.pending)
                return self._release(path)
        return self._extend(path, path.last, path.last.velocity, REACH_S)
