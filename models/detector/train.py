"""The whole recipe: render, learn, export, quantise, evaluate, card.

    python -m edge_agent.models.detector.train --minutes 40 --out RUN [--data FOLDER…]
        [--licences clean|all] [--rendered SHARE] [--fold] [--start RUN] [--beside RUN] [--publish]
    python -m edge_agent.models.detector.train --site FOLDER --minutes 5 --out RUN [--data FOLDER…]

Killed and started again with the same ``--out`` it goes on where it was. ``--data`` are folders of
labelled frames; streets are rendered when none of them holds rendered ones. ``--fold`` leaves the
held-out junctions out, to measure what scenes never seen will get; ``--beside`` names such a run
for the card. ``--site`` adapts the shipped weights to a site's own frames, see ``site.py``.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from edge_agent.errors import EdgeError
from edge_agent.evaluation.card import Card
from edge_agent.models.detector import site
from edge_agent.models.detector.card import fill_cards, publish_detector
from edge_agent.models.detector.classes import CLEAN, SIZES
from edge_agent.models.detector.evaluate import measure_all
from edge_agent.models.detector.export import calibration, write
from edge_agent.models.detector.labels import HELD_OUT, Lesson, Split, read, split
from edge_agent.models.detector.schooling import Recipe, School
from edge_agent.models.detector.streets import GUARD, LESSONS, render
from edge_agent.models.detector.views import Scenes
from edge_agent.models.detector.weights import load, save
from edge_agent.progress import Progress

_FRAMES_A_MINUTE = 20
_FRAMES_AT_LEAST, _FRAMES_AT_MOST = 40, 800


def learn(run: Path, scenes: Scenes, recipe: Recipe, start: Path | None) -> School:
    """Train until the minutes are over, telling how far it is."""
    school = School(recipe, scenes, run, load(start) if start else None)
    with Progress("learn", 1.0) as progress:
        for told in school.lessons():
            parts = ", ".join(f"{name} {told[name]:.3f}" for name in ("box", "any", "kind"))
            progress.show(told["done"], f"step {school.step}: {parts}")
    save(school.mean, run / "weights.npz")
    return school


def gather(run: Path, data: Sequence[Path], minutes: float, *, clean: bool, fold: bool) -> Split:
    """What there is to learn from and to measure on."""
    lessons = read(data) if data else []
    if not any(one.rendered for one in lessons):
        wanted = round(minutes * _FRAMES_A_MINUTE)
        frames = min(_FRAMES_AT_MOST, max(_FRAMES_AT_LEAST, wanted))
        shares = [(kind, round(share * frames)) for kind, share in LESSONS]
        lessons += read([render(run / "rendered" / kind, n, 1, kind) for kind, n in shares])
    parts = split(lessons, HELD_OUT if fold else ())
    if clean:  # what may not be learned may be measured on
        parts.elsewhere += [one for one in parts.train if not one.clean]
        parts.train = [one for one in parts.train if one.clean]
    return parts


def make(
    run: Path, parts: Split, recipe: Recipe, start: Path | None, beside: Path | None, clean: bool
) -> list[Card]:
    """All steps; returns the cards of the profiles, which lie beside the weights in ``run``."""
    scenes = Scenes(parts.train, SIZES["detector"], rendered=recipe.rendered)
    school = learn(run, scenes, recipe, start / "weights.npz" if start else None)
    samples = calibration(parts.train, recipe.seed)
    guard = read([render(run / "guard", *GUARD)])
    sets: dict[str, list[Lesson]] = {
        "later": parts.later, "elsewhere": parts.elsewhere, "rendered": guard,
    }  # fmt: skip
    measured = {}
    for name, size in (CLEAN if clean else SIZES).items():
        write(school.mean, size, run / f"{name}.onnx", samples)
        measured[name] = measure_all(run / f"{name}.onnx", size, sets)
    (run / "measured.json").write_text(json.dumps(measured, indent=1), "utf-8")
    return fill_cards(run, parts.train, recipe, measured, beside, start, clean=clean)


def main(argv: Sequence[str] | None = None) -> int:
    """The recipe as a command."""
    asked = _parser().parse_args(argv)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        if asked.site:
            plan = site.Plan(asked.minutes or 5.0, seed=asked.seed, bound=asked.bound)
            report = site.adapt(asked.site, asked.out, asked.data, plan, asked.weights)
            sys.stdout.write(report.json() if asked.json else report.text())
            return 0 if report.better else 1
        clean = asked.licences == "clean"
        recipe = Recipe(
            asked.minutes or 30.0, rate=asked.rate, rendered=asked.rendered, seed=asked.seed
        )
        parts = gather(asked.out, asked.data, recipe.minutes, clean=clean, fold=asked.fold)
        cards = make(asked.out, parts, recipe, asked.start, asked.beside, clean)
        if asked.publish:
            publish_detector(asked.out, clean=clean)
    except EdgeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for card in cards:
        sys.stdout.write(card.text())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="train the vehicle detector, or adapt it to a site"
    )
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder of this run")
    add("--minutes", type=float, help="for learning, wall clock (30; 5 for a site)")
    add("--data", type=Path, nargs="*", action="extend", default=[], help="folders of frames")
    add("--licences", choices=("all", "clean"), default="clean")
    add("--fold", action="store_true", help="leave the held-out junctions out")
    add("--start", type=Path, metavar="RUN", help="folder of a run to go on from")
    add("--beside", type=Path, metavar="RUN", help="run with --fold, for the card")
    add("--rate", type=float, default=5e-3, help="highest learning rate (%(default)s)")
    add("--rendered", type=float, default=0.2, help="share of rendered views (%(default)s)")
    add("--seed", type=int, default=1)
    add("--publish", action="store_true", help="make it the weights that ship")
    add("--site", type=Path, metavar="DIR", help="adapt to this site's labelled frames")
    add("--weights", type=Path, metavar="FILE", help="of --site: what to adapt (as shipped)")
    add("--bound", type=float, default=0.01, help="of --site: AP50 that may be lost elsewhere")
    add("--json", action="store_true", help="of --site: the report as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
