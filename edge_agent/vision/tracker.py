"""Identities from frame to frame, in numpy, all tracks at once.

At ten analysed frames a second a motorbike moves about its own width between two of them, so boxes
are grown before their overlap is measured, and a track too young to have a velocity gets a second,
wider chance. The motion model runs on real timestamps: a shed frame only makes the step longer.
Low-score detections may continue a track but never begin one (as in ByteTrack, Zhang et al. 2022).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.assign import assign
from edge_agent.vision.flow import Flow
from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints

Bools = NDArray[np.bool_]
Pairs = tuple[Ints, Ints, Floats]
"""Track, detection and score of each possible pair."""

_SURE = 5
"""Hits after which a track teaches the flow, and frames between two lessons."""

_ARRAYS = (
    "_ids",
    "_state",
    "_velocity",
    "_spread",
    "_boxes",
    "_hits",
    "_last",
    "_votes",
    "_guided",
    "_origin",
)
"""What is kept per track, a row each."""


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
    young: int = 3
    least: float = 0.3
    high: float = 0.5
    low: float = 0.1
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
        votes: N×len(CLASSES), summed scores by class.
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
    """Constant-velocity Kalman filter per track and three passes of assignment per frame."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._next = 1
        self._t: float | None = None
        self._flow = Flow()
        self._frames = 0
        self._make(0)

    def _make(self, count: int) -> None:
        self._ids = np.empty(count, np.int64)
        self._state = np.empty((count, 4))  # centre x, centre y, width, height
        self._velocity = np.empty((count, 2))
        # Covariance of (position, velocity) in box sizes: both axes share it.
        self._spread = np.empty((count, 3))
        self._boxes = np.empty((count, 4))
        self._hits = np.empty(count, np.int64)
        self._origin = np.empty((count, 2))
        self._guided = np.empty(count, bool)  # born with the velocity of their place
        self._last = np.empty(count)
        self._votes = np.empty((count, len(CLASSES)))

    def update(self, t: float, found: Detections) -> Tracks:
        """Take the next frame's detections; ``t`` in seconds, not before the last one."""
        own = self._settings
        step = 0.0 if self._t is None else max(t - self._t, 0.0)
        self._t = t
        self._predict(step)
        boxes = np.asarray(found.boxes, float).reshape(-1, 4)
        match = np.full(len(self._ids), -1)
        strong = found.scores >= own.high
        weak = (found.scores >= own.low) & ~strong
        pairs = _likeness(self._boxes, boxes, own.grow, own.least)
        rows, columns, _ = pairs
        self._pair(match, strong, pairs, strong[columns])
        self._second_chance(match, strong, boxes)
        self._pair(match, weak, pairs, weak[columns] & (self._hits[rows] >= own.confirm))
        seen = match >= 0
        self._correct(np.flatnonzero(seen), match[seen], boxes, found, t)
        self._teach(seen)
        ended, alive = self._bury(t, seen)
        born = np.flatnonzero(strong)
        seen = np.concatenate([seen[alive], np.ones(len(born), bool)])
        self._bear(boxes[born], found.scores[born], found.classes[born], t)
        return Tracks(
            self._ids,
            self._boxes,
            self._velocity,
            self._hits,
            seen,
            self._hits >= own.confirm,
            self._votes,
            self._votes.sum(axis=1) / self._hits,
            ended,
        )

    def _predict(self, step: float) -> None:
        if step == 0.0 or not len(self._ids):
            return
        self._state[:, :2] += self._velocity * step
        spread, noise = self._spread, self._settings.agility**2
        spread[:, 0] += 2 * step * spread[:, 1] + step**2 * spread[:, 2] + noise * step**3 / 3
        spread[:, 1] += step * spread[:, 2] + noise * step**2 / 2
        spread[:, 2] += noise * step
        half = self._state[:, 2:] / 2
        self._boxes = np.concatenate([self._state[:, :2] - half, self._state[:, :2] + half], axis=1)

    def _pair(self, match: Ints, free: Bools, pairs: Pairs, wanted: Bools) -> None:
        """Assign free detections to unmatched tracks; both are marked in place."""
        rows, columns, scores = pairs
        open_ = wanted & (match[rows] < 0) & free[columns]
        rows, columns = assign(rows[open_], columns[open_], scores[open_])
        match[rows] = columns
        free[columns] = False

    def _second_chance(self, match: Ints, free: Bools, boxes: Floats) -> None:
        """Tracks of unknown velocity may have gone further than their grown box."""
        own = self._settings
        tracks = np.flatnonzero((self._hits < own.young) & (match < 0) & ~self._guided)
        others = np.flatnonzero(free)
        if not len(tracks) or not len(others):
            return
        rows, columns = assign(
            *_likeness(self._boxes[tracks], boxes[others], own.grow_young, own.least)
        )
        match[tracks[rows]] = others[columns]
        free[others[columns]] = False

    def _correct(
        self, tracks: Ints, chosen: Ints, boxes: Floats, found: Detections, t: float
    ) -> None:
        """Kalman update of the matched tracks."""
        if not len(tracks):
            return
        box = boxes[chosen]
        spread = self._spread[tracks]
        total = spread[:, 0] + self._settings.jitter**2
        gain, gain_v = (spread[:, 0] / total)[:, None], (spread[:, 1] / total)[:, None]
        state = self._state[tracks]
        measured = np.concatenate([(box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]], axis=1)
        miss = measured - state
        # Size follows slowly: a half-hidden vehicle is not a smaller one.
        state[:, :2] += gain * miss[:, :2]
        state[:, 2:] += 0.4 * miss[:, 2:]
        self._state[tracks] = state
        self._velocity[tracks] += gain_v * miss[:, :2]
        spread[:, 2] -= gain_v[:, 0] * spread[:, 1]
        spread[:, 1] *= 1 - gain[:, 0]
        spread[:, 0] *= 1 - gain[:, 0]
        self._spread[tracks] = spread
        self._boxes[tracks] = box
        self._hits[tracks] += 1
        self._last[tracks] = t
        self._votes[tracks, found.classes[chosen]] += found.scores[chosen]

    def _teach(self, seen: Bools) -> None:
        """Who is sure of its velocity tells it to the places where it is and where it began."""
        self._frames += 1
        if self._frames % _SURE:  # each track's turn comes while its hits are below 2 × _SURE
            return
        sure = np.flatnonzero(seen & (self._hits >= _SURE))
        self._flow.learn(self._state[sure, :2], self._velocity[sure])
        grown = sure[self._hits[sure] < 2 * _SURE]
        self._flow.learn(self._origin[grown], self._velocity[grown])

    def _bury(self, t: float, seen: Bools) -> tuple[Ints, Bools]:
        """Drop tracks that were not found for too long; their numbers, and who of all lives on."""
        own = self._settings
        dead = ~seen & (t - self._last > own.doubt_s)
        if dead.any():
            dead &= (self._hits < own.confirm) | (t - self._last > own.patience_s)
        ended, alive = self._ids[dead], ~dead
        if len(ended):
            for name in _ARRAYS:
                setattr(self, name, getattr(self, name)[alive])
        return ended, alive

    def _bear(self, boxes: Floats, scores: Floats, classes: Ints, t: float) -> None:
        count = len(boxes)
        if not count:
            # The arrays handed out must not change under the reader with the next frame.
            self._ids, self._boxes = self._ids.copy(), self._boxes.copy()
            return
        votes = np.zeros((count, len(CLASSES)))
        votes[np.arange(count), classes] = scores
        state = np.concatenate(
            [(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1
        )
        velocity, known = self._flow.guess(state[:, :2])
        # A new vehicle may do several of its own sizes a second, either way, if nothing is known.
        speed = np.sqrt((velocity**2).sum(axis=1)) / np.sqrt(state[:, 2] * state[:, 3])
        spread = np.tile([self._settings.jitter**2, 0.0, 25.0], (count, 1))
        spread[known, 2] = (0.35 * speed[known] + 0.3) ** 2
        self._ids = np.append(self._ids, np.arange(self._next, self._next + count))
        self._state = np.concatenate([self._state, state])
        self._velocity = np.concatenate([self._velocity, velocity])
        self._guided = np.append(self._guided, known)
        self._origin = np.concatenate([self._origin, state[:, :2]])
        self._spread = np.concatenate([self._spread, spread])
        self._boxes = np.concatenate([self._boxes, boxes])
        self._hits = np.append(self._hits, np.ones(count, np.int64))
        self._last = np.append(self._last, np.full(count, t))
        self._votes = np.concatenate([self._votes, votes])
        self._next += count


def _likeness(tracks: Floats, boxes: Floats, grow: float, least: float) -> Pairs:
    """Pairs whose overlap (IoU) of grown boxes, times the ratio of heights, is at least this."""
    # Rows of coordinates, single precision: this is where the time goes with many vehicles.
    a = np.ascontiguousarray(tracks.T, np.float32)
    b = np.ascontiguousarray(boxes.T, np.float32)
    a_size, b_size = a[2:] - a[:2], b[2:] - b[:2]
    a_low, a_high = a[:2] - grow * a_size, a[2:] + grow * a_size
    b_low, b_high = b[:2] - grow * b_size, b[2:] + grow * b_size
    width = np.minimum(a_high[0][:, None], b_high[0])
    width -= np.maximum(a_low[0][:, None], b_low[0])
    height = np.minimum(a_high[1][:, None], b_high[1])
    height -= np.maximum(a_low[1][:, None], b_low[1])
    rows, columns = np.nonzero((width > 0) & (height > 0))
    shared = width[rows, columns] * height[rows, columns]
    larger = (1 + 2 * grow) ** 2
    area_a, area_b = larger * a_size[0] * a_size[1], larger * b_size[0] * b_size[1]
    ratio = a_size[1][rows] / b_size[1][columns]
    score = shared / (area_a[rows] + area_b[columns] - shared) * np.minimum(ratio, 1 / ratio)
    enough = score >= least
    return rows[enough], columns[enough], score[enough].astype(float)
