"""``edge-agent evidence``: what is sealed here; take it out, masked or whole, all on record."""

import argparse
import shutil
import time
from dataclasses import asdict
from pathlib import Path

from edge_agent import settings
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.words import moment, size, table
from edge_agent.errors import EvidenceError
from edge_agent.evidence.copies import Masker
from edge_agent.evidence.shelf import COPIED, SENT, UNLOCKED, Item, Shelf
from edge_agent.evidence.upload import Upload
from edge_agent.evidence.vault import unit_key
from edge_agent.exits import Exit

_DEADLINE_S = 600.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("list", "log", "copy", "unlock", "send", "sweep", "key"),
        metavar="list|log|copy|unlock|send|sweep|key",
        help="list: packages; log: the record of seals, drops, copies and unlocks; copy: a masked"
        " copy to --out; unlock: the original to --out; send: a masked copy to URL; sweep: apply"
        " [evidence.keep] now; key: the unit's public key",
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="link, or id of the violation")
    parser.add_argument("url", nargs="?", metavar="URL", help="send: a signed https URL for PUT")
    parser.add_argument("--out", type=Path, metavar="FILE", help="copy, unlock: where to")
    parser.add_argument("--why", help="unlock, send --original: reason, goes on record")
    parser.add_argument("--original", action="store_true", help="send: the original, not a copy")
    parser.add_argument(
        "--resumable", action="store_true", help="send: the store goes on with half-sent files"
    )
    parser.add_argument("--ca", type=Path, metavar="FILE", help="send: PEM of authorities to trust")
    parser.add_argument(
        "--deadline", type=float, default=_DEADLINE_S, metavar="S", help="send: give up after S s"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="networks that find who to mask")
    options.add_config(parser)
    options.add_state_dir(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.what == "key":
        print(unit_key(args.state_dir).public.pem().decode(), end="")
        return Exit.OK
    work = {
        "list": _list,
        "log": _log,
        "sweep": _sweep,
        "copy": _copy,
        "unlock": _unlock,
        "send": _send,
    }
    return work[args.what](Shelf(args.state_dir, SystemClock()), args)


def _wanted(shelf: Shelf, args: argparse.Namespace) -> Item:
    if args.id is None:
        raise EvidenceError(
            f"evidence {args.what} needs an ID; `edge-agent evidence list` has them"
        )
    return shelf.find(args.id)


def _list(shelf: Shelf, args: argparse.Namespace) -> int:
    items = shelf.items()
    if args.json:
        options.print_json([asdict(item) for item in items])
        return Exit.OK
    head = ("LINK", "SEALED", "KIND", "VIOLATION", "SIZE", "STATE")
    rows = [
        (str(one.n), moment(one.t), one.kind, one.event, size(one.size), _state(one))
        for one in items
    ]
    print("\n".join(table([head, *rows])))
    held = sum(item.size for item in items if not item.dropped)
    print(f"{size(held)} held")
    return Exit.OK


def _state(item: Item) -> str:
    if item.dropped:
        return f"dropped: {item.dropped}"
    return "masked copy" if item.copy_of else "original"


def _log(shelf: Shelf, args: argparse.Namespace) -> int:
    for line in shelf.lines():
        if args.json:
            options.print_json({"n": line.n, "t": line.t, "what": line.what} | line.facts)
        else:
            facts = "  ".join(f"{name}={value}" for name, value in sorted(line.facts.items()))
            print(f"{line.n:>6}  {moment(line.t)}  {line.what:<13}  {facts}")
    return Exit.OK


def _sweep(shelf: Shelf, args: argparse.Namespace) -> int:
    drops = shelf.sweep(settings.load(args.config).evidence.keep)
    for drop in drops:
        print(f"dropped {drop.held.file}: {drop.why}")
    print(f"{len(drops)} dropped")
    return Exit.OK


def _copy(shelf: Shelf, args: argparse.Namespace) -> int:
    item = _wanted(shelf, args)
    out = _out(args)
    copy = item if item.copy_of else shelf.copy(item, _masker(args))
    shelf.record(COPIED, copy)
    shutil.copyfile(shelf.path(copy), out)
    print(f"{out}: masked copy of link {item.n}, link {copy.n}")
    return Exit.OK


def _unlock(shelf: Shelf, args: argparse.Namespace) -> int:
    item = _wanted(shelf, args)
    out = _out(args)
    shelf.record(UNLOCKED, item, why=_why(args))
    shutil.copyfile(shelf.path(item), out)
    print(f"{out}: link {item.n} as it was sealed; this is on record")
    return Exit.OK


def _send(shelf: Shelf, args: argparse.Namespace) -> int:
    item = _wanted(shelf, args)
    if args.url is None:
        raise EvidenceError("evidence send needs ID and URL")
    facts: dict[str, str] = {"why": _why(args)} if args.original else {}
    whole = args.original or item.copy_of
    sending = item if whole else shelf.copy(item, _masker(args))
    upload = Upload(
        shelf.path(sending),
        args.url,
        SystemClock(),
        time.sleep,
        resumable=args.resumable,
        ca=args.ca,
    )
    # On record before the first byte leaves: a try that fails half way has told something, too.
    shelf.record(SENT, sending, to=upload.place, **facts)
    sent = upload.run(args.deadline)
    if args.json:
        options.print_json(asdict(sent) | {"link": sending.n, "to": upload.place})
    else:
        proof = "the store did not say what it has" if sent.proof == "none" else sent.proof
        print(f"sent link {sending.n}, {size(sent.size)}, {sent.tries} tries; proof: {proof}")
    return Exit.OK


def _out(args: argparse.Namespace) -> Path:
    if args.out is None:
        raise EvidenceError(f"evidence {args.what} needs --out FILE")
    if args.out.exists():
        raise EvidenceError(f"{args.out} is there already")
    return Path(args.out)


def _why(args: argparse.Namespace) -> str:
    if not args.why:
        raise EvidenceError("an original is handed out only with a reason: --why …")
    return str(args.why)[:200]


def _masker(args: argparse.Namespace) -> Masker:
    try:
        # Only here: what lists and unlocks must work where no network can run.
        from edge_agent.vision.mask import NetMasker  # noqa: PLC0415
        from edge_agent.vision.nets.manifest import models  # noqa: PLC0415
    except ImportError as error:
        raise EvidenceError(f"nothing to mask with: {error.name} is not installed") from error
    return NetMasker(models(args.models))
