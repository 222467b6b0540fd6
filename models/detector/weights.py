"""Weights that can be trained on, kept small: halves in a zip that holds nothing but numbers."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from edge_agent.errors import ModelError
from edge_agent.models.detector.net import Net

SHIPPED = Path(__file__).parent / "weights.npz"
"""What the shipped files were made of, for a site to start from."""


def save(net: nn.Module, path: Path) -> None:
    """Write all weights as float16."""
    state = {name: one.to(torch.float16).numpy() for name, one in net.state_dict().items()}
    np.savez_compressed(path, allow_pickle=False, **state)


def load(path: Path = SHIPPED) -> dict[str, Tensor]:
    """Weights by name, float32.

    Raises:
        ModelError: The file is absent, or its weights are not of this net.
    """
    wanted = {name: tuple(one.shape) for name, one in Net().state_dict().items()}
    allowed = "weights.npz of a run of this recipe"
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored}
    except (OSError, ValueError) as error:
        raise ModelError(str(path), f"cannot be read: {error}", allowed, "train it") from error
    if {name: tuple(one.shape) for name, one in found.items()} != wanted:
        raise ModelError(str(path), "holds another net's weights", allowed, "train it again")
    return found
