"""Identities from frame to frame, in numpy, all tracks at once.

At ten analysed frames a second a motorbike moves about its own width between two of them, so boxes
are grown before their overlap is measured, and a track too young to have a velocity gets a second,
wider chance. The motion model runs on real timestamps: a shed frame only makes the step longer.
Low-score detections may continue a track but never begin one (as in ByteTrack, Zhang et al. 2022).
"""

from dataclasses import dataclass

import numpy as np

from edge_agent.vision.assign import assign
from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints


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
    grow_young: float = 1.2
    young: int = 3
    least: float = 0.15
    high: float = 0.5
    low: float = 0.1
    confirm: int = 2
    patience_s: float = 1.0
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
    seen: np.typing.NDArray[np.bool_]
    confirmed: np.typing.NDArray[np.bool_]
    votes: Floats
    score: Floats
    ended: Ints


class Tracker:
    """Constant-velocity Kalman filter per track and three passes of assignment per frame."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._next = 1
        self._t: float | None = None
        self._make(0)

    def _make(self, count: int) -> None:
        self._ids = np.empty(count, np.int64)
        self._state = np.empty((count, 4))  # centre x, centre y, width, height
        self._velocity = np.empty((count, 2))
        # Covariance of (position, velocity) in box sizes: both axes share it.
        self._spread = np.empty((count, 3))
        self._boxes = np.empty((count, 4))
        self._hits = np.empty(count, np.int64)
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
        free = found.scores >= own.high
        self._pass(match, boxes, free, own.grow, np.ones(len(match), bool))
        self._pass(match, boxes, free, own.grow_young, self._hits < own.young)
        weak = (found.scores >= own.low) & (found.scores < own.high)
        self._pass(match, boxes, weak, own.grow, self._hits >= own.confirm)
        seen = match >= 0
        self._correct(np.flatnonzero(seen), match[seen], boxes, found, t)
        ended = self._bury(t, seen)
        born = np.flatnonzero(free)
        seen = np.concatenate([seen[ended < 0], np.ones(len(born), bool)])
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
            ended[ended >= 0],
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

    def _pass(
        self,
        match: Ints,
        boxes: Floats,
        free: np.typing.NDArray[np.bool_],
        grow: float,
        wanted: np.typing.NDArray[np.bool_],
    ) -> None:
        """Assign free detections to unmatched, wanted tracks; both are marked in place."""
        tracks = np.flatnonzero(wanted & (match < 0))
        others = np.flatnonzero(free)
        if not len(tracks) or not len(others):
            return
        score = _likeness(self._boxes[tracks], boxes[others], grow)
        score[score < self._settings.least] = 0.0
        rows, columns = assign(score)
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

    def _bury(self, t: float, seen: np.typing.NDArray[np.bool_]) -> Ints:
        """Drop tracks that were not found for too long; their numbers, −1 where alive."""
        own = self._settings
        patience = np.where(self._hits >= own.confirm, own.patience_s, own.doubt_s)
        dead = ~seen & (t - self._last > patience)
        ended = np.where(dead, self._ids, -1)
        if dead.any():
            alive = ~dead
            for name in (
                "_ids",
                "_state",
                "_velocity",
                "_spread",
                "_boxes",
                "_hits",
                "_last",
                "_votes",
            ):
                setattr(self, name, getattr(self, name)[alive])
        return ended

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
        # A new vehicle may do several of its own sizes a second, either way.
        spread = np.tile([self._settings.jitter**2, 0.0, 25.0], (count, 1))
        self._ids = np.append(self._ids, np.arange(self._next, self._next + count))
        self._state = np.concatenate([self._state, state])
        self._velocity = np.concatenate([self._velocity, np.zeros((count, 2))])
        self._spread = np.concatenate([self._spread, spread])
        self._boxes = np.concatenate([self._boxes, boxes])
        self._hits = np.append(self._hits, np.ones(count, np.int64))
        self._last = np.append(self._last, np.full(count, t))
        self._votes = np.concatenate([self._votes, votes])
        self._next += count


def _likeness(tracks: Floats, boxes: Floats, grow: float) -> Floats:
    """Overlap (IoU) of grown boxes, times the ratio of heights: T×B."""
    a, b = _grown(tracks, grow), _grown(boxes, grow)
    width = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    height = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    shared = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    overlap = shared / (area_a[:, None] + area_b[None, :] - shared)
    tall_a, tall_b = tracks[:, 3] - tracks[:, 1], boxes[:, 3] - boxes[:, 1]
    ratio = tall_a[:, None] / tall_b[None, :]
    result: Floats = overlap * np.minimum(ratio, 1.0 / ratio)
    return result


def _grown(boxes: Floats, grow: float) -> Floats:
    extra = grow * (boxes[:, 2:] - boxes[:, :2])
    return np.concatenate([boxes[:, :2] - extra, boxes[:, 2:] + extra], axis=1)
