"""``edge-agent alarms``: what is raised, since when, why, what to do; shelve one for a while."""

import argparse
import getpass
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edge_agent import door, settings
from edge_agent.alarming.desk import SOCKET
from edge_agent.alarming.rules import AlarmRule, Rules, usual
from edge_agent.commands import options
from edge_agent.commands.words import moment, span, table
from edge_agent.errors import EdgeError, StatusError
from edge_agent.exits import Exit

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIMEOUT_S = 10.0
_HALF = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "list: exit code 1 when an alarm is raised, 3 without an agent"
    parser.add_argument(
        "what", nargs="?", default="list", choices=("list", "shelve", "unshelve", "rules"),
        metavar="list|shelve|unshelve|rules",
        help="list: all that stand; shelve: put one away, people are not told while the record goes"
        " on; unshelve: take it back; rules: how conditions become alarms here",
    )  # fmt: skip
    parser.add_argument("id", nargs="?", metavar="ID", help="device/code, as the list shows it")
    parser.add_argument(
        "--for", dest="length", type=_length, metavar="TIME", help="shelve: 30m, 2h, 3d; at most 7d"
    )
    parser.add_argument("--why", help="shelve: reason, goes on record")
    parser.add_argument("--who", help="who does it (default: whoever is logged in)")
    options.add_config(parser)
    options.add_state_dir(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.what == "rules":
        return _rules(args)
    told = _ask(args.state_dir, {"do": "list"}) if args.what == "list" else _change(args)
    if args.json:
        options.print_json(told)
    else:
        print("\n".join(_lines(told)))
    return Exit.NEGATIVE if args.what == "list" and told["counts"]["raised"] else Exit.OK


def _change(args: argparse.Namespace) -> dict[str, Any]:
    shelve = args.what == "shelve"
    if args.id is None or (shelve and (args.length is None or not args.why)):
        form = "shelve ID --for 2h --why TEXT" if shelve else "unshelve ID"
        raise EdgeError(f"write `edge-agent alarms {form}`; `edge-agent alarms` shows the ids")
    who = args.who or os.environ.get("SUDO_USER") or getpass.getuser()
    asked: dict[str, Any] = {"do": args.what, "id": args.id, "who": who}
    facts: dict[str, Any] = {"alarm": args.id, "at": "console"}
    if shelve:
        asked |= {"why": args.why, "for_s": args.length}
        facts |= {"why": args.why, "for_s": args.length}
    known = {row["id"] for row in _ask(args.state_dir, {"do": "list"})["alarms"]}
    if args.id not in known:
        raise EdgeError(f"no such alarm: {args.id}; there are {', '.join(sorted(known)) or 'none'}")
    _record(args.state_dir, who, f"alarm-{args.what}d", facts)
    return _ask(args.state_dir, asked)


def _record(state_dir: Path, who: str, what: str, facts: dict[str, Any]) -> None:
    """On the same record as what is done at the page; what cannot be recorded is not done."""
    from edge_agent.web.access.audit import Audit  # noqa: PLC0415 - cryptography, for this alone

    folder = state_dir / "web"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now_ms = time.time_ns() // 1_000_000
    Audit(folder, now_ms).note(now_ms, who, what, facts)
    if os.geteuid() == 0:
        owner = state_dir.stat()
        for path in (folder, *folder.glob("audit.*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _ask(state_dir: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    question = json.dumps(asked, ensure_ascii=False).encode()
    answer = door.knock(state_dir, SOCKET, _TIMEOUT_S, question)
    try:
        told: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise StatusError(f"{state_dir / SOCKET}: not an answer: {error}") from error
    if "trouble" in told:
        raise EdgeError(told["trouble"])
    return told


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    counts = told["counts"]
    yield (
        f"{counts['raised']} raised, {counts['shelved']} shelved,"
        f" {counts['following']} following from others"
    )
    if told.get("warning"):
        yield f"WARNING {told['warning']}"
    for row in told["alarms"]:
        ago = span(max(0, told["now_ms"] - row["since_ms"]) // 1000)
        name = row["name"]["en"] if row["name"] else ""
        mark = {"raised": row["severity"].upper(), "shelved": "quiet"}.get(row["state"], "over")
        yield f"{mark:<8} {row['id']}  since {moment(row['since_ms'])} ({ago})"
        yield f"         {' — '.join(filter(None, (name, row['text'])))}"
        if row["do"]["en"]:
            yield f"         → {row['do']['en']}"
        yield from (f"         {words}" for words in _asides(row, told["now_ms"]))


def _asides(row: Mapping[str, Any], now_ms: int) -> Iterator[str]:
    shelf = row["shelf"]
    if shelf:
        left = span(max(0, shelf["until_ms"] - now_ms) // 1000)
        holds = "holds" if row["on"] else "does not hold now"
        yield f"shelved by {shelf['who']} for {left} more: {shelf['why']}; it {holds}"
    if row["cause"]:
        yield f"follows from {row['cause']}"
    if row["chatters"]:
        yield f"chatters: came {row['times']} times in 5 min"
    if not row["heard"]:
        yield "from before the restart; nobody has said it again yet"


def _rules(args: argparse.Namespace) -> int:
    site: Mapping[str, AlarmRule] = {}
    if args.config.exists():
        site = settings.load(args.config).alarms
    rules = Rules(site)
    names = [*(name for name in site if name not in usual()), *usual()]
    rows = []
    for name in names:
        device, _, code = name.rpartition("/")
        rule = rules.of(device, code)
        shown = usual().get(code)
        whose = "site" if any(name == key for key in site) else "shipped"
        words = shown.name.model_dump() if shown else {"en": "", "vi": ""}
        unit = shown.unit if shown else ""
        rows.append({"code": name, "from": whose, "unit": unit, "name": words, **rule.model_dump()})
    if args.json:
        options.print_json(rows)
        return Exit.OK
    head = ("CODE", "ON", "OFF", "CAUSE", "LIMIT", "SEVERITY", "FROM", "WHAT")
    print("\n".join(table([head, *map(_row, rows)])))
    return Exit.OK


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    limit = "" if row["limit"] is None else f"{row['limit']:g} {row['unit']}"
    if row["limit"] is not None and row["deadband"]:
        limit += f" ± {row['deadband']:g}"
    severity = row["severity"] or ""
    seconds = (f"{row['on_s']:g} s", f"{row['off_s']:g} s")
    return (
        row["code"], *seconds, row["cause"], limit, severity, row["from"], row["name"]["en"]
    )  # fmt: skip


def _length(text: str) -> int:
    """``30m``, ``2h``, ``1.5d`` in seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    seconds = int(float(found[1]) * _UNITS[found[2]] + _HALF) if found else 0
    if not 0 < seconds <= 7 * _UNITS["d"]:
        raise argparse.ArgumentTypeError("must be like 30m, 2h or 3d, at most 7d")
    return seconds
