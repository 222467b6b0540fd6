"""The detector adapted to one site in minutes: new scenes and new light are what costs it most.

What a site gains may be lost elsewhere. So other data are mixed in, what is learned is watched on a
guard set, and of the way from the old weights to the new ones only as much is gone as the guard
allows: weights between two trainings of one net see nearly as well as either (Wortsman et al.,
"Robust fine-tuning of zero-shot models", 2022).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from edge_agent.errors import EdgeError
from edge_agent.models.detector import weights
from edge_agent.models.detector.card import THRESHOLDS
from edge_agent.models.detector.classes import CLASSES, SIZES
from edge_agent.models.detector.evaluate import DOUBTFUL, Figures, measure, of_weights, words
from edge_agent.models.detector.export import calibration, wanted, write
from edge_agent.models.detector.labels import Lesson, read, split
from edge_agent.models.detector.net import Net
from edge_agent.models.detector.schooling import Recipe, School
from edge_agent.models.detector.streets import GUARD, render
from edge_agent.models.detector.views import Scenes
from edge_agent.models.training.publish import publish
from edge_agent.progress import Progress

_FEWEST = 10
_SEEN = 5  # vehicles of a class from which a site teaches what they look like
_HELD_SHARE = 0.2
_GUARDS = 80  # of other data: each costs time twice
MIXED = 80
"""Rendered frames to mix in."""
_STEPS = (1.0, 0.7, 0.5, 0.35, 0.2)
"""Shares of the way from the old weights to the new ones, tried in this order."""


class SiteError(EdgeError):
    """A site's pictures that cannot be learned from."""


@dataclass(frozen=True)
class Plan:
    """How a site is learned.

    Attributes:
        minutes: Of training, wall clock; measuring comes on top.
        rate: Highest learning rate: lower than from nothing, or what was known is gone.
        bound: AP50 that may be lost on the guard set.
        share: Of the views that show the site.
    """

    minutes: float = 5.0
    rate: float = 4e-4
    seed: int = 1
    bound: float = 0.01
    share: float = 0.6


@dataclass(frozen=True)
class Report:
    """Before and after; AP50 by name.

    Attributes:
        learned: Frames of the site that were learned from; ``held`` are its later ones.
        step: Share of the way to the new weights that was gone; 0: none was allowed.
        candidate: The file that was written; empty when nothing got better.
    """

    learned: int
    held: int
    before: Figures
    after: Figures
    elsewhere_before: Figures
    elsewhere_after: Figures
    bound: float
    step: float
    candidate: str

    @property
    def better(self) -> bool:
        """Whether there is something to use."""
        return bool(self.candidate)

    def json(self) -> str:
        """One line."""
        return json.dumps({**asdict(self), "better": self.better}) + "\n"

    def text(self) -> str:
        """For a person."""
        verdict = (
            f"Candidate: {self.candidate}"
            if self.better
            else "Nothing was gained within the bound; the old weights stay."
        )
        return (
            f"AP50, {self.learned} frames of the site learned, {self.held} later ones held out\n"
            f"  site, before       {words(self.before)}\n"
            f"  site, after        {words(self.after)}\n"
            f"  elsewhere, before  {words(self.elsewhere_before)}\n"
            f"  elsewhere, after   {words(self.elsewhere_after)}  (bound {self.bound:.3f})\n"
            f"{verdict}\n"
        )


def adapt(
    folder: Path, run: Path, data: Sequence[Path], plan: Plan, start: Path | None = None
) -> Report:
    """Learn a site's frames.

    Args:
        folder: The site's frames, labelled; the order of their names is that of time.
        run: Where the run, rendered streets and the candidate go.
        data: More labelled folders to mix in and to watch.
        plan: How.
        start: ``weights.npz`` to adapt; those that ship by default.

    Raises:
        SiteError: Fewer than ten frames with vehicles.
        LabelError: Labels are wrong.
        ModelError: ``start`` is none.
    """
    here, held = in_time(read([folder]), folder)
    mixed, guard = _others(data, run, plan.seed)
    old = weights.load(start or weights.SHIPPED)
    before, elsewhere = _measured(old, held), _measured(old, guard)
    new = _learned([*here, *mixed], {one.scene for one in here}, run, plan, old)
    step, kept, there = furthest(old, new, guard, elsewhere, plan.bound)
    after = _measured(kept, held) if step else before
    candidate = ""
    if after["ap50_any"] > before["ap50_any"]:
        candidate = str(_written(kept, run, [*here, *mixed], plan.seed))
    return Report(
        len(here), len(held), before, after, elsewhere, there, plan.bound, step, candidate
    )


def in_time(lessons: Sequence[Lesson], folder: Path) -> tuple[list[Lesson], list[Lesson]]:
    """The earlier frames to learn from and the later fifth to measure on."""
    useful = sorted((one for one in lessons if len(one.boxes)), key=lambda one: one.item.path.name)
    if len(useful) < _FEWEST:
        raise SiteError(
            f"{folder}: {len(useful)} frames with vehicles; {_FEWEST} are the least, 50 do well"
        )
    cut = round(len(useful) * (1 - _HELD_SHARE))
    here = useful[:cut]
    # Where no bus ever passes, learning would unlearn what a bus is.
    counts = sum(np.bincount(one.kinds, minlength=len(CLASSES)) for one in here)
    for one in here:
        one.known = one.known & (counts >= _SEEN)
    return here, useful[cut:]


def _others(data: Sequence[Path], run: Path, seed: int) -> tuple[list[Lesson], list[Lesson]]:
    """What to mix in, and what to watch; no frame is both."""
    mixed = read([render(run / "rendered", MIXED, seed)])
    guard = read([render(run / "guard", *GUARD)])
    if data:
        parts = split(read(data))
        watched = calibration(parts.later or parts.train, seed, _GUARDS)
        names = {one.item.path for one in watched}
        mixed += [one for one in parts.train if one.item.path not in names]
        guard += watched
    return mixed, guard


def _learned(
    lessons: Sequence[Lesson], here: set[str], run: Path, plan: Plan, old: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    scenes = Scenes(lessons, SIZES["detector"], favoured=here, favour=plan.share)
    recipe = Recipe(
        plan.minutes, rate=plan.rate, seed=plan.seed, smoothing=0.99, trust_after=0.0, gentle=True
    )
    school = School(recipe, scenes, run, dict(old))
    with Progress("learn", 1.0) as progress:
        for told in school.lessons():
            progress.show(told["done"], f"step {school.step}: any {told['any']:.3f}")
    return dict(school.mean.state_dict())


def furthest(
    old: Mapping[str, Tensor],
    new: Mapping[str, Tensor],
    guard: Sequence[Lesson],
    before: Figures,
    bound: float,
) -> tuple[float, Mapping[str, Tensor], Figures]:
    """As far towards the new weights as the guard allows: share, weights, figures there."""
    for step in _STEPS:
        between = {
            name: torch.lerp(old[name], one, step) if one.is_floating_point() else one
            for name, one in new.items()
        }
        there = _measured(between, guard)
        if there["ap50_any"] >= before["ap50_any"] - bound:
            return step, between, there
    return 0.0, old, before


def _measured(state: Mapping[str, Tensor], lessons: Sequence[Lesson]) -> Figures:
    found = measure(of_weights(_net(state), SIZES["detector"], DOUBTFUL), lessons)["overall"]
    figures: dict[str, float] = {k: v for k, v in found.items() if k.startswith("ap50")}
    return {"ap50_any": 0.0, **figures}


def _net(state: Mapping[str, Tensor]) -> Net:
    net = Net()
    net.load_state_dict(dict(state))
    return net.eval()


def _written(state: Mapping[str, Tensor], run: Path, lessons: Sequence[Lesson], seed: int) -> Path:
    """The candidate: a folder with files and manifest that a unit may be pointed at."""
    net, place = _net(state), run / "candidate"
    place.mkdir(parents=True, exist_ok=True)
    samples = calibration(lessons, seed)
    weights.save(net, place / "weights.npz")
    for name, size in SIZES.items():
        write(net, size, place / f"{name}.onnx", samples)
        (place / f"{name}-fp32.onnx").unlink()
        publish(
            name,
            task="detector",
            input=wanted(size).model_dump(mode="json"),
            licence="of the shipped weights and of the site's own pictures",
            file=f"{name}.onnx",
            classes=CLASSES,
            thresholds=THRESHOLDS,
            folder=place,
        )
    return place / "manifest.toml"
