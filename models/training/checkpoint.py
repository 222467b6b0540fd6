"""Training that can be killed: everything it knows, on disk, whole or not at all."""

import copy
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn


def seed_everything(seed: int) -> None:
    """One seed for Python's, numpy's and torch's randomness."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries draw from the old generator
    torch.manual_seed(seed)


class Ema:
    """Weights averaged over the last steps: they score better than the last ones.

    Args:
        model: Followed with ``update``.
        decay: Share of the old average that a step keeps; less in the first steps.
    """

    def __init__(self, model: nn.Module, decay: float = 0.998) -> None:
        self.model = copy.deepcopy(model).eval()
        self.steps = 0
        self._decay = decay
        for weight in self.model.parameters():
            weight.requires_grad_(requires_grad=False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move a little towards the weights of now."""
        self.steps += 1
        decay = min(self._decay, (1 + self.steps) / (10 + self.steps))
        now = model.state_dict()
        for name, mean in self.model.state_dict().items():
            if mean.dtype.is_floating_point:
                mean.lerp_(now[name].to(mean.dtype), 1 - decay)
            else:
                mean.copy_(now[name])


class Keeper:
    """Writes checkpoints, at most one in ``every_s`` seconds unless told to.

    Args:
        path: Of the file; a half-written one never has this name.
        every_s: The most work that a kill may cost.
    """

    def __init__(
        self, path: Path, every_s: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._every_s, self._clock = path, every_s, clock
        self._last = clock()

    @property
    def due(self) -> bool:
        """Whether it is time again."""
        return self._clock() - self._last >= self._every_s

    def save(self, **parts: Any) -> None:
        """Write ``parts`` (state dicts, numbers) and the state of all randomness."""
        self._last = self._clock()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".part")
        torch.save({**parts, "random": _randomness()}, beside)
        beside.replace(self._path)

    def load(self) -> dict[str, Any] | None:
        """What was saved, randomness set back to it; None when there is nothing."""
        if not self._path.is_file():
            return None
        parts: dict[str, Any] = torch.load(self._path, weights_only=False)
        plain, numbers, tensors = parts.pop("random")
        random.setstate(plain)
        np.random.set_state(numbers)  # noqa: NPY002 - as in seed_everything
        torch.set_rng_state(tensors)
        return parts


def _randomness() -> tuple[Any, Any, Any]:
    return random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
