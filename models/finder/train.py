"""The whole recipe: render, cut windows, train, export, quantise, evaluate, card.

    python -m edge_agent.models.finder.train --minutes 20 --out RUN [--data FOLDER…]
        [--licences all|clean] [--start CHECKPOINT] [--publish]

Killed and started again with the same ``--out`` it goes on where it was. Each step is a command of
its own too: ``edge-sim render-set``, then ``shards``, ``fit``, ``export`` and ``evaluate`` here.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_agent.evaluation.card import Card
from edge_agent.models.finder.card import fill_card, publish_finder
from edge_agent.models.finder.evaluate import evaluate
from edge_agent.models.finder.export import FP32, INT8, small, whole
from edge_agent.models.finder.fit import fit
from edge_agent.models.finder.scenes import has_rendered
from edge_agent.models.finder.shards import build
from edge_agent.progress import Progress
from edge_agent.simulators.render_set.writer import Wanted, write_set

_LIGHTS = (("day", 0.45), ("dusk", 0.2), ("night", 0.2), ("rain", 0.15))
_TRIAL_FRAMES = 40
_TRIAL_SEED = 9000
"""Rendered pictures that the finder is tried on; added to the seed of the training's own."""


@dataclass(frozen=True)
class Plan:
    """What a person asked for.

    Attributes:
        minutes: Of training, on one core.
        clean: Only what has a free licence.
        start: Checkpoint to begin from.
    """

    minutes: float
    seed: int
    clean: bool
    start: Path | None

    @property
    def frames(self) -> int:
        """Rendered pictures: about as long to make as a fifth of the training."""
        return max(40, min(800, round(self.minutes * 15)))

    @property
    def shards(self) -> int:
        """Enough that a window is seen about three times."""
        return max(2, min(24, round(self.minutes)))


def make(run: Path, data: Sequence[Path], plan: Plan) -> Card:
    """All steps; returns the card, which lies beside the weights in ``run``."""
    run.mkdir(parents=True, exist_ok=True)
    folders = list(data)
    if not any(map(has_rendered, folders)):
        folders.append(_rendered(run / "rendered", plan.frames, plan.seed))
    trial = _rendered(run / "trial", _TRIAL_FRAMES, plan.seed + _TRIAL_SEED)
    shards = run / "shards"
    with Progress("windows", plan.shards) as progress:
        made = build(shards, folders, plan.shards, clean=plan.clean, seed=plan.seed)
        for count, path in enumerate(made, 1):
            progress.show(count, path.name)
    with Progress("train", 1.0) as progress:
        net = fit(
            shards, run / "checkpoint.pt", minutes=plan.minutes, seed=plan.seed, start=plan.start,
            tell=progress.show,
        )  # fmt: skip
    whole(net, run / FP32)
    small(run / FP32, run / INT8, shards)
    figures = evaluate(run / INT8, [*data, trial], sheet=run / "failures.png")
    recipe = {"minutes of one core": plan.minutes, "seed": plan.seed, "shards": plan.shards}
    return fill_card(run, folders, figures, clean=plan.clean, recipe=recipe)


def _rendered(folder: Path, frames: int, seed: int) -> Path:
    with Progress("render", frames) as progress:
        for count in write_set(folder, Wanted(frames, seed, lights=_LIGHTS)):
            progress.show(count)
    return folder


def main() -> None:
    """The recipe as a command."""
    parser = argparse.ArgumentParser(description="train the plate finder from nothing to its card")
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder of this run")
    add("--minutes", type=float, default=20, help="of training, on one core")
    add(
        "--data",
        type=Path,
        nargs="*",
        action="extend",
        default=[],
        help="folders of labelled pictures",
    )
    add("--licences", choices=("all", "clean"), default="clean")
    add("--start", type=Path, help="checkpoint to begin from")
    add("--seed", type=int, default=1)
    add("--publish", action="store_true", help="make it the weights that ship")
    asked = parser.parse_args()
    plan = Plan(asked.minutes, asked.seed, asked.licences == "clean", asked.start)
    card = make(asked.out, asked.data, plan)
    if asked.publish:
        publish_finder(asked.out)
    sys.stdout.write(card.text())
    sys.stderr.write(f"{asked.out / INT8}\n")


if __name__ == "__main__":
    main()
