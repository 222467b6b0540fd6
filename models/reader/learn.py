"""Learning from a cache of rendered plates, and late in the run from real crops too."""

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from edge_agent.models.reader.doubt import trusted
from edge_agent.models.reader.net import MAP, ReaderNet
from edge_agent.models.reader.real import Crop, shaken
from edge_agent.models.reader.render import labels_of
from edge_agent.models.reader.spoil import SIZE
from edge_agent.models.reader.standard import standardised
from edge_agent.models.training.budget import Budget, cosine
from edge_agent.models.training.checkpoint import Ema, Keeper, seed_everything

_WIDE = (0.7, 0.8)
"""Deviation of the target of an attention map, in cells across and down: characters of long plates
are less than three cells apart."""

_SOFT = 0.02
_CALM = 5.0
"""Longest gradient."""


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        minutes: Wall clock, resumed or not.
        seed: Of weights and order.
        rate: Highest learning rate.
        batch: Crops a step.
        real: Share of a batch that is real crops, if there are any.
        real_from: Share of the time before they come in.
        mild: Share of the time in which the rendered crops grow from mild to hard.
    """

    minutes: float
    seed: int = 1
    rate: float = 3e-3
    batch: int = 64
    real: float = 0.2
    real_from: float = 0.45
    mild: float = 0.5


class Cache:
    """A rendered cache that may still be growing.

    Its samples come in random order, each once before any comes again, none harder than asked for.
    """

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self._folder, self._rng = folder, rng
        self._crops: list[NDArray[np.uint8]] = []
        self._truth: list[dict[str, NDArray[np.generic]]] = []
        self._order: list[tuple[int, int]] = []
        self._known: set[Path] = set()
        self._looked = 0.0
        self.look()

    @property
    def size(self) -> int:
        return sum(len(crops) for crops in self._crops)

    def look(self) -> None:
        """Take in the shards that have come since."""
        self._looked = time.monotonic()
        for path in sorted(set(self._folder.glob("[0-9]*.crops.npy")) - self._known):
            self._known.add(path)
            self._crops.append(np.load(path, mmap_mode="r"))
            with np.load(path.with_name(path.name.replace("crops.npy", "truth.npz"))) as truth:
                self._truth.append(dict(truth))
            self._queue(len(self._crops) - 1)

    def _queue(self, shard: int) -> None:
        self._order += [(shard, row) for row in range(len(self._crops[shard]))]
        self._rng.shuffle(self._order)

    def draw(self, count: int, hardest: float) -> tuple[NDArray[np.uint8], ...]:
        """``count`` crops, their labels, and their centres."""
        if time.monotonic() - self._looked > 20:
            self.look()
        crops: list[NDArray[np.uint8]] = []
        labels: list[NDArray[np.generic]] = []
        centres: list[NDArray[np.generic]] = []
        put_back = []
        while len(crops) < count:
            if not self._order:
                for shard in range(len(self._crops)):
                    self._queue(shard)
            shard, row = self._order.pop()
            truth = self._truth[shard]
            if truth["hard"][row] > hardest:
                put_back.append((shard, row))
                continue
            crops.append(self._crops[shard][row])
            labels.append(truth["labels"][row])
            centres.append(truth["centres"][row])
        self._order[:0] = put_back
        return np.stack(crops), np.stack(labels), np.stack(centres)


def targets(centres: Tensor) -> tuple[Tensor, Tensor]:
    """Maps that the slots should have, and which of them are known."""
    known = ~torch.isnan(centres).any(-1)
    places = torch.nan_to_num(centres) / torch.tensor((SIZE[0] / MAP[1], SIZE[1] / MAP[0]))
    rows = torch.arange(MAP[0]) + 0.5
    columns = torch.arange(MAP[1]) + 0.5
    down = -((rows - places[..., 1:]) ** 2) / (2 * _WIDE[1] ** 2)
    across = -((columns - places[..., :1]) ** 2) / (2 * _WIDE[0] ** 2)
    maps = (down[..., :, None] + across[..., None, :]).flatten(2).softmax(-1)
    return maps, known


def loss_of(
    net: nn.Module, crops: Tensor, labels: Tensor, centres: Tensor, weight: float
) -> Tensor:
    """Cross-entropy of the characters and, where centres are known, of the maps."""
    with torch.autocast("cpu", torch.bfloat16):
        logits, maps = net(crops)
    text = functional.cross_entropy(
        logits.float().flatten(0, 1), labels.flatten(), label_smoothing=_SOFT
    )
    wanted, known = targets(centres)
    looked = -(wanted * maps).sum(-1)
    return text + weight * (looked * known).sum() / known.sum().clamp(min=1)


class Learner:
    """One training run in a folder: checkpoint, log, averaged weights."""

    def __init__(self, folder: Path, cache: Path, real: Sequence[Crop], plan: Plan) -> None:
        seed_everything(plan.seed)
        torch.set_num_threads(1)
        self._plan, self._folder = plan, folder
        self._rng = np.random.default_rng(plan.seed)
        self._cache = Cache(cache, self._rng)
        self._waiting = [crop for crop in real if crop.teaches]
        self._real: list[Crop] = []
        self._weights = np.empty(0)
        self.net = ReaderNet().to(memory_format=torch.channels_last)
        self.ema = Ema(self.net)
        self._optimiser = torch.optim.AdamW(self.net.parameters(), plan.rate, weight_decay=0.02)
        self._keeper = Keeper(folder / "checkpoint.pt", 90)
        self.steps = 0

    @property
    def fresh(self) -> bool:
        """Whether there is no checkpoint to go on from."""
        return not (self._folder / "checkpoint.pt").exists()

    def start_from(self, path: Path) -> None:
        """Begin with the averaged weights of another run."""
        state = torch.load(path, weights_only=False)["ema"]
        self.net.load_state_dict(state)
        self.ema.model.load_state_dict(state)
        self.ema.steps = 1000

    def run(self) -> Iterator[dict[str, float]]:
        """Learn until the minutes are over; yields progress now and then."""
        while self._cache.size == 0:
            time.sleep(1)
            self._cache.look()
        budget = Budget(self._plan.minutes, self._resume())
        mean, told = math.nan, time.monotonic()
        while not budget.over:
            value = self._step(budget.share)
            mean = value if math.isnan(mean) else 0.99 * mean + 0.01 * value
            if self._keeper.due:
                self._save(budget)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                crops = self.steps * self._plan.batch
                yield {"share": budget.share, "loss": mean, "crops": crops}
        self._save(budget)

    def _step(self, share: float) -> float:
        plan = self._plan
        for group in self._optimiser.param_groups:
            group["lr"] = cosine(share, plan.rate)
        if self._waiting and share >= plan.real_from:
            self._real, self._waiting = trusted(self.ema.model, self._waiting), []
            self._weights = _even(self._real)
        count = round(plan.batch * plan.real) if self._real else 0
        hardest = 1.0 if plan.mild == 0 else min(1.0, 0.2 + 0.8 * share / plan.mild)
        crops, labels, centres = self._cache.draw(plan.batch - count, hardest)
        if count:
            chosen = self._rng.choice(len(self._real), count, p=self._weights)
            taken = [self._real[index] for index in chosen]
            crops = np.concatenate([crops, [shaken(one.picture, SIZE, self._rng) for one in taken]])
            labels = np.concatenate([labels, [labels_of(one.text) for one in taken]])
            centres = np.concatenate([centres, np.full((count, *centres.shape[1:]), np.nan)])
        self.net.train()
        loss = loss_of(
            self.net,
            torch.from_numpy(standardised(crops)).contiguous(memory_format=torch.channels_last),
            torch.from_numpy(labels.astype(np.int64)),
            torch.from_numpy(centres.astype(np.float32)),
            0.5 if share < 0.5 else 0.3,
        )
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), _CALM)
        self._optimiser.step()
        self.ema.update(self.net)
        self.steps += 1
        return float(loss.detach())

    def _resume(self) -> float:
        kept = self._keeper.load()
        if kept is None:
            return 0.0
        self.net.load_state_dict(kept["net"])
        self.ema.model.load_state_dict(kept["ema"])
        self.ema.steps = self.steps = kept["steps"]
        self._optimiser.load_state_dict(kept["optimiser"])
        return float(kept["spent_s"])

    def _save(self, budget: Budget) -> None:
        self._keeper.save(
            net=self.net.state_dict(),
            ema=self.ema.model.state_dict(),
            optimiser=self._optimiser.state_dict(),
            steps=self.steps,
            spent_s=budget.spent_s,
        )
        told = {"plan": asdict(self._plan), "steps": self.steps}
        told |= {"rendered": self._cache.size, "real_crops": len(self._real)}
        (self._folder / "learned.json").write_text(json.dumps(told, indent=2), "utf-8")


def _even(crops: Sequence[Crop]) -> NDArray[np.float64]:
    """How often to draw each: less where a plate was taken often, more where it has one line."""
    times: dict[str, int] = {}
    for crop in crops:
        times[crop.text] = times.get(crop.text, 0) + 1
    weights = np.array([(2.0 if one.lines == 1 else 1.0) / times[one.text] ** 0.7 for one in crops])
    return np.asarray(weights / weights.sum())
