"""``./dev eval``: figures of the shipped weights, and their cards' tables anew.

Always on the rendered check set, which anybody can make; with ``--data`` on folders of labelled
pictures too. A card that belongs to other weights is refused: its trainer writes it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge_agent.errors import EdgeError
from edge_agent.evaluation import networks
from edge_agent.evaluation.card import Card, Result, sha256_of
from edge_agent.evaluation.finding import PlateScore
from edge_agent.evaluation.labels import gather
from edge_agent.evaluation.networks import Choice, Opened, open_net
from edge_agent.evaluation.reading import ReaderScore
from edge_agent.evaluation.run import Score, evaluate, wanted
from edge_agent.evaluation.vehicles import VehicleScore
from edge_agent.models.rendered import check_sets
from edge_agent.progress import Progress
from edge_agent.vision import quiet
from edge_agent.vision.nets.entry import Entry, Task
from edge_agent.vision.nets.manifest import SHIPPED, models

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
        sets = check_sets(args.sets)
        for entry in models().entries.values():
            if args.only and entry.name not in args.only:
                continue
            for name, result in _renewed(entry, sets, args.data):
                figures = ", ".join(f"{key} {value:.4g}" for key, value in result.figures.items())
                print(f"{entry.name}: {name}: {result.items} pictures: {figures}", flush=True)
    except EdgeError as error:
        print(f"dev eval: {error}", file=sys.stderr)
        return 1
    return 0


def measured(entry: Entry, sets: dict[str, Path]) -> Result:
    """The rendered check of one shipped network.

    Raises:
        EdgeError: The network, or a picture of the set, cannot be used.
    """
    folder = sets[_ASKED[entry.task]]
    result = _result(entry, folder, "streets, light and traffic by chance, never trained on")
    if result is None:
        raise EdgeError(f"{folder}: nothing here for a {entry.task}")
    return result


def card_of(entry: Entry) -> Path:
    """Where a network's ``card.json`` lies."""
    return (SHIPPED / entry.card).with_suffix(".json")


def _renewed(
    entry: Entry, sets: dict[str, Path], data: Sequence[Path]
) -> Iterator[tuple[str, Result]]:
    """Measure one network and write its card; yields what was measured."""
    path = card_of(entry)
    card = Card.load(path)
    if card.sha256 != sha256_of(SHIPPED / entry.file):
        raise EdgeError(f"{path}: is the card of other weights than {entry.file}")
    results = {CHECK: measured(entry, sets)}
    for folder in data:
        if result := _result(entry, folder, "real"):
            results["/".join(folder.resolve().parts[-2:])] = result
    # Read again: measuring took minutes, and a trainer may have written meanwhile.
    card = Card.load(path)
    card.results |= results
    card.save(path)
    yield from results.items()


def _result(entry: Entry, folder: Path, what: str) -> Result | None:
    """Figures on a folder; None when nothing in it is for this network."""
    opened = open_net(entry.task, Choice(entry.name))
    score = _score(opened)
    items = list(gather([folder]))
    if not any(score.wants(item) for item in items):
        return None
    chosen = wanted(score, items, None)
    seen = None if opened.card is None else opened.card.seen
    with Progress(f"{entry.name} {folder.name}", len(chosen.items)) as bar:
        report = evaluate(score, chosen, seen, bar.show)
    if report["unreadable"]["count"]:
        raise EdgeError(report["unreadable"]["names"][0])
    figures = dict(report["overall"])
    del figures["items"]
    if report.get("seen", {}).get("items") and report["unseen"]["items"]:
        apart = {f"unseen {name}": value for name, value in report["unseen"].items()}
        figures |= apart
        what = f"{what}; `unseen`: the part held out from training"
    return Result(what=what, figures=figures, items=report["items"], command=_COMMAND)


def _score(opened: Opened) -> Score:
    match opened.entry.task:
        case "detector":
            return VehicleScore(networks.detector(opened))
        case "finder":
            return PlateScore(networks.plate_eyes(opened, open_net("reader", Choice())))
        case _:
            return ReaderScore(networks.reader(opened))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev eval", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of the manifest; default: all")
    parser.add_argument(
        "--data", type=Path, action="append", default=[], metavar="DIR", help="labelled pictures"
    )
    parser.add_argument("--sets", type=Path, default=SETS, metavar="DIR", help="rendered sets")
    return parser


if __name__ == "__main__":
    sys.exit(main())
