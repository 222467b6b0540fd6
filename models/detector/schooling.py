"""One run of training: batches in, a net out, to be stopped and taken up again at any time."""

import copy
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from edge_agent.models.detector.assign import Truth, losses
from edge_agent.models.detector.net import Net, cells, decode
from edge_agent.models.detector.views import Scenes

_SAVE_S = 60.0


@dataclass(frozen=True)
class Recipe:
    """What a run is made with.

    Attributes:
        minutes: Wall time of training alone, over all parts of a run.
        rate: Highest learning rate; it mattered more than all else.
        batch: Views a step.
        rendered: Share of views from rendered pictures, where there are others.
        smoothing: Of the running mean of weights that is evaluated and shipped.
        gentle: Whether what normalisation knows of pictures stays as it is, so that few pictures
            cannot turn the net's head.
    """

    minutes: float
    rate: float = 5e-3
    batch: int = 16
    rendered: float = 0.2
    smoothing: float = 0.998
    decay: float = 0.02
    warm_steps: int = 100
    final: float = 0.02
    trust_after: float = 0.25
    seed: int = 1
    gentle: bool = False


class School:
    """A net, its running mean and its optimiser.

    Args:
        folder: Where ``last.pt`` is kept; a run that has one is taken up there.
        start: Weights to begin a new run from.
    """

    def __init__(
        self, recipe: Recipe, scenes: Scenes, folder: Path, start: dict[str, Tensor] | None = None
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._recipe, self._scenes = recipe, scenes
        self._last = folder / "last.pt"
        self.net = Net().to(memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.net).requires_grad_(requires_grad=False)
        self._optimiser = torch.optim.AdamW(_groups(self.net, recipe.decay), lr=recipe.rate)
        self.step, self.spent_s = 0, 0.0
        if self._last.exists():
            self._load(torch.load(self._last, weights_only=True))
        elif start is not None:
            self.net.load_state_dict(start)
            self.mean.load_state_dict(start)

    def lessons(self) -> Iterator[dict[str, float]]:
        """Train until the time is over; yields figures of every tenth step."""
        recipe = self._recipe
        batches = self._scenes.batches(recipe.seed + 7919 * self.step, recipe.batch)
        saved = time.monotonic()
        self.net.train(not recipe.gentle)
        with ThreadPoolExecutor(1) as helper:
            ready = helper.submit(next, batches)
            while (done := self.spent_s / (60 * recipe.minutes)) < 1:
                begun = time.monotonic()
                pictures, truth = ready.result()
                ready = helper.submit(next, batches)
                parts = self._learn(pictures, truth, done)
                self.spent_s += time.monotonic() - begun
                self.step += 1
                if time.monotonic() - saved > _SAVE_S:
                    self.save()
                    saved = time.monotonic()
                if self.step % 10 == 0:
                    yield {"done": done, **{k: float(v) for k, v in parts.items()}}
        self.save()

    def _learn(self, pictures: Tensor, truth: Truth, done: float) -> dict[str, Tensor]:
        recipe = self._recipe
        warm = min(1.0, (self.step + 1) / recipe.warm_steps)
        wave = recipe.final + (1 - recipe.final) * (1 + math.cos(math.pi * done)) / 2
        for group in self._optimiser.param_groups:
            group["lr"] = recipe.rate * warm * wave
        pictures = pictures.to(torch.float32).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            raw = self.net.raw(pictures)
        found = losses(
            decode(raw), truth, *cells(*pictures.shape[2:]), trusting=done > recipe.trust_after
        )
        total = 2.0 * found.box + found.any + 0.5 * found.kind
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 20.0)
        self._optimiser.step()
        self._average()
        return {name: part.detach() for name, part in found._asdict().items()}

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self._recipe.smoothing, (1 + self.step) / (10 + self.step))
        for mean, now in zip(
            self.mean.state_dict().values(), self.net.state_dict().values(), strict=True
        ):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - keep)
            else:
                mean.copy_(now)

    def save(self) -> None:
        """Write all that taking up needs; an interrupted write leaves the former."""
        part = self._last.with_suffix(".part")
        state = {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "spent_s": self.spent_s,
        }
        torch.save(state, part)
        part.replace(self._last)

    def _load(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step, self.spent_s = int(state["step"]), float(state["spent_s"])


def _groups(net: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weights of convolutions decay; scales and biases do not."""
    heavy = [one for one in net.parameters() if one.ndim > 1]
    light = [one for one in net.parameters() if one.ndim <= 1]
    return [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]
