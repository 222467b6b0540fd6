"""The detector's network: plain 3×3 convolutions, three scales, no anchors.

Plain convolutions are what int8 on a CPU rewards; depthwise ones are cheap on paper only.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_agent.models.detector.classes import CLASSES

STRIDES = (8, 16, 32)
RANGE = 255.0
WIDTHS = (16, 32, 48, 96, 160)
"""Channels at strides 2, 4, 8, 16, 32."""
WIDEST = 5.0
"""exp(5) strides are more than any picture."""


class Found(NamedTuple):
    """What the net says of every cell, N = all cells of all scales, fine to coarse.

    Attributes:
        boxes: B×N×4, x1 y1 x2 y2, pixels of the input.
        any: B×N, logit of "a vehicle, whatever kind"; trained towards its box's IoU.
        kinds: B×N×5, logits of CLASSES, to be read by softmax.
    """

    boxes: Tensor
    any: Tensor
    kinds: Tensor


class Conv(nn.Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(self, inner: int, outer: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__(
            nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outer, momentum=0.03, eps=1e-3),
            nn.ReLU(inplace=True),
        )


class Pair(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = Conv(width, width)
        self.two = Conv(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.two(self.one(x))


class Net(nn.Module):
    """Pictures B×3×H×W, RGB 0–255, H and W multiples of 64 → Found."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        stem, a, b, c, d = widths
        self.stem = nn.Sequential(Conv(3, stem, 2), Conv(stem, a, 2), Conv(a, a))
        self.eight = nn.Sequential(Conv(a, b, 2), Pair(b))
        self.sixteen = nn.Sequential(Conv(b, c, 2), Pair(c))
        self.thirtytwo = nn.Sequential(Conv(c, d, 2), Pair(d))
        # A vehicle before a plate camera is wider than all that a cell would see without.
        self.far = nn.Sequential(Conv(d, c, 2), Pair(c), nn.Conv2d(c, d, 1))
        self.down = nn.ModuleList((Conv(d, c, kernel=1), Conv(c, b, kernel=1)))
        self.mix = nn.ModuleList((Conv(c, c), Conv(b, b)))
        self.heads = nn.ModuleList(Conv(w, b) for w in (b, c, d))
        self.last = nn.ModuleList(nn.Conv2d(b, 5 + len(CLASSES), 1) for _ in STRIDES)
        nn.init.zeros_(self.far[-1].weight)
        nn.init.zeros_(self.far[-1].bias)
        for one in self.last:
            nn.init.zeros_(one.bias)
            nn.init.constant_(one.bias[4:5], -4.0)
            nn.init.constant_(one.bias[:4], 0.7)

    def raw(self, pictures: Tensor) -> list[Tensor]:
        """B×10×h×w a scale: four log distances, any, kinds."""
        return self.features(pictures / RANGE)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The same of pictures 0–1."""
        x = self.stem(pictures)
        p8 = self.eight(x)
        p16 = self.sixteen(p8)
        p32 = self.thirtytwo(p16)
        p32 = p32 + functional.interpolate(self.far(p32), scale_factor=2.0)
        p16 = self.mix[0](p16 + functional.interpolate(self.down[0](p32), scale_factor=2.0))
        p8 = self.mix[1](p8 + functional.interpolate(self.down[1](p16), scale_factor=2.0))
        return [
            last(head(p))
            for head, last, p in zip(self.heads, self.last, (p8, p16, p32), strict=True)
        ]

    def forward(self, pictures: Tensor) -> Found:
        return decode(self.raw(pictures))


def cells(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Centres N×2 (x, y in pixels) and strides N of all cells of an input of this size."""
    centres, strides = [], []
    for stride in STRIDES:
        h, w = height // stride, width // stride
        y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        centres.append(((torch.stack((x, y), -1) + 0.5) * stride).reshape(-1, 2))
        strides.append(torch.full((h * w,), float(stride)))
    return torch.cat(centres).float(), torch.cat(strides)


def decode(raw: list[Tensor]) -> Found:
    """From distances of cells' centres to boxes."""
    height, width = raw[0].shape[2] * STRIDES[0], raw[0].shape[3] * STRIDES[0]
    centres, strides = cells(height, width)
    flat = torch.cat([one.flatten(2) for one in raw], 2).float().transpose(1, 2)
    reach = flat[..., :4].clamp(max=WIDEST).exp() * strides[:, None]
    boxes = torch.cat((centres - reach[..., :2], centres + reach[..., 2:]), -1)
    return Found(boxes, flat[..., 4], flat[..., 5:])
