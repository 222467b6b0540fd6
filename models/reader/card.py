"""The reader's card: what it was made of and how well it reads; and its entry in the manifest."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import numpy_helper

from edge_agent.evaluation.card import Card, Data, Result, sha256_of
from edge_agent.evaluation.split import Seen
from edge_agent.models.reader.export import FP32, INT8
from edge_agent.models.reader.real import Crop
from edge_agent.models.training.publish import publish
from edge_agent.vision.nets.manifest import SHIPPED
from edge_agent.vision.plates.grammar import CHARSET

_SUMMARY = (
    "Reads one- and two-line Vietnamese plates from a grey crop of 128×64: plain convolutions, "
    "one attention map for each of ten characters."
)
_OURS = "Apache-2.0 (own strokes) and Bitstream Vera (DejaVu fonts)"
_COMMAND = "python -m edge_agent.models.reader.evaluate"


def fill_card(
    run: Path, real: Sequence[Crop], measured: dict[str, Any], *, clean: bool, atlas: bool
) -> Card:
    """Write ``card.json`` and ``card.md`` into a run's folder.

    Args:
        run: With the weights and what was learned.
        real: Crops that could be learned from; those held out are not counted.
        measured: From ``evaluate``.
        clean: Whether everything without a free licence was left out.
        atlas: Whether the printer used characters cut out of real plates.
    """
    learned = json.loads((run / "learned.json").read_text("utf-8"))
    known = [crop for crop in real if crop.teaches]
    card = Card(
        name="reader",
        task="reader",
        summary=_SUMMARY,
        file="reader.onnx",
        sha256=sha256_of(run / INT8),
        parameters=_parameters(run / FP32),
        licences="clean" if clean else "all",
        data=_data(known, learned["rendered"], atlas=atlas),
        seen=Seen(sources=tuple(sorted({crop.source for crop in known})), texts=bool(known)),
        recipe={**learned["plan"], "steps": learned["steps"], "real_crops": learned["real_crops"]},
        results=_results(measured["groups"]),
        failures=_failures(measured),
    )
    card.save(run / "card.json")
    return card


def publish_reader(run: Path, folder: Path = SHIPPED) -> None:
    """Copy a run's weights and card to where they ship from, and enter them in the manifest."""
    place = folder / "reader"
    for name in (INT8, "card.json", "card.md"):
        shutil.copyfile(run / name, place / name)
    publish(
        "reader",
        task="reader",
        input={
            "shape": ["N", 1, 64, 128],
            "layout": "NCHW",
            "colour": "grey",
            "range": "standardised",
        },
        licence="Apache-2.0",
        charset=CHARSET,
        thresholds={"confidence": 0.8},
        folder=folder,
    )


def _parameters(path: Path) -> int:
    weights = onnx.load(str(path)).graph.initializer
    return sum(numpy_helper.to_array(one).size for one in weights)


def _data(known: Sequence[Crop], rendered: int, *, atlas: bool) -> list[Data]:
    data = [Data(source="rendered", licence=_OURS, items=rendered)]
    if atlas:
        data.append(
            Data(
                source="atlas of characters cut out of real plates",
                licence="none given",
                items=31,
                use="shapes of rendered characters",
            )
        )
    counts = Counter((crop.source, crop.licence) for crop in known)
    data += [
        Data(source=source, licence=licence, items=items)
        for (source, licence), items in sorted(counts.items())
    ]
    return data


def _results(groups: dict[str, dict[str, float]]) -> dict[str, Result]:
    found = {}
    for name, values in groups.items():
        shares = {key: value for key, value in values.items() if key != "items"}
        found[name] = Result(
            what=_what(name), figures=shares, items=int(values["items"]), command=_COMMAND
        )
    return found


def _what(group: str) -> str:
    if group.startswith("rendered"):
        return "own strokes and fonts, from a seed that was not trained on"
    if group.startswith("learned"):
        return "real crops whose texts were trained on"
    return "real crops, one plate text in five, never trained on"


def _failures(measured: dict[str, Any]) -> list[str]:
    slips = ", ".join(f"{pair} ({count})" for pair, count in measured["confusions"])
    told = ["A highlight over a character, and plates less than about 45 pixels wide."]
    if slips:
        told.append(f"Commonest slips on held-out real crops, true>read: {slips}.")
    return told
