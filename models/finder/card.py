"""The finder's card, what it was made of and how well it finds; its entry in the manifest."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_agent.evaluation.card import Card, Data, Result, sha256_of
from edge_agent.evaluation.split import Seen
from edge_agent.models.finder.evaluate import SCORE
from edge_agent.models.finder.export import INT8
from edge_agent.models.finder.fit import BATCH, PEAK
from edge_agent.models.finder.net import initial, parameters
from edge_agent.models.finder.scenes import items_of, wanted
from edge_agent.models.finder.windows import SIDE
from edge_agent.models.training.publish import publish
from edge_agent.simulators.render_set.labels import SOURCE as RENDERED
from edge_agent.vision.nets.manifest import SHIPPED
from edge_agent.vision.plates.finder import OVERLAP

_SUMMARY = (
    "Finds number plates of one and two lines and their four corners in a grey picture of any "
    "size: plain convolutions, one map at a quarter of its resolution."
)
_COMMAND = "python -m edge_agent.models.finder.evaluate"
_FAILURES = [
    "Plates narrower than about 12 pixels, or than a hundredth of a photo's longer side.",
    "Plates that a barrier or a cable hides in part: the corners shrink to what shows.",
    "Plates turned by more than about 40 degrees, and plates upside down.",
]


def fill_card(
    run: Path,
    folders: Sequence[Path],
    figures: dict[str, dict[str, float]],
    *,
    clean: bool,
    recipe: Mapping[str, str | float | bool],
) -> Card:
    """Write ``card.json`` and ``card.md`` into a run's folder.

    Args:
        run: With the weights.
        folders: What they were trained on.
        figures: From ``evaluate``.
        clean: Whether everything without a free licence was left out.
        recipe: Settings that differ from run to run.
    """
    used = Counter(
        (str(item.get("source", "unknown")), str(item.get("licence", "none given")))
        for folder in folders
        for item in items_of(folder)
        if wanted(item, clean=clean)
    )
    data = [
        Data(source=source, licence=licence, items=items)
        for (source, licence), items in sorted(used.items())
    ]
    real = sorted({one.source for one in data} - {RENDERED})
    card = Card(
        name="finder",
        task="finder",
        summary=_SUMMARY,
        file=INT8,
        sha256=sha256_of(run / INT8),
        parameters=parameters(initial(0)),
        licences="clean" if clean else "all",
        data=data,
        seen=Seen(sources=tuple(real), texts=bool(real)),
        recipe={"batch": BATCH, "rate": PEAK, "window": SIDE, **recipe},
        results={name: _result(name, values) for name, values in figures.items()},
        failures=_FAILURES,
    )
    card.save(run / "card.json")
    return card


def publish_finder(run: Path, folder: Path = SHIPPED) -> None:
    """Copy a run's weights and card to where they ship from, and enter them in the manifest."""
    place = folder / "finder"
    for name in (INT8, "card.json", "card.md"):
        shutil.copyfile(run / name, place / name)
    publish(
        "finder",
        task="finder",
        input={"shape": [1, 1, SIDE, SIDE], "layout": "NCHW", "colour": "grey", "range": "0-255"},
        licence="Apache-2.0",
        thresholds={"score": SCORE, "overlap": OVERLAP},
        folder=folder,
    )


def _result(name: str, values: dict[str, float]) -> Result:
    figures = {key: value for key, value in values.items() if key != "photos"}
    return Result(what=_what(name), figures=figures, items=int(values["photos"]), command=_COMMAND)


def _what(name: str) -> str:
    if name == "rendered":
        return "streets by chance, from a seed not trained on; plates of 16 pixels and more"
    if name.startswith("held out"):
        return "one photo in five by the hash of its plate's text or its name, never trained on"
    return "photos that were trained on"
