"""The reader's network: plain convolutions, one attention map for each slot of the text."""

import torch
from torch import Tensor, nn

from edge_agent.models.reader.render import BLANK
from edge_agent.models.reader.texts import SLOTS

CLASSES = BLANK + 1
MAP = (8, 32)
"""Height and width of an attention map; a cell is 8 by 4 pixels of the crop."""


def _conv(given: int, made: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU()
    )


class ReaderNet(nn.Module):
    """A standardised grey crop, N x 1 x 64 x 128, to characters.

    Two coarser scales see the whole plate, so that a map can know the place of its character in the
    text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.eyes = nn.Sequential(
            _conv(1, 16, 2),
            _conv(16, 16),
            _conv(16, 48, 2),
            _conv(48, 48),
            _conv(48, 48),
            _conv(48, 96, (2, 1)),
            _conv(96, 96),
        )
        self.coarse = _conv(96, 64, 2)
        self.coarsest = nn.Sequential(_conv(64, 64, 2), _conv(64, 64), nn.Upsample(scale_factor=2))
        self.back = nn.Sequential(_conv(64, 64), _conv(64, 96), nn.Upsample(scale_factor=2))
        self.joined = _conv(96, 96)
        self.maps = nn.Conv2d(96, SLOTS, 1)
        self.letters = nn.Linear(96, CLASSES)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Logits N x SLOTS x CLASSES, and logarithms of the maps N x SLOTS x cells."""
        seen = self.eyes(crops)
        coarse = self.coarse(seen)
        seen = self.joined(seen + self.back(coarse + self.coarsest(coarse)))
        maps = torch.log_softmax(self.maps(seen).float().flatten(2), -1)
        looked = maps.exp() @ seen.float().flatten(2).transpose(1, 2)
        return self.letters(looked), maps


class Reading(nn.Module):
    """What is exported: ``slots``, N x SLOTS x CLASSES, and ``places``, N x SLOTS x 2.

    Slots are probabilities, that of an empty place first; places say where each slot looked, x and
    y from 0 to 1 of the crop, the mean of its map.
    """

    def __init__(self, net: ReaderNet) -> None:
        super().__init__()
        self.net = net
        rows = (torch.arange(MAP[0]) + 0.5) / MAP[0]
        columns = (torch.arange(MAP[1]) + 0.5) / MAP[1]
        grid = torch.stack((columns.repeat(MAP[0]), rows.repeat_interleave(MAP[1])), 1)
        self.register_buffer("grid", grid, persistent=False)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        logits, maps = self.net(crops)
        shares = logits.softmax(-1)
        return torch.cat((shares[..., BLANK:], shares[..., :BLANK]), -1), maps.exp() @ self.grid
