"""Which cell answers for which vehicle, and the loss that follows (SimOTA, Ge et al. 2021).

Every truth takes the cells that cost it least; how many follows from how well its best cells
already overlap it. The score that a cell shall give is the overlap it reaches, so that ranking
by score is ranking by fit.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from edge_agent.models.detector.classes import CLASSES
from edge_agent.models.detector.net import Found

_RADIUS = 2.0  # strides around a box's centre in which a cell may answer for it
_MOST = 10  # cells a truth
_DOUBTED = 0.2  # of the blame is left; with none a mistake would stay for ever
_ABOVE = 0.3  # without any blame the far end of a road fills with finds
_DEAR = {"bicycle": 2.0, "bus": 1.3}
"""What taking one of these for another costs, others 1: from afar the seldom look like the frequent
(a bus like a lorry, a bicycle like a motorbike), and counted for less than these they are lost."""


class Truth(NamedTuple):
    """A batch's truths, padded to the fullest picture.

    Attributes:
        boxes: B×M×4, pixels of the input.
        kinds: B×M, positions in CLASSES.
        real: B×M, false where padded.
        known: B×5, false where the source does not tell that kind from others.
        blank: B×K×4, cells in here are neither right nor wrong.
        above: B, likewise, nearly, finds that end above this.
        lowest: B, likewise finds lower than this.
        frame: B×4, likewise finds that leave this rectangle.
        doubt: B, score from which a find without a truth is rather believed than its label.
    """

    boxes: Tensor
    kinds: Tensor
    real: Tensor
    known: Tensor
    blank: Tensor
    above: Tensor
    lowest: Tensor
    frame: Tensor
    doubt: Tensor


class Losses(NamedTuple):
    """Means over positives."""

    box: Tensor
    any: Tensor
    kind: Tensor


def overlap(one: Tensor, other: Tensor, *, general: bool = False) -> Tensor:
    """IoU, or GIoU (Rezatofighi et al. 2019), of boxes (…, 4), broadcast."""
    low = torch.maximum(one[..., :2], other[..., :2])
    high = torch.minimum(one[..., 2:], other[..., 2:])
    inner = (high - low).clamp(min=0).prod(-1)
    union = _area(one) + _area(other) - inner
    iou = inner / union.clamp(min=1e-6)
    if not general:
        return iou
    low = torch.minimum(one[..., :2], other[..., :2])
    high = torch.maximum(one[..., 2:], other[..., 2:])
    hull = (high - low).clamp(min=0).prod(-1).clamp(min=1e-6)
    return iou - (hull - union) / hull


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def assign(found: Found, truth: Truth, centres: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """For every cell B×N: the truth it answers for, or −1; and the overlap it reaches."""
    x, y = centres[:, 0], centres[:, 1]
    box = truth.boxes[:, :, None, :]
    inside = (x > box[..., 0]) & (x < box[..., 2]) & (y > box[..., 1]) & (y < box[..., 3])
    middle = (box[..., :2] + box[..., 2:]) / 2
    near = ((centres - middle).abs() < _RADIUS * strides[:, None]).all(-1)
    may = (inside | near) & truth.real[..., None]
    iou = overlap(found.boxes[:, None], box) * may
    kind = functional.log_softmax(found.kinds, -1)
    wanted = truth.kinds[:, :, None].expand(-1, -1, kind.shape[1])
    miss = -torch.gather(kind.transpose(1, 2), 1, wanted)
    score = functional.binary_cross_entropy_with_logits(
        found.any[:, None].expand_as(iou), iou.clamp(min=0), reduction="none"
    )
    gap = (score * (iou - found.any.sigmoid()[:, None]).abs().square()) + 0.5 * miss
    cost = gap - 3.0 * (iou + 1e-7).log() + 1e5 * ~(inside & near) + 1e8 * ~may
    many = iou.topk(_MOST, -1).values.sum(-1).long().clamp(min=1)
    least = cost.topk(_MOST, -1, largest=False)
    taken = torch.zeros_like(may)
    rank = torch.arange(_MOST) < many[..., None]
    taken.scatter_(2, least.indices, rank & (least.values < 1e7))
    # A cell that several truths want goes to the one it costs least.
    cost = cost.masked_fill(~taken, float("inf"))
    best = cost.min(1)
    owner = torch.where(torch.isfinite(best.values), best.indices, -1)
    fit = torch.gather(iou, 1, owner.clamp(min=0)[:, None])[:, 0]
    return owner, fit * (owner >= 0)


def losses(
    found: Found, truth: Truth, centres: Tensor, strides: Tensor, *, trusting: bool
) -> Losses:
    """What a batch's finds are to be punished for.

    Args:
        found: What the net said.
        truth: What is there.
        centres: Of the cells, as ``cells`` gives them, and so
        strides: theirs.
        trusting: Whether to doubt labels; not before the net knows what a vehicle is.
    """
    with torch.no_grad():
        owner, fit = assign(found, truth, centres, strides)
        right = owner >= 0
        weight = torch.where(right, 1.0, _blame(found, truth, centres))
        if trusting:
            doubted = ~right & (found.any.sigmoid() > truth.doubt[:, None])
            weight = torch.where(doubted, _DOUBTED * weight, weight)
    total = fit.sum().clamp(min=1.0)
    gap = (fit - found.any.sigmoid()).abs().square()
    score = functional.binary_cross_entropy_with_logits(found.any, fit, reduction="none")
    any_ = (score * gap * weight).sum() / total
    mine = owner[right]
    picture = torch.nonzero(right)[:, 0]
    share = fit[right]
    reached = overlap(found.boxes[right], truth.boxes[picture, mine], general=True)
    box = ((1 - reached) * share).sum() / total
    kinds = truth.kinds[picture, mine]
    # One that was pasted in from elsewhere is told apart whatever this source tells.
    unknown = ~truth.known[picture] & (kinds[:, None] != torch.arange(truth.known.shape[1]))
    logits = found.kinds[right].masked_fill(unknown, -20.0)
    dear = logits.new_tensor([_DEAR.get(name, 1.0) for name in CLASSES])
    kind = functional.cross_entropy(logits, kinds, dear, reduction="none")
    return Losses(box, any_, (kind * share).sum() / total)


def _blame(found: Found, truth: Truth, centres: Tensor) -> Tensor:
    """B×N: how much a find without a truth is to be punished."""
    x, y = centres[:, 0], centres[:, 1]
    blank = truth.blank[:, :, None, :]
    inside = (x > blank[..., 0]) & (x < blank[..., 2]) & (y > blank[..., 1]) & (y < blank[..., 3])
    boxes, frame = found.boxes, truth.frame[:, None]
    low = boxes[..., 3] - boxes[..., 1] < truth.lowest[:, None]
    out = (boxes[..., :2] < frame[..., :2]).any(-1) | (boxes[..., 2:] > frame[..., 2:]).any(-1)
    above = boxes[..., 3] < truth.above[:, None]
    blame = torch.where(above, _ABOVE, 1.0)
    return blame.masked_fill(inside.any(1) | low | out, 0.0)
