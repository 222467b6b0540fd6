"""How alike a track's box and a detection's are, as far as the picture shows both.

Overlap (IoU) of grown boxes, times the ratio of their heights. Of a box that an edge of the picture
cuts, the side across that edge is the vehicle's as little as its foot is: a car that drives into a
close view doubles its height from one frame to the next and keeps its width. So two boxes cut by
the same edge are as alike as their sides along it. Only who filled the picture from edge to edge is
not, a moment later, a narrow strip at one of them: that is the next one.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.frame import Floats, Ints

Pairs = tuple[Ints, Ints, Floats]
"""Track, detection and score of each possible pair."""
Cut = NDArray[np.bool_]
"""4×N: whether the picture's left, upper, right and lower edge cut a box."""

_NEAR = 0.04
"""A box that ends so near an edge is cut by it, share of the picture's width or height."""
_STRIP = 0.5
"""A box this narrow beside one that the picture cuts at both ends is not of the same vehicle."""
_REST = 0.25
"""Nor is one this narrow beside any other: nobody leaves so much of itself, or comes, at once."""


def cut(boxes: Floats, size: tuple[int, int] | None) -> Cut:
    """Which edges of a picture of this width and height cut which boxes (4×N); without it none."""
    if size is None:
        return np.zeros(boxes.shape, bool)
    ends = np.array((*size, *size), float)[:, None]
    near = _NEAR * ends
    return np.concatenate((boxes[:2] <= near[:2], boxes[2:] >= (ends - near)[2:]))


def likeness(
    tracks: Floats, boxes: Floats, grow: float, least: float, cuts: tuple[Cut, Cut] | None = None
) -> Pairs:
    """Pairs that are at least so alike.

    Args:
        tracks: Boxes of tracks, 4×N.
        boxes: Those of detections, 4×M.
        grow: Share of its size by which each grows on every side before.
        least: Likeness of a pair that is left out no more.
        cuts: What the picture's edges cut of both.
    """
    a, b = _grown(tracks, grow), _grown(boxes, grow)
    # Who touches whom is asked of everybody: single precision and truth values are quick.
    coarse_a, coarse_b = a.astype(np.float32)[:, :, None], b.astype(np.float32)[:, None]
    touch = coarse_a[:2] < coarse_b[2:]
    touch &= coarse_a[2:] > coarse_b[:2]
    flat = (touch[0] & touch[1]).ravel().nonzero()[0]
    rows: Ints
    columns: Ints
    rows, columns = np.divmod(flat, boxes.shape[1])
    # The rest only of the few that do.
    a, b = a.take(rows, axis=1), b.take(columns, axis=1)
    both = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = both[0] * both[1]
    own, other = a[2:] - a[:2], b[2:] - b[:2]
    score = shared / (own[0] * own[1] + other[0] * other[1] - shared)
    score *= np.minimum(own[1], other[1]) / np.maximum(own[1], other[1])
    if cuts is not None and cuts[0].any() and cuts[1].any():
        same = cuts[0].take(rows, axis=1) & cuts[1].take(columns, axis=1)
        along = both / (own + other - both)  # of widths, of heights
        ratio = np.minimum(own, other) / np.maximum(own, other)
        along *= ratio
        through = (cuts[0][:2] & cuts[0][2:]).take(rows, axis=1)
        near = (ratio > _REST) & (~through | (other > _STRIP * own))
        for side, edges in ((1, same[::2]), (0, same[1::2])):
            by_side = (edges[0] | edges[1]) & near[1 - side]
            np.maximum(score, along[side], out=score, where=by_side)
    enough = (score >= least).nonzero()[0]
    return rows[enough], columns[enough], score[enough]


def _grown(boxes: Floats, grow: float) -> Floats:
    margin = grow * (boxes[2:] - boxes[:2])
    return np.concatenate([boxes[:2] - margin, boxes[2:] + margin])
