"""The whole recipe: render, learn, export, quantise, evaluate, card.

    python -m edge_agent.models.reader.train --minutes 30 --out RUN [--data FOLDER…]
        [--licences all|clean] [--start RUN] [--publish]

Killed and started again with the same ``--out`` it goes on where it was. Rendering and learning
run side by side; each step is a command of its own too. ``--data`` are folders of labelled real
pictures; a folder beside them called ``glyphs`` lends its characters to the printer.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path

from edge_agent.evaluation.card import Card
from edge_agent.models.reader.card import fill_card, publish_reader
from edge_agent.models.reader.evaluate import evaluate
from edge_agent.models.reader.export import INT8, export, quantise
from edge_agent.models.reader.learn import Learner, Plan
from edge_agent.models.reader.real import Crop, read_crops
from edge_agent.models.reader.render import render
from edge_agent.progress import Progress

_CROPS_A_MINUTE = 9_000
"""About as many crops as one core learns from: rendering more would be waste."""


def learn(run: Path, cache: Path, real: Sequence[Crop], plan: Plan, start: Path | None) -> None:
    """Train until the minutes are over, telling how far it is."""
    learner = Learner(run, cache, real, plan)
    if start is not None and learner.fresh:
        learner.start_from(start / "checkpoint.pt")
    with Progress("learn", 1.0) as progress:
        for told in learner.run():
            progress.show(told["share"], f"{told['crops']:,.0f} crops, loss {told['loss']:.3f}")


def make(run: Path, data: Sequence[Path], plan: Plan, clean: bool, start: Path | None) -> Card:
    """All steps; returns the card, which lies beside the weights in ``run``."""
    run.mkdir(parents=True, exist_ok=True)
    cache = run / "cache"
    real = [crop for crop in read_crops(data) if not clean or crop.free] if data else []
    atlas = None if clean else _atlas(data)
    printer = multiprocessing.get_context("spawn").Process(
        target=render,
        args=(cache, round(plan.minutes * _CROPS_A_MINUTE), plan.seed, atlas),
        daemon=True,
    )
    printer.start()
    try:
        learn(run, cache, real, plan, start)
    finally:
        printer.terminate()
        printer.join()
    export(run)
    model = quantise(run, cache, real)
    measured = evaluate(model, data, run / "failures.png")
    return fill_card(run, real, measured, clean=clean, atlas=atlas is not None)


def _atlas(data: Sequence[Path]) -> Path | None:
    """The folder of real characters, beside the data or above it."""
    for folder in data:
        for near in (folder, *folder.resolve().parents[:2]):
            if (near / "glyphs" / "atlas.json").is_file():
                return near / "glyphs"
    return None


def main() -> None:
    """The recipe as a command."""
    parser = argparse.ArgumentParser(description="train the plate reader from nothing to its card")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--minutes", type=float, default=30, help="for learning, wall clock")
    parser.add_argument(
        "--data", type=Path, nargs="*", action="extend", default=[], help="folders of real plates"
    )
    parser.add_argument("--licences", choices=("all", "clean"), default="clean")
    parser.add_argument("--start", type=Path, help="folder of a run to go on from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--publish", action="store_true", help="make it the weights that ship")
    asked = parser.parse_args()
    plan = Plan(asked.minutes, asked.seed)
    card = make(asked.out, asked.data, plan, asked.licences == "clean", asked.start)
    if asked.publish:
        publish_reader(asked.out)
    sys.stdout.write(card.text())
    sys.stderr.write(f"{asked.out / INT8}\n")


if __name__ == "__main__":
    main()
