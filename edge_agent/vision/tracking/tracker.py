"""Identities from frame to frame, in numpy, all tracks at once.

At ten analysed frames a second a motorbike moves about its own width between two of them, so boxes
are grown before their overlap is measured, and a track too young to have a velocity gets a second,
wider chance. The motion model runs on real timestamps: a shed frame only makes the step longer.
Low-score detections continue tracks (as in ByteTrack, Zhang et al. 2022) and begin them, too: a
lorry that drives into a close view is seen well only when it is over the line. But without better
ones no track is a vehicle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints
from edge_agent.vision.tracking.assign import assign
from edge_agent.vision.tracking.flow import Flow
from edge_agent.vision.tracking.likeness import Cut, Pairs, cut, likeness
from edge_agent.vision.tracking.nested import TWO_WHEELED, outermost
from edge_agent.vision.tracking.usual import Usual

Bools = NDArray[np.bool_]

_PART = 0.2
"""Weight of a vote on a vehicle that the picture's edge cuts: the end of a car may be a lorry's."""
_CLOSE = 50.0
"""Height of a box, pixels, from which its vote weighs all: far away a bus is as dark as a lorry."""
_FAR = 20.0
"""Pixels that two-wheelers are high where statures are told: farther away a pixel is too much."""
_LEFT = 0.5
"""Weight of the likeness to a track that the edge cut when it was lost. It has left, probably: who
was seen a moment ago goes on before it, be it for the first time, and no weak find brings it back;
of who filled the picture, to all four edges, none does: its box is alike to any large one.
"""
_LONG, _SAME = 10, 0.6
"""A track of so many hits, none strong, is a mark on the road more likely than a vehicle: what is
less alike to it than this is somebody else, who drives over it.
"""
_SURE = 5
"""Hits after which a track teaches the flow, and frames between two lessons, of heights as well."""
_EVERYBODY = np.array([True])
"""Of any number of pairs: nobody has left, as a rule."""

# What is kept of a track, a column each of one matrix, so that each step is a few array operations.
_CENTRE, _SIZE, _VELOCITY = slice(0, 2), slice(2, 4), slice(4, 6)
_SPREAD = slice(6, 9)  # variances of position and velocity and what they share, in box sizes
_ORIGIN, _GUIDED = slice(9, 11), 11  # guided: born with the velocity of its place
_BOX, _CUT, _LAST = slice(12, 16), slice(16, 20), 20  # seen last: which edges cut it, and when
_SIGHT = slice(_BOX.start, _LAST + 1)
_HITS, _STRONG, _SAID = 21, 22, 23  # hits; those with a high score; sum of its votes' weights
_VOTES = slice(24, 24 + len(CLASSES))
_TALLY = slice(_HITS, _VOTES.stop)
_ROWS = _VOTES.stop


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """What the tracker takes for granted.

    Attributes:
        grow: Share of its size by which a box grows on every side before overlap is measured.
        grow_young: The same for tracks of fewer than ``young`` hits, in the second pass.
        young: Hits until a track's velocity is believed.
        least: Overlap of grown boxes below which two boxes are not the same vehicle.
        high: Score from which a detection is strong.
        low: Score below which a detection is ignored.
        confirm: Hits until a track is a vehicle; ``strong`` of them have to be strong.
        patience_s: How long a confirmed track lives on without a detection.
        doubt_s: The same for one that is not confirmed.
        agility: How quickly velocity may change: spread of acceleration, box sizes per s² · √s.
        jitter: Spread of a measured centre, box sizes.
    """

    grow: float = 0.3
    grow_young: float = 0.8
    young: int = 2
    least: float = 0.3
    high: float = 0.5
    low: float = 0.2
    confirm: int = 3
    strong: int = 2
    patience_s: float = 3.0
    doubt_s: float = 0.35
    agility: float = 1.5
    jitter: float = 0.06


@dataclass(frozen=True, slots=True)
class Tracks:
    """All living tracks after a frame; arrays of the same length N.

    Attributes:
        ids: Track numbers, never reused.
        boxes: N×4, x1 y1 x2 y2: as measured where ``seen``, else predicted.
        velocity: N×2, pixels a second.
        hits: Frames in which each was found.
        seen: Found in this very frame.
        confirmed: Found often enough to be a vehicle.
        votes: N×len(CLASSES), scores summed by class: of boxes far away a part, and of those that
            the edge cuts a fifth.
        score: N, mean score, weighted likewise.
        stature: N, height in heights of two-wheelers that stand in the same row; nan where it is
            not known: not seen in this frame, cut by the picture's edge, too far away.
        ended: Numbers of the tracks that died with this frame.
    """

    ids: Ints
    boxes: Floats
    velocity: Floats
    hits: Ints
    seen: Bools
    confirmed: Bools
    votes: Floats
    score: Floats
    stature: Floats
    ended: Ints


class Tracker:
    """Constant-velocity Kalman filter per track and three passes of assignment per frame.

    Args:
        size: Width and height of the picture, so that it is known whose box its edges cut.
    """

    def __init__(
        self, settings: TrackerSettings | None = None, size: tuple[int, int] | None = None
    ) -> None:
        self._settings = settings or TrackerSettings()
        self._size = size
        self._next = 1
        self._t: float | None = None
        self._flow = Flow()
        self._usual = Usual()
        self._frames = 0
        self._ids = np.empty(0, np.int64)
        self._kept = np.empty((_ROWS, 0))

    def update(self, t: float, found: Detections) -> Tracks:
        """Take the next frame's detections; ``t`` in seconds, not before the last one."""
        own = self._settings
        step = 0.0 if self._t is None else max(t - self._t, 0.0)
        self._t = t
        self._predict(step)
        found = outermost(found, own.low, self._usual)
        boxes = np.ascontiguousarray(np.asarray(found.boxes, float).reshape(-1, 4).T)
        match = np.full(len(self._ids), -1)
        strong = found.scores >= own.high
        free = strong.copy()
        cuts = cut(boxes, self._size)
        both = self._kept[_CUT] > 0, cuts
        alike = likeness(self._kept[_BOX], boxes, own.grow, own.least, both)
        rows, columns, _ = pairs = self._without_marks(alike)
        here, back = self._present(t, pairs)
        clear = strong.take(columns)
        self._pair(match, free, pairs, here & clear & (self._kept[_STRONG] > 0).take(rows))
        self._second_chance(match, free, boxes)
        free |= ~strong
        self._pair(match, free, pairs, (here | back & clear) & free.take(columns))
        seen = match >= 0
        sights, tally = self._heard(found, boxes, cuts, t)
        self._correct(match, sights, tally)
        self._frames += 1
        if self._frames % _SURE == 0:
            self._teach(seen)
            whole = TWO_WHEELED[found.classes] & strong & ~cuts.any(axis=0)
            self._usual.learn(boxes[3, whole], (boxes[3] - boxes[1])[whole])
        ended, alive = self._bury(t, seen)
        born = free.nonzero()[0]
        self._bear(sights[:, born], tally[:, born])
        seen = np.concatenate([seen[alive], np.ones(len(born), bool)])
        return self._told(seen, ended)

    def _present(self, t: float, pairs: Pairs) -> tuple[Bools, Bools]:
        """Of each pair: whether its track is here still, whether a clear find may bring it back.

        Whose last sight was cut by the picture's edge, and not a moment ago, has left: the scores
        of its pairs are lowered in place.
        """
        kept = self._kept
        left = (t - kept[_LAST] > self._settings.doubt_s) & kept[_CUT].any(axis=0)
        if not left.any():
            return _EVERYBODY, _EVERYBODY
        rows, _, scores = pairs
        scores *= np.where(left, _LEFT, 1.0).take(rows)
        return (~left).take(rows), ~kept[_CUT].all(axis=0).take(rows)

    def _without_marks(self, pairs: Pairs) -> Pairs:
        """Pairs without those that would move a doubt of long standing from its place."""
        mark = (self._kept[_STRONG] == 0) & (self._kept[_HITS] >= _LONG)
        if not mark.any():
            return pairs
        rows, columns, scores = pairs
        stay = ((scores >= _SAME) | ~mark.take(rows)).nonzero()[0]
        return rows[stay], columns[stay], scores[stay]

    def _told(self, seen: Bools, ended: Ints) -> Tracks:
        kept = self._kept.copy()  # the next frame must not change what was handed out
        hits = kept[_HITS]
        return Tracks(
            self._ids,
            kept[_BOX].T,
            kept[_VELOCITY].T,
            hits.astype(np.int64),
            seen,
            self._confirmed(),
            kept[_VOTES].T,
            kept[_VOTES].sum(axis=0) / kept[_SAID],
            self._stature(seen),
            ended,
        )

    def _stature(self, seen: Bools) -> Floats:
        _, top, _, foot = self._kept[_BOX]
        usual = self._usual(foot)
        told = seen & (usual >= _FAR) & ~self._kept[_CUT].any(axis=0)
        return np.where(told, (foot - top) / np.maximum(usual, _FAR), np.nan)

    def _confirmed(self) -> Bools:
        own, kept = self._settings, self._kept
        return np.asarray((kept[_HITS] >= own.confirm) & (kept[_STRONG] >= own.strong))

    def _predict(self, step: float) -> None:
        if step == 0.0 or not len(self._ids):
            return
        kept, noise = self._kept, self._settings.agility**2
        kept[_CENTRE] += kept[_VELOCITY] * step
        place, shared, speed = kept[_SPREAD]
        place += 2 * step * shared + step**2 * speed + noise * step**3 / 3
        shared += step * speed + noise * step**2 / 2
        speed += noise * step
        half = kept[_SIZE] / 2
        np.subtract(kept[_CENTRE], half, out=kept[_BOX][:2])
        np.add(kept[_CENTRE], half, out=kept[_BOX][2:])

    def _pair(self, match: Ints, free: Bools, pairs: Pairs, wanted: Bools) -> None:
        """Assign free detections to unmatched tracks; both are marked in place."""
        rows, columns, scores = pairs
        open_ = (wanted & (match[rows] < 0)).nonzero()[0]
        if not len(open_):
            return
        rows, columns = assign(rows[open_], columns[open_], scores[open_])
        match[rows] = columns
        free[columns] = False

    def _second_chance(self, match: Ints, free: Bools, boxes: Floats) -> None:
        """Tracks of unknown velocity may have gone further than their grown box."""
        own = self._settings
        unknown = (self._kept[_HITS] < own.young) & (self._kept[_GUIDED] == 0)
        tracks, others = np.flatnonzero(unknown & (match < 0)), np.flatnonzero(free)
        if not len(tracks) or not len(others):
            return
        near = likeness(self._kept[_BOX][:, tracks], boxes[:, others], own.grow_young, own.least)
        rows, columns = assign(*near)
        match[tracks[rows]] = others[columns]
        free[others[columns]] = False

    def _heard(
        self, found: Detections, boxes: Floats, cuts: Cut, t: float
    ) -> tuple[Floats, Floats]:
        """What detections tell their tracks, a column each; and one more, of no detection."""
        count = len(found.scores)
        sights = np.concatenate((boxes, cuts, np.full((1, count), t)))
        tally = np.zeros((_ROWS - _HITS, count + 1))
        hits, strong, said, *_ = tally[:, :count]
        hits[:] = 1
        strong[:] = found.scores >= self._settings.high
        said[:] = np.minimum((boxes[3] - boxes[1]) / _CLOSE, 1.0)
        said[cuts.any(axis=0)] *= _PART
        votes = tally[_VOTES.start - _HITS :]
        votes[found.classes, np.arange(count)] = said * found.scores
        return sights, tally

    def _correct(self, match: Ints, sights: Floats, tally: Floats) -> None:
        """Kalman update of the matched tracks, worked out for all: the others' gain is nothing."""
        seen = match >= 0
        if not seen.any():
            return
        kept = self._kept
        np.copyto(kept[_SIGHT], sights.take(match, axis=1), where=seen)
        kept[_TALLY] += tally.take(match, axis=1)  # the last column for whom nobody found
        box = kept[_BOX]
        place, shared, speed = kept[_SPREAD]
        weight = seen / (place + self._settings.jitter**2)
        gain, gain_v = place * weight, shared * weight
        miss = (box[:2] + box[2:]) / 2 - kept[_CENTRE]
        kept[_CENTRE] += gain * miss
        kept[_VELOCITY] += gain_v * miss
        # Size shrinks slowly: a half-hidden vehicle is not a smaller one. But one that comes near,
        # or over the picture's edge, shows more of itself from frame to frame.
        more = box[2:] - box[:2] - kept[_SIZE]
        pace = np.where(kept[_CUT].any(axis=0) | (more > 0), 1.0, 0.4) * seen
        kept[_SIZE] += pace * more
        speed -= gain_v * shared
        shared *= 1 - gain
        place *= 1 - gain

    def _teach(self, seen: Bools) -> None:
        """Who is sure of its velocity tells it to the places where it is and where it began."""
        # Each track's turn comes while its hits are below 2 × _SURE.
        kept = self._kept[:, seen & (self._kept[_HITS] >= _SURE)]
        grown = kept[:, kept[_HITS] < 2 * _SURE]
        places = np.concatenate([kept[_CENTRE], grown[_ORIGIN]], axis=1)
        self._flow.learn(places, np.concatenate([kept[_VELOCITY], grown[_VELOCITY]], axis=1))

    def _bury(self, t: float, seen: Bools) -> tuple[Ints, Bools]:
        """Drop tracks that were not found for too long; their numbers, and who of all lives on."""
        own, since = self._settings, t - self._kept[_LAST]
        dead = ~seen & (since > own.doubt_s)
        if dead.any():
            dead &= ~self._confirmed() | (since > own.patience_s)
        ended, alive = self._ids[dead], ~dead
        if len(ended):
            self._ids, self._kept = self._ids[alive], self._kept.compress(alive, axis=1)
        return ended, alive

    def _bear(self, sights: Floats, tally: Floats) -> None:
        count = sights.shape[1]
        if not count:
            return
        new = np.zeros((_ROWS, count))
        new[_SIGHT], new[_TALLY] = sights, tally
        boxes = new[_BOX]
        new[_CENTRE] = new[_ORIGIN] = (boxes[:2] + boxes[2:]) / 2
        new[_SIZE] = boxes[2:] - boxes[:2]
        new[_VELOCITY], known = self._flow.guess(new[_CENTRE])
        new[_GUIDED] = known
        # A new vehicle may do several of its own sizes a second, either way, if nothing is known.
        sizes = np.hypot(*new[_VELOCITY]) / np.sqrt(new[_SIZE].prod(axis=0))
        place, _, speed = new[_SPREAD]
        place[:] = self._settings.jitter**2
        speed[:] = np.where(known, (0.35 * sizes + 0.3) ** 2, 25.0)
        self._ids = np.append(self._ids, np.arange(self._next, self._next + count))
        self._kept = np.concatenate([self._kept, new], axis=1)
        self._next += count
