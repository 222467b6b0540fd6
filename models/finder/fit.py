"""The training loop: shards in, averaged weights out; can be killed and goes on where it was.

python -m edge_agent.models.finder.fit --shards SHARDS --checkpoint FILE --minutes 20
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import process_time

import numpy as np
import torch
from torch import Tensor

from edge_agent.models.finder.light import Light, mirrored
from edge_agent.models.finder.loss import losses
from edge_agent.models.finder.net import Finder, initial
from edge_agent.models.finder.shards import Shard, load
from edge_agent.models.training.budget import Budget, cosine
from edge_agent.models.training.checkpoint import Ema, Keeper, seed_everything
from edge_agent.progress import Progress

BATCH = 24
PEAK = 4e-3
_DECAY = 0.02
_CLIP = 5.0
_TOLD_EVERY_S = 10.0
_CROWD = 3
"""Shards that a batch is drawn from: one alone is cut in one run of the dice."""


def fit(
    shards: Path,
    checkpoint: Path,
    *,
    minutes: float,
    seed: int = 1,
    start: Path | None = None,
    rate: float = PEAK,
    tell: Callable[[float, str], None] = lambda _share, _words: None,
) -> Finder:
    """Train for so many minutes of one core.

    Args:
        shards: Folder of ``*.npz``; read anew after each, so that it may still be growing.
        checkpoint: Where the state is kept; training goes on from it if it is there.
        minutes: In all, earlier runs included; CPU time, so that a neighbour does not shorten it.
        seed: Of weights, order and light.
        start: Checkpoint whose averaged weights are the beginning instead of chance.
        rate: Highest learning rate.
        tell: Is told now and then which share is done; steps; losses of heat, corners, lines.

    Returns:
        The averaged network.
    """
    torch.set_num_threads(1)
    seed_everything(seed)
    net = initial(seed)
    if start is not None:
        held = torch.load(start, weights_only=False)
        net.load_state_dict(held["ema"])
    net.to(memory_format=torch.channels_last)
    ema = Ema(net, 0.9985)
    best = torch.optim.AdamW(net.parameters(), rate, weight_decay=_DECAY)
    keeper = Keeper(checkpoint)
    state = keeper.load()
    spent = 0.0
    if state is not None:
        net.load_state_dict(state["net"])
        ema.model.load_state_dict(state["ema"])
        best.load_state_dict(state["best"])
        ema.steps, spent = state["steps"], state["spent"]
    budget = Budget(minutes, spent, process_time)
    mean, told = np.zeros(3), budget.spent_s
    count = 0

    def save() -> None:
        keeper.save(
            net=net.state_dict(), ema=ema.model.state_dict(), best=best.state_dict(),
            steps=ema.steps, spent=budget.spent_s,
        )  # fmt: skip

    for pictures, quads, kinds, lines in _batches(shards, seed + ema.steps):
        if budget.over:
            break
        now = cosine(budget.share, rate)
        for group in best.param_groups:
            group["lr"] = now
        with torch.autocast("cpu", torch.bfloat16):
            found = net(pictures.to(memory_format=torch.channels_last))
        parts = losses(found.float(), quads, kinds, lines)
        best.zero_grad()
        parts.total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
        best.step()
        ema.update(net)
        mean += (parts.heat.item(), parts.corners.item(), parts.lines.item())
        count += 1
        if budget.spent_s - told > _TOLD_EVERY_S:
            heat, corners, two = mean / count
            tell(budget.share, f"{ema.steps} steps, {heat:.3f} {corners:.3f} {two:.3f}")
            mean[:], count, told = 0, 0, budget.spent_s
        if keeper.due:
            save()
    save()
    found_net = initial(seed)
    found_net.load_state_dict(ema.model.state_dict())
    return found_net.eval()


def _batches(folder: Path, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """For ever, each window once before any comes again; half of them mirrored.

    Raises:
        FileNotFoundError: There is no shard.
    """
    chance = Random(seed)
    while True:
        paths = sorted(folder.glob("[0-9]*[0-9].npz"))
        if not paths:
            raise FileNotFoundError(f"{folder}: no shards")
        chance.shuffle(paths)
        for some in (paths[k : k + _CROWD] for k in range(0, len(paths), _CROWD)):
            yield from _of([load(path) for path in some], chance)


def _of(shards: list[Shard], chance: Random) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    order = [(which, row) for which, shard in enumerate(shards) for row in range(len(shard))]
    chance.shuffle(order)
    light = Light(chance.randrange(1 << 30))
    for k in range(0, len(order) - BATCH + 1, BATCH):
        some = order[k : k + BATCH]
        pictures = np.stack([shards[s].pictures[r] for s, r in some])
        quads = np.stack([shards[s].quads[r] for s, r in some])
        kinds = np.stack([shards[s].kinds[r] for s, r in some])
        lines = np.stack([shards[s].lines[r] for s, r in some])
        if chance.random() < 0.5:
            pictures, quads = mirrored(pictures, quads)
        seen = light.change(pictures)[:, None]
        yield tuple(torch.from_numpy(one) for one in (seen, quads, kinds, lines))


def main() -> None:
    """This step as a command."""
    parser = argparse.ArgumentParser(description="train the plate finder on shards of windows")
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="goes on from it if there")
    parser.add_argument("--minutes", type=float, default=20, help="of one core, in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="checkpoint to begin from")
    parser.add_argument("--rate", type=float, default=PEAK, help="highest learning rate")
    asked = parser.parse_args()
    with Progress("train", 1.0) as progress:
        fit(
            asked.shards, asked.checkpoint, minutes=asked.minutes, seed=asked.seed,
            start=asked.start, rate=asked.rate, tell=progress.show,
        )  # fmt: skip


if __name__ == "__main__":
    main()
