"""The cards of both profiles: what they were made of and how well they see; and the manifest."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge_agent.evaluation.card import Card, Data, Result, sha256_of
from edge_agent.evaluation.groups import Figures
from edge_agent.evaluation.split import Seen
from edge_agent.models.detector.classes import CLASSES, CLEAN, SIZES
from edge_agent.models.detector.export import wanted
from edge_agent.models.detector.labels import HELD_OUT, LATER, Lesson
from edge_agent.models.detector.net import Net
from edge_agent.models.detector.schooling import Recipe
from edge_agent.models.training.publish import publish
from edge_agent.vision.nets.manifest import SHIPPED

THRESHOLDS = {"score": 0.2, "overlap": 0.6}
_SUMMARY = {
    "detector": "Finds motorbikes, bicycles, cars, buses and trucks in a frame of 640×384.",
    "detector-clean": "As detector, but only from pictures with a free licence: it sees far less.",
    "detector-small": "The same weights for a frame of 320×320: half the work, less of the far.",
}
_COMMAND = "python -m edge_agent.models.detector.train"
_WHAT = {
    "later": "later frames of the cameras that were trained on, never trained on",
    "elsewhere": "junctions that were held out",
    "rendered": "rendered streets from a seed that was not trained on",
}
_BESIDE = "; measured with sister weights that were trained without them"
_FOLD = ", fold"
_FORMER = "; of the weights that these went on from"
_STAGES = ("minutes", "rate", "rendered", "seed", "began_from", "stages", "fold")
"""Of a recipe: what is told of it where another went on from its weights."""
_FAILURES = [
    "Motorbikes lower than about 12 pixels of its input, and most of those half hidden in a queue.",
    "Vans are cars on some of its sources and trucks or buses on others: it wavers, too.",
    "Bicycles are few in its data and often called motorbikes there: count them as two wheels.",
    "A lorry so close that the frame shows a part of its side only.",
]


def fill_cards(
    run: Path,
    trained: Sequence[Lesson],
    recipe: Recipe,
    measured: dict[str, Any],
    beside: Path | None,
    start: Path | None,
    *,
    clean: bool,
) -> list[Card]:
    """Write ``card.json`` and ``card-small.json``, and the texts beside them, into a run's folder.

    Args:
        run: With the exported files.
        trained: What was learned from.
        recipe: How.
        measured: Profile to set to figures.
        beside: A run without the held-out junctions, whose figures on them are told here, too.
        start: Folder of the weights that it went on from: what these had learned is not unlearned,
            and where there is no ``beside``, what the sister of these reached is the best known.
        clean: Whether everything without a free licence was left out.
    """
    aside = json.loads((beside / "measured.json").read_text("utf-8")) if beside else {}
    real = [one for one in trained if not one.rendered]
    cards = []
    for name, report in measured.items():
        results = _results(report, "")
        others = _results(aside.get(name, {}), _BESIDE)
        results |= {f"{key}{_FOLD}": one for key, one in others.items()}
        before = _before(start, name)
        if before and not beside:
            results |= _sisters(before)
        card = Card(
            name=name,
            task="detector",
            summary=_SUMMARY[name],
            file=f"{name}.onnx",
            sha256=sha256_of(run / f"{name}.onnx"),
            parameters=sum(one.numel() for one in Net().parameters()),
            licences="clean" if clean else "all",
            data=_data(trained, before),
            seen=_seen(real, before),
            recipe=asdict(recipe) | _began(before),
            results=results,
            failures=_FAILURES,
        )
        card.save(run / _card(name))
        cards.append(card)
    return cards


def publish_detector(run: Path, *, clean: bool, folder: Path = SHIPPED) -> None:
    """Copy a run's weights and cards to where they ship from, and enter them in the manifest."""
    place = folder / "detector"
    place.mkdir(parents=True, exist_ok=True)
    if not clean:
        shutil.copyfile(run / "weights.npz", place / "weights.npz")
    for name, size in (CLEAN if clean else SIZES).items():
        card = _card(name)
        for file in (f"{name}.onnx", card, f"{Path(card).stem}.md"):
            shutil.copyfile(run / file, place / file)
        publish(
            name,
            task="detector",
            input=wanted(size).model_dump(mode="json"),
            licence="Apache-2.0",
            file=f"detector/{name}.onnx",
            classes=CLASSES,
            thresholds=THRESHOLDS,
            card=f"detector/{Path(card).stem}.md",
            folder=folder,
        )


def _card(name: str) -> str:
    return f"{name.replace('detector', 'card')}.json"


def _before(start: Path | None, name: str) -> Card | None:
    path = start / _card(name) if start else None
    return Card.load(path) if path and path.exists() else None


def _began(before: Card | None) -> dict[str, str]:
    """Of the recipe: what it went on from, and how that was made."""
    if before is None:
        return {}
    told = [f"{key}: {before.recipe[key]}" for key in _STAGES if key in before.recipe]
    return {"began_from": "; ".join((f"the weights of {before.file} {before.sha256[:12]}", *told))}


def _sisters(before: Card) -> dict[str, Result]:
    """What the sister of the weights before reached: none of this run's own was trained."""
    return {
        key: one.model_copy(update={"what": f"{one.what.removesuffix(_FORMER)}{_FORMER}"})
        for key, one in before.results.items()
        if key.endswith(_FOLD)
    }


def _seen(real: Sequence[Lesson], before: Card | None) -> Seen:
    """Whatever the weights before had seen, these have."""
    former = before.seen if before else Seen(scenes=HELD_OUT)
    sources = {*former.sources, *(one.item.source for one in real)}
    there = {one.scene for one in real}
    left_out = tuple(name for name in former.scenes if name not in there) if sources else ()
    return Seen(sources=tuple(sorted(sources)), frames=LATER, scenes=left_out)


def _data(trained: Sequence[Lesson], before: Card | None) -> list[Data]:
    """Of all runs: real pictures are the same ones again, rendered ones are others."""
    counts = Counter((one.item.source, one.item.licence or "none given") for one in trained)
    drawn = {one.item.source for one in trained if one.rendered}
    for one in before.data if before else ():
        key, again = (one.source, one.licence), one.source in drawn
        counts[key] = counts[key] + one.items if again else max(counts[key], one.items)
    return [
        Data(source=source, licence=licence, items=items)
        for (source, licence), items in sorted(counts.items())
    ]


def _results(measured: dict[str, Any], told: str) -> dict[str, Result]:
    found = {}
    for name, report in measured.items():
        what = _WHAT[name] + (told if name == "elsewhere" else "")
        found[name] = _result(report["overall"], what)
        if "without_disputed" in report:
            sound = f"{what}; without what is surely wrong with their labels"
            found[f"{name}, sound labels"] = _result(report["without_disputed"], sound)
    return found


def _result(figures: Figures, what: str) -> Result:
    scores = {name: value for name, value in figures.items() if name.startswith("ap50")}
    return Result(what=what, figures=scores, items=int(figures["items"]), command=_COMMAND)
