"""What the finder is told about its map."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from edge_agent.models.finder.net import CORNERS, HEAT, LINES, SPAN, STRIDE
from edge_agent.models.finder.windows import BOXED, EXACT, IGNORED

_LEAST_SIGMA = 0.7
"""Cells; the bell of a small plate."""
_SIGMA = 0.11
"""Bell's deviation as a share of a plate's width and height."""
_NEAR = 0.55
"""Corners are learnt where the bell is at least this high."""
_LOOSE_OUT, _LOOSE_IN = 0.03, 0.2
"""A box drawn by hand may be this much tighter and looser than the plate, shares of its size."""


@dataclass(frozen=True)
class Losses:
    """Parts of the loss, each a mean over the batch."""

    heat: Tensor
    corners: Tensor
    lines: Tensor

    @property
    def total(self) -> Tensor:
        return self.heat + 2 * self.corners + 0.1 * self.lines


def losses(found: Tensor, quads: Tensor, kinds: Tensor, lines: Tensor) -> Losses:
    """Compare a map with the truth.

    Args:
        found: N×10×h×w, the network's output in float32.
        quads: N×K×4×2, pixels.
        kinds: N×K.
        lines: N×K, 0 where unknown.
    """
    height, width = found.shape[2:]
    ys = (torch.arange(height) + 0.5)[None, None, :, None]
    xs = (torch.arange(width) + 0.5)[None, None, None, :]
    cells = quads / STRIDE
    low, high = cells.amin(2), cells.amax(2)
    middle, size = cells.mean(2), high - low
    wanted = (kinds == EXACT) | (kinds == BOXED)
    sigma = (size * _SIGMA).clamp(min=_LEAST_SIGMA)
    across = (xs - middle[..., 0, None, None]) / sigma[..., 0, None, None]
    down = (ys - middle[..., 1, None, None]) / sigma[..., 1, None, None]
    bells = torch.exp(-(across**2 + down**2) / 2) * wanted[..., None, None]
    bell, owner = bells.max(1)
    ignored = (
        (xs > low[..., 0, None, None] - 1)
        & (xs < high[..., 0, None, None] + 1)
        & (ys > low[..., 1, None, None] - 1)
        & (ys < high[..., 1, None, None] + 1)
        & (kinds == IGNORED)[..., None, None]
    ).any(1) & (bell < 0.2)
    peak = _peaks(bells, wanted)
    heat = _heat(found[:, HEAT], bell, peak, ~ignored)
    rows, cell_y, cell_x = torch.nonzero(bell > _NEAR, as_tuple=True)
    if len(rows) == 0:
        nothing = found.sum() * 0
        return Losses(heat, nothing, nothing)
    whose = owner[rows, cell_y, cell_x]
    weight = bell[rows, cell_y, cell_x]
    weight = weight / _sums(weight, rows * kinds.shape[1] + whose, kinds.numel())
    here = torch.stack((cell_x + 0.5, cell_y + 0.5), -1) * STRIDE
    told = found[:, CORNERS][rows, :, cell_y, cell_x].view(-1, 4, 2) * SPAN + here[:, None]
    truth = quads[rows, whose]
    extent = (size * STRIDE)[rows, whose].clamp(min=4.0)
    scale = extent.mean(1)[:, None].maximum(extent * 0.5)
    exact = kinds[rows, whose] == EXACT
    off = functional.smooth_l1_loss(told, truth, reduction="none", beta=1.0) / scale[:, None]
    loose = _loose(told, truth, extent)
    corners = torch.where(exact, off.mean((1, 2)) * 4, loose.mean(1) * 4)
    count = wanted.sum().clamp(min=1)
    guess = found[:, LINES][rows, cell_y, cell_x]
    known = lines[rows, whose]
    sure = weight * (known > 0)
    two = (known == 2).float()
    bits = functional.binary_cross_entropy_with_logits(guess, two, reduction="none")
    return Losses(heat, (corners * weight).sum() / count, (bits * sure).sum() / count)


def _peaks(bells: Tensor, wanted: Tensor) -> Tensor:
    """Cells that are a plate's centre: the highest of its bell, if that lies within."""
    flat = bells.flatten(2)
    top, at = flat.max(2)
    peak = torch.zeros(bells.shape[0], flat.shape[2], dtype=torch.bool)
    rows, which = torch.nonzero(wanted & (top > 0.3), as_tuple=True)
    peak[rows, at[rows, which]] = True
    return peak.view(bells.shape[0], *bells.shape[2:])


def _heat(logits: Tensor, bell: Tensor, peak: Tensor, counted: Tensor) -> Tensor:
    """Focal loss of CornerNet (Law and Deng 2018), its exponents 2 and 4."""
    here = torch.sigmoid(logits)
    hit = functional.logsigmoid(logits) * (1 - here) ** 2 * peak
    false = functional.logsigmoid(-logits) * here**2 * (1 - bell) ** 4 * (~peak & counted)
    return -(hit.sum() + false.sum()) / peak.sum().clamp(min=1)


def _loose(told: Tensor, truth: Tensor, extent: Tensor) -> Tensor:
    """How far the box around the corners lies outside what a hand-drawn box allows."""
    low, high = truth.amin(1), truth.amax(1)
    told_low, told_high = told.amin(1), told.amax(1)
    out, inner = _LOOSE_OUT * extent + 0.5, _LOOSE_IN * extent
    wrong = functional.relu(low - out - told_low) + functional.relu(told_low - low - inner)
    wrong = wrong + functional.relu(told_high - high - out)
    return (wrong + functional.relu(high - inner - told_high)) / extent


def _sums(values: Tensor, groups: Tensor, count: int) -> Tensor:
    """Sum of each value's group."""
    return torch.zeros(count).index_add_(0, groups, values)[groups]
