"""``edge-agent eval``: how good the eyes are on labelled pictures, and what they got wrong."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from edge_agent.commands import options
from edge_agent.commands.words import table
from edge_agent.errors import EdgeError
from edge_agent.evaluation import counting, networks
from edge_agent.evaluation.finding import PlateScore
from edge_agent.evaluation.labels import Item, gather
from edge_agent.evaluation.networks import Choice, Opened, open_net
from edge_agent.evaluation.reading import ReaderScore
from edge_agent.evaluation.run import Score, evaluate, wanted
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.vehicles import VehicleScore
from edge_agent.exits import Exit
from edge_agent.progress import Progress
from edge_agent.vision import quiet
from edge_agent.vision.nets.entry import Adapter

_WHAT = ("plates", "reader", "vehicles", "counting")
_SHOWN = 10
_WIDEST = 48
_SINGLE = (
    "overall", "seen", "unseen", "disputed", "without_disputed", "unseen_without_disputed"
)  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=_WHAT,
        metavar="|".join(_WHAT),
        help="plates: found in photos and read; reader: crops read; vehicles: found in frames;"
        " counting: crossings of a line in clips",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="DIR",
        help="folder with labels.jsonl (counting: truth.json), or one above such folders;"
        " may be given several times",
    )
    parser.add_argument(
        "--model",
        metavar="NAME|FILE",
        help="a network of the manifest or an ONNX file, instead of the shipped one",
    )
    parser.add_argument(
        "--reader", metavar="NAME|FILE", help="plates: another reader behind the finder"
    )
    parser.add_argument("--adapter", choices=get_args(Adapter), help="how a FILE's output is read")
    parser.add_argument(
        "--classes", default="", metavar="A,B,…", help="classes of a FILE's output, in order"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of another manifest")
    parser.add_argument(
        "--fps", type=float, default=10.0, metavar="N", help="counting: analysed frames a second"
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE.jpg", help="write the failures as one picture"
    )
    parser.add_argument(
        "--limit", type=_count, metavar="N", help="N pictures, evenly from all of them"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    quiet.set_up()
    result = _counting(args) if args.what == "counting" else _pictures(args)
    if args.json:
        options.print_json(result)
    else:
        _print(result)
    return Exit.NEGATIVE if result["unreadable"]["count"] else Exit.OK


def _pictures(args: argparse.Namespace) -> dict[str, Any]:
    sheet = Sheet() if args.sheet else None
    items = list(gather(args.data))
    opened, score = _score(args, sheet)
    chosen = wanted(score, items, args.limit)
    with Progress(args.what, len(chosen.items)) as bar:
        report = evaluate(score, chosen, _seen(opened), bar.show)
    if sheet:
        sheet.write(args.sheet)
    return {"what": args.what, **_facts(args, opened), **report}


def _score(args: argparse.Namespace, sheet: Sheet | None) -> tuple[list[Opened], Score]:
    choice = _choice(args, args.model)
    match args.what:
        case "reader":
            opened = open_net("reader", choice)
            return [opened], ReaderScore(networks.reader(opened), sheet)
        case "vehicles":
            opened = open_net("detector", choice)
            return [opened], VehicleScore(networks.detector(opened), sheet)
        case _:
            finder = open_net("finder", choice)
            reader = open_net("reader", Choice(args.reader, folder=args.models))
            return [finder, reader], PlateScore(networks.plate_eyes(finder, reader), sheet)


def _counting(args: argparse.Namespace) -> dict[str, Any]:
    opened = open_net("detector", _choice(args, args.model))
    cells: list[counting.Cell] = []
    uncounted: list[str] = []
    unreadable: list[str] = []
    found: list[counting.Clip] = []
    for folder in args.data:
        clips, others = counting.clips(folder)
        found += clips
        uncounted += others
    if not found:
        raise EdgeError("none of these clips has a counting line and a true count")
    with Progress("counting", len(found)) as bar:
        for done, clip in enumerate(found):
            # The tracker wants each clip's detector to start anew.
            detector = networks.live_detector(opened)
            try:
                cells += counting.count(clip, detector, args.fps, _clip_bar(bar, done))
            except EdgeError as error:
                unreadable.append(str(error))
    if len(unreadable) == len(found):
        raise EdgeError("no clip could be read; the first one:\n" + unreadable[0])
    return {
        "what": "counting",
        **_facts(args, [opened]),
        "items": len(found) - len(unreadable),
        "other_items": len(uncounted),
        "unreadable": {"count": len(unreadable), "names": unreadable},
        **counting.report(cells),
    }


def _clip_bar(bar: Progress, done: int) -> Callable[[float], None]:
    return lambda share: bar.show(done + share)


def _choice(args: argparse.Namespace, model: str | None) -> Choice:
    classes = tuple(word.strip() for word in args.classes.split(",") if word.strip())
    return Choice(model, args.adapter, classes, args.models)


def _facts(args: argparse.Namespace, opened: list[Opened]) -> dict[str, Any]:
    return {"data": [str(folder) for folder in args.data], "models": [one.facts for one in opened]}


def _seen(opened: list[Opened]) -> Callable[[Item], bool] | None:
    """What any of the networks has seen is seen; nothing is known when one has no card."""
    cards = [one.card for one in opened]
    if any(card is None for card in cards):
        return None
    return lambda item: any(card.seen(item) for card in cards if card is not None)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _print(result: dict[str, Any]) -> None:
    for model in result["models"]:
        print(f"{model['model']}  sha256 {model['sha256'][:12]}…")
    print(f"{result['items']} scored, {result['other_items']} of another kind")
    unreadable = result["unreadable"]
    if unreadable["count"]:
        print(f"{unreadable['count']} COULD NOT BE READ AND ARE NOT SCORED:")
        print(*(f"  {name}" for name in unreadable["names"][:_SHOWN]), sep="\n")
    rows = [(name.replace("_", " "), result[name]) for name in _SINGLE if name in result]
    rows += [
        (f"{kind.replace('by_', '').replace('_', ' ')} {name}"[:_WIDEST], figures)
        for kind, groups in result.items()
        if "by_" in kind
        for name, figures in groups.items()
    ]
    heads = list(dict.fromkeys(name for _, figures in rows for name in figures))
    print(*table([("", *heads), *(_row(name, figures, heads) for name, figures in rows)]), sep="\n")
    if result.get("confusions"):
        pairs = (f"{truth}→{read} {times}" for truth, read, times in result["confusions"])
        print("taken for another:", ", ".join(pairs))


def _row(name: str, figures: dict[str, float], heads: list[str]) -> tuple[str, ...]:
    cells = (figures.get(head) for head in heads)
    return (name, *(_cell(value) for value in cells))


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
