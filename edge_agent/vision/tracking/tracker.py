"""Identities from frame to frame, in numpy, all tracks at once.

At ten analysed frames a second a motorbike moves about its own width between two of them, so boxes
are grown before their overlap is measured, and a track too young to have a velocity gets a second,
wider chance. The motion model runs on real timestamps: a shed frame only makes the step longer.
Low-score detections may continue a track but never begin one (as in ByteTrack, Zhang et al. 2022).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints
from edge_agent.vision.tracking.assign import assign
from edge_agent.vision.tracking.flow import Flow
from edge_agent.vision.tracking.likeness import Cut, Pairs, cut, likeness
from edge_agent.vision.tracking.nested import outermost

Bools = NDArray[np.bool_]

_PART = 0.2
"""Weight of a vote on a vehicle that the picture's edge cuts: the end of a car may be a lorry's."""
_SURE = 5
"""Hits after which a track teaches the flow, and frames between two lessons."""

# What is kept of a track, a column each of one matrix, so that each step is a few array operations.
_CENTRE, _SIZE, _VELOCITY = slice(0, 2), slice(2, 4), slice(4, 6)
_SPREAD = slice(6, 9)  # variances of position and velocity and what they share, in box sizes
_BOX, _ORIGIN = slice(9, 13), slice(13, 15)
_LAST, _HITS, _GUIDED = 15, 16, 17  # guided: born with the velocity of its place
_CUT = slice(18, 22)  # which edges of the picture cut the box that was seen last
_SAID = 22  # sum of its votes' weights
_VOTES = slice(23, 23 + len(CLASSES))
_ROWS = _VOTES.stop


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """What the tracker takes for granted.

    Attributes:
        grow: Share of its size by which a box grows on every side before overlap is measured.
        grow_young: The same for tracks of fewer than ``young`` hits, in the second pass.
        young: Hits until a track's velocity is believed.
        least: Overlap of grown boxes below which two boxes are not the same vehicle.
        high: Score from which a detection may begin a track.
        low: Score below which a detection is ignored.
        confirm: Hits until a track is a vehicle.
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
    low: float = 0.25
    confirm: int = 3
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
        votes: N×len(CLASSES), scores summed by class, of boxes that the edge cuts a fifth.
        score: N, mean score.
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
        self._frames = 0
        self._ids = np.empty(0, np.int64)
        self._kept = np.empty((_ROWS, 0))

    def update(self, t: float, found: Detections) -> Tracks:
        """Take the next frame's detections; ``t`` in seconds, not before the last one."""
        own = self._settings
        step = 0.0 if self._t is None else max(t - self._t, 0.0)
        self._t = t
        self._predict(step)
        found = outermost(found, own.low)
        boxes = np.ascontiguousarray(np.asarray(found.boxes, float).reshape(-1, 4).T)
        match = np.full(len(self._ids), -1)
        strong = found.scores >= own.high
        weak = ~strong
        cuts = cut(boxes, self._size)
        both = self._kept[_CUT] > 0, cuts
        pairs = likeness(self._kept[_BOX], boxes, own.grow, own.least, both)
        rows, columns, _ = pairs
        self._pair(match, strong, pairs, strong[columns])
        self._second_chance(match, strong, boxes)
        self._pair(match, weak, pairs, weak[columns] & (self._kept[_HITS][rows] >= own.confirm))
        seen = match >= 0
        self._correct(match, boxes, cuts, found, t)
        self._teach(seen)
        ended, alive = self._bury(t, seen)
        born = strong.nonzero()[0]
        self._bear(boxes[:, born], cuts[:, born], found.scores[born], found.classes[born], t)
        seen = np.concatenate([seen[alive], np.ones(len(born), bool)])
        return self._told(seen, ended)

    def _told(self, seen: Bools, ended: Ints) -> Tracks:
        kept = self._kept.copy()  # the next frame must not change what was handed out
        hits = kept[_HITS]
        return Tracks(
            self._ids,
            kept[_BOX].T,
            kept[_VELOCITY].T,
            hits.astype(np.int64),
            seen,
            hits >= self._settings.confirm,
            kept[_VOTES].T,
            kept[_VOTES].sum(axis=0) / kept[_SAID],
            ended,
        )

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

    def _correct(self, match: Ints, boxes: Floats, cuts: Cut, found: Detections, t: float) -> None:
        """Kalman update of the matched tracks, worked out for all: the others' gain is nothing."""
        seen = match >= 0
        tracks = seen.nonzero()[0]
        if not len(tracks):
            return
        kept, chosen = self._kept, match[tracks]
        box = kept[_BOX]
        box[:, tracks] = np.take(boxes, chosen, axis=1)
        place, shared, speed = kept[_SPREAD]
        weight = seen / (place + self._settings.jitter**2)
        gain, gain_v = place * weight, shared * weight
        miss = (box[:2] + box[2:]) / 2 - kept[_CENTRE]
        kept[_CENTRE] += gain * miss
        kept[_VELOCITY] += gain_v * miss
        kept[_CUT, tracks] = np.take(cuts, chosen, axis=1)
        # Size follows slowly: a half-hidden vehicle is not a smaller one. But one that enters
        # the picture shows more of itself from frame to frame.
        pace = np.where(kept[_CUT].any(axis=0), 1.0, 0.4) * seen
        kept[_SIZE] += pace * (box[2:] - box[:2] - kept[_SIZE])
        speed -= gain_v * shared
        shared *= 1 - gain
        place *= 1 - gain
        kept[_HITS] += seen
        kept[_LAST, tracks] = t
        weight = np.where(cuts.any(axis=0), _PART, 1.0)[chosen]
        kept[_SAID, tracks] += weight
        kept[_VOTES][found.classes[chosen], tracks] += weight * found.scores[chosen]

    def _teach(self, seen: Bools) -> None:
        """Who is sure of its velocity tells it to the places where it is and where it began."""
        self._frames += 1
        if self._frames % _SURE:  # each track's turn comes while its hits are below 2 × _SURE
            return
        kept = self._kept[:, seen & (self._kept[_HITS] >= _SURE)]
        grown = kept[:, kept[_HITS] < 2 * _SURE]
        places = np.concatenate([kept[_CENTRE], grown[_ORIGIN]], axis=1)
        self._flow.learn(places, np.concatenate([kept[_VELOCITY], grown[_VELOCITY]], axis=1))

    def _bury(self, t: float, seen: Bools) -> tuple[Ints, Bools]:
        """Drop tracks that were not found for too long; their numbers, and who of all lives on."""
        own, since = self._settings, t - self._kept[_LAST]
        dead = ~seen & (since > own.doubt_s)
        if dead.any():
            dead &= (self._kept[_HITS] < own.confirm) | (since > own.patience_s)
        ended, alive = self._ids[dead], ~dead
        if len(ended):
            self._ids, self._kept = self._ids[alive], self._kept[:, alive]
        return ended, alive

    def _bear(self, boxes: Floats, cuts: Cut, scores: Floats, classes: Ints, t: float) -> None:
        count = boxes.shape[1]
        if not count:
            return
        new = np.zeros((_ROWS, count))
        new[_CENTRE] = new[_ORIGIN] = (boxes[:2] + boxes[2:]) / 2
        new[_SIZE] = boxes[2:] - boxes[:2]
        new[_BOX], new[_CUT] = boxes, cuts
        new[_VELOCITY], known = self._flow.guess(new[_CENTRE])
        # A new vehicle may do several of its own sizes a second, either way, if nothing is known.
        sizes = np.hypot(*new[_VELOCITY]) / np.sqrt(new[_SIZE].prod(axis=0))
        place, _, speed = new[_SPREAD]
        place[:] = self._settings.jitter**2
        speed[:] = np.where(known, (0.35 * sizes + 0.3) ** 2, 25.0)
        new[_LAST], new[_HITS], new[_GUIDED] = t, 1, known
        new[_SAID] = np.where(cuts.any(axis=0), _PART, 1.0)
        new[_VOTES][classes, np.arange(count)] = new[_SAID] * scores
        self._ids = np.append(self._ids, np.arange(self._next, self._next + count))
        self._kept = np.concatenate([self._kept, new], axis=1)
        self._next += count
