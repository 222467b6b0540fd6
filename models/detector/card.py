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
        clean: Whether everything without a free licence was left out.
    """
    aside = json.loads((beside / "measured.json").read_text("utf-8")) if beside else {}
    real = [one for one in trained if not one.rendered]
    cards = []
    for name, report in measured.items():
        results = _results(report, "")
        others = _results(aside.get(name, {}), _BESIDE)
        results |= {f"{key}, fold": one for key, one in others.items()}
        card = Card(
            name=name,
            task="detector",
            summary=_SUMMARY[name],
            file=f"{name}.onnx",
            sha256=sha256_of(run / f"{name}.onnx"),
            parameters=sum(one.numel() for one in Net().parameters()),
            licences="clean" if clean else "all",
            data=_data(trained),
            seen=Seen(
                sources=tuple(sorted({one.item.source for one in real})),
                frames=LATER,
                scenes=_left_out(real),
            ),
            recipe=asdict(recipe),
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


def _data(trained: Sequence[Lesson]) -> list[Data]:
    counts = Counter((one.item.source, one.item.licence) for one in trained)
    return [
        Data(source=source, licence=licence or "none given", items=items)
        for (source, licence), items in sorted(counts.items())
    ]


def _left_out(real: Sequence[Lesson]) -> tuple[str, ...]:
    there = {one.scene for one in real}
    return tuple(name for name in HELD_OUT if name not in there) if real else ()


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
