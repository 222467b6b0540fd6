"""The finder's network: plain convolutions, one map at stride 4."""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 4
DEEPEST = 32
"""Sides of a picture given to the network are multiples of this."""

SPAN = 32.0
"""Pixels that one unit of a predicted corner offset stands for."""

HEAT, LINES, CORNERS = 0, 1, slice(2, 10)
"""Channels of the output: plate here, it has two lines, four corners as (dx, dy) from the cell."""


class Finder(nn.Module):
    """Grey picture in, map of plates out.

    A column goes down to stride 32, where a plate as wide as the window is a few cells, and comes
    back to stride 4 by addition. Nothing but 3×3 and 1×1 convolutions with ReLU: this is what
    int8 kernels are fast at.

    Input: N×1×H×W, grey 0–255, H and W multiples of 32.
    Output: N×10×H/4×W/4: logit of a plate's centre, logit of two lines, corner offsets / SPAN.
    """

    def __init__(self, widths: tuple[int, int, int, int, int] = (12, 24, 40, 56, 56)) -> None:
        super().__init__()
        first, second, third, fourth, fifth = widths
        self.stem = _conv(1, first, 2)
        self.quarter = nn.Sequential(_conv(first, second, 2), _conv(second, second))
        self.eighth = nn.Sequential(_conv(second, third, 2), _conv(third, third))
        self.sixteenth = nn.Sequential(_conv(third, fourth, 2), _conv(fourth, fourth))
        self.deep = nn.Sequential(_conv(fourth, fifth, 2), _conv(fifth, fifth))
        self.from_deep = nn.Conv2d(fifth, fourth, 1)
        self.from_sixteenth = nn.Conv2d(fourth, third, 1)
        self.from_eighth = nn.Conv2d(third, second, 1)
        self.join_sixteenth = _conv(fourth, fourth)
        self.join_eighth = _conv(third, third)
        self.join_quarter = _conv(second, second)
        self.head = _conv(second, 32)
        self.last = nn.Conv2d(32, 10, 1)
        nn.init.constant_(self.last.bias[HEAT : HEAT + 1], -5.0)

    def forward(self, picture: Tensor) -> Tensor:
        """The map of a batch of pictures."""
        quarter = self.quarter(self.stem(picture / 128 - 1))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        deep = self.deep(sixteenth)
        sixteenth = self.join_sixteenth(sixteenth + _twice(self.from_deep(deep)))
        eighth = self.join_eighth(eighth + _twice(self.from_sixteenth(sixteenth)))
        quarter = self.join_quarter(quarter + _twice(self.from_eighth(eighth)))
        found: Tensor = self.last(self.head(quarter))
        return found


def _twice(small: Tensor) -> Tensor:
    return functional.interpolate(small, scale_factor=2.0, mode="nearest")


def _conv(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU()
    )


def parameters(net: nn.Module) -> int:
    """How many numbers training sets."""
    return sum(one.numel() for one in net.parameters())


def initial(seed: int) -> Finder:
    """A network before training; the same for the same seed."""
    torch.manual_seed(seed)
    return Finder()
