"""``edge-agent passages``: the vehicles that the running agent just saw, one line each."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from edge_agent.commands import options
from edge_agent.commands.passage_line import HEAD, line
from edge_agent.errors import StatusError
from edge_agent.exits import Exit
from edge_agent.history import recent
from edge_agent.history.recent import KEPT, Shown

_EVERY_S = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "plates and tags are masked, or pseudonyms where the lane's purpose is statistics; "
        "exit code 3 without an agent"
    )
    parser.add_argument("--follow", action="store_true", help="go on as vehicles come; end: Ctrl-C")
    parser.add_argument(
        "--last",
        type=_count,
        default=20,
        metavar="N",
        help=f"the last N, at most {KEPT} (default %(default)s)",
    )
    parser.add_argument("--lane", metavar="LANE", help="of this lane only")
    options.add_state_dir(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    shown = recent.ask(args.state_dir)
    if not args.json:
        print(HEAD)
    _show(_of_lane(shown.passages, args.lane)[-args.last :] if args.last else [], shown, args)
    if args.follow:
        for newer, skipped in _follow(args.state_dir, shown):
            if skipped:
                print(f"… {skipped} came too quickly to be shown", file=sys.stderr)
            _show(_of_lane(newer.passages, args.lane), newer, args)
    return Exit.OK


def _follow(state_dir: Path, known: Shown) -> Iterator[tuple[Shown, int]]:
    """What came since, again and again, and how many of it nobody can tell any more."""
    seen = known.passages[-1][0] if known.passages else 0
    boot, away = known.boot, False
    while True:
        time.sleep(_EVERY_S)
        try:
            now = recent.ask(state_dir)
        except StatusError as error:
            if not away:
                print(f"{error}; waiting for it", file=sys.stderr)
            away = True
            continue
        if now.boot != boot:
            seen, boot = 0, now.boot
            print("the agent has started anew", file=sys.stderr)
        away = False
        newer = [(number, event) for number, event in now.passages if number > seen]
        if newer:
            skipped = newer[0][0] - seen - 1
            seen = newer[-1][0]
            yield Shown(now.boot, now.timezone, newer), skipped


def _of_lane(
    passages: list[tuple[int, dict[str, Any]]], lane: str | None
) -> list[tuple[int, dict[str, Any]]]:
    return [(n, event) for n, event in passages if lane in (None, event.get("lane"))]


def _show(
    passages: list[tuple[int, dict[str, Any]]], shown: Shown, args: argparse.Namespace
) -> None:
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    zone = ZoneInfo(shown.timezone)
    for _, event in passages:
        if args.json:
            options.print_json(event)
        else:
            at = datetime.fromtimestamp(event["t"] / 1000, zone)
            print(line(event, at, colours=colours), flush=True)


def _count(text: str) -> int:
    value = int(text)
    if not 0 <= value <= KEPT:
        raise argparse.ArgumentTypeError(f"must be 0 to {KEPT}")
    return value
