"""Other light, noise and focus for a batch of windows; new in every pass."""

import torch
from torch import Tensor
from torch.nn import functional

from edge_agent.models.finder.windows import SIDE

_MIRRORED = (1, 0, 3, 2)


def relit(pictures: Tensor) -> Tensor:
    """N×1×H×W, 0–255, changed in exposure, gamma, focus and noise."""
    count = len(pictures)
    here = pictures / 255
    gamma = torch.exp(torch.randn(count, 1, 1, 1) * 0.35)
    here = here.clamp(min=1e-3) ** gamma
    gain = torch.exp(torch.randn(count, 1, 1, 1) * 0.25)
    here = here * gain + torch.randn(count, 1, 1, 1) * 0.06
    soft = functional.avg_pool2d(here, 3, 1, 1, count_include_pad=False)
    coarse = functional.interpolate(functional.avg_pool2d(here, 2), scale_factor=2.0)
    choice = torch.rand(count, 1, 1, 1)
    here = torch.where(choice < 0.15, soft, here)
    here = torch.where(choice > 0.92, coarse, here)
    noise = torch.randn_like(here) * (torch.rand(count, 1, 1, 1) ** 3 * 0.09)
    return (here + noise).clamp(0, 1) * 255


def mirrored(pictures: Tensor, quads: Tensor) -> tuple[Tensor, Tensor]:
    """Left and right swapped; corners stay in order."""
    flipped = quads[:, :, _MIRRORED].clone()
    flipped[..., 0] = SIDE - flipped[..., 0]
    return pictures.flip(3), flipped
