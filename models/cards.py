"""``./dev eval``: figures of the shipped weights, and their cards' tables anew.

Always on the rendered check set, which anybody can make; with ``--data`` on folders of labelled
pictures too. A card that belongs to other weights is refused: its trainer writes it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_agent.errors import EdgeError
from edge_agent.evaluation import networks
from edge_agent.evaluation.card import Card, Result, sha256_of
from edge_agent.evaluation.finding import PlateScore
from edge_agent.evaluation.groups import Figures
from edge_agent.evaluation.labels import gather
from edge_agent.evaluation.networks import Choice, Opened, open_net
from edge_agent.evaluation.reading import ReaderScore
from edge_agent.evaluation.run import Score, evaluate, wanted
from edge_agent.evaluation.vehicles import VehicleScore
from edge_agent.models.rendered import check_sets
from edge_agent.progress import Progress
from edge_agent.vision import quiet
from edge_agent.vision.nets.entry import Entry, Task
from edge_agent.vision.nets.manifest import SHIPPED, Manifest

CHECK = "rendered check"
"""Name of the result that every card has."""
BAND = 0.03
"""A check measured again elsewhere may differ by this: other machines round otherwise."""
SETS = Path(".artefacts/rendered-check")
_ASKED: dict[Task, str] = {"detector": "vehicles", "finder": "plates", "reader": "reader"}
_COMMAND = "./dev eval"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every shipped network and write its card."""
    args = _parser().parse_args(argv)
    quiet.set_up()
    try:
        manifest = Manifest(args.models)
        sets = check_sets(args.sets)
        for entry in [manifest.entry(name) for name in args.only or manifest.entries]:
            for name, result in renew(manifest, entry, sets, args.data).items():
                figures = ", ".join(f"{key} {value:.4g}" for key, value in result.figures.items())
                print(f"{entry.name}: {name}: {result.items} pictures: {figures}", flush=True)
    except EdgeError as error:
        print(f"dev eval: {error}", file=sys.stderr)
        return 1
    return 0


def measured(manifest: Manifest, entry: Entry, sets: dict[str, Path]) -> Result:
    """The rendered check of one network.

    Raises:
        EdgeError: The network, or a picture of the set, cannot be used.
    """
    folder = sets[_ASKED[entry.task]]
    what = "streets, light, traffic and plates by chance, never trained on"
    report = _report(manifest, entry, folder)
    if report is None:
        raise EdgeError(f"{folder}: nothing here for a {entry.task}")
    return _result(report["overall"], report.get("unseen"), what)


def card_of(manifest: Manifest, entry: Entry) -> Path:
    """Where a network's ``card.json`` lies."""
    return (manifest.folder / entry.card).with_suffix(".json")


def renew(
    manifest: Manifest, entry: Entry, sets: dict[str, Path], data: Sequence[Path]
) -> dict[str, Result]:
    """Measure one network and write its card.

    Returns:
        What was measured, by the name of the set.

    Raises:
        EdgeError: The card is of other weights, or something cannot be used.
    """
    path = card_of(manifest, entry)
    if Card.load(path).sha256 != sha256_of(manifest.path(entry)):
        raise EdgeError(f"{path}: is the card of other weights than {entry.file}")
    results = {CHECK: measured(manifest, entry, sets)}
    for folder in data:
        if report := _report(manifest, entry, folder):
            name, apart = "/".join(folder.resolve().parts[-2:]), report.get("without_disputed")
            results[name] = _result(report["overall"], report.get("unseen"), "real")
            if apart is not None:
                what = "the same without what is surely wrong with its labels"
                sound = _result(apart, report.get("unseen_without_disputed"), what)
                results[f"{name}, sound labels"] = sound
    # Read again: measuring took minutes, and a trainer may have written meanwhile.
    card = Card.load(path)
    card.results |= results
    card.save(path)
    return results


def _report(manifest: Manifest, entry: Entry, folder: Path) -> dict[str, Any] | None:
    """On a folder; None when nothing in it is for this network."""
    opened = open_net(entry.task, Choice(entry.name, folder=manifest.folder))
    score = _score(manifest, opened)
    items = list(gather([folder]))
    if not any(score.wants(item) for item in items):
        return None
    chosen = wanted(score, items, None)
    seen = None if opened.card is None else opened.card.seen
    with Progress(f"{entry.name} {folder.name}", len(chosen.items)) as bar:
        report = evaluate(score, chosen, seen, bar.show)
    if report["unreadable"]["count"]:
        raise EdgeError(report["unreadable"]["names"][0])
    return report


def _result(every: Figures, unseen: Figures | None, what: str) -> Result:
    """Figures of a set, and of its unseen part where there is one beside a seen one."""
    figures = {name: value for name, value in every.items() if name != "items"}
    if unseen and 0 < unseen["items"] < every["items"]:
        figures |= {f"unseen {name}": value for name, value in unseen.items()}
        what = f"{what}; `unseen`: the part held out from training"
    return Result(what=what, figures=figures, items=int(every["items"]), command=_COMMAND)


def _score(manifest: Manifest, opened: Opened) -> Score:
    match opened.entry.task:
        case "detector":
            return VehicleScore(networks.detector(opened))
        case "finder":
            reader = open_net("reader", Choice(folder=manifest.folder))
            return PlateScore(networks.plate_eyes(opened, reader))
        case _:
            return ReaderScore(networks.reader(opened))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev eval", description=__doc__)
    add = parser.add_argument
    add("only", nargs="*", help="names of the manifest; default: all")
    add("--data", type=Path, action="append", default=[], metavar="DIR", help="labelled pictures")
    add("--sets", type=Path, default=SETS, metavar="DIR", help="rendered sets (%(default)s)")
    add("--models", type=Path, default=SHIPPED, metavar="DIR", help="folder of another manifest")
    return parser


if __name__ == "__main__":
    sys.exit(main())
