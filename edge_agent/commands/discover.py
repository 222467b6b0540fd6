"""``edge-agent discover``: which devices are here. Asks and listens; writes to none."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from edge_agent import logs, registry, settings
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.device.discovery import Surroundings
from edge_agent.device.driver import DriverKind
from edge_agent.discover import toml, where
from edge_agent.discover.proposal import named
from edge_agent.discover.search import Outcome, search
from edge_agent.exits import Exit
from edge_agent.progress import Progress
from edge_agent.secret import reveal

SECONDS = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "exit code 1 when nothing was found; nothing is written to any device"
    add = parser.add_argument
    add("--net", action="append", default=[], metavar="NET", help="range such as 192.168.10.0/28")
    add(
        "--ports",
        metavar="LIST",
        help="TCP and UDP ports, 502,5084,8000-8010; left out: usual ones",
    )
    add(
        "--serial", action="append", metavar="URL", help="serial:///dev/serial/by-id/…, pty:///path;"
        " left out: every port in /dev/serial/by-id; `none` for no port",
    )  # fmt: skip
    add(
        "--units", metavar="LIST", default="1-247", help="Modbus units to ask (default %(default)s)"
    )
    add("--no-announce", action="store_true", help="do not call for ONVIF and USB cameras")
    add("--onvif", metavar="HOST:PORT", help="call one host instead of the whole network")
    add("--interface", default="", metavar="ADDRESS", help="own address to call from")
    add("--user", default="", help="user of the cameras, to look for their streams")
    add("--password", metavar="REF", help="where their password lies: file:/…, env:…")
    add("--config", type=Path, metavar="FILE", help="site file whose devices are known already")
    add("--seconds", type=float, default=SECONDS, help="time for all of it (default %(default)g)")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """OK when anything was found."""
    logs.configure("error", secrets=())
    ground = _ground(args)
    known = {} if args.config is None else settings.load(args.config).device
    with Progress("discover", 1.0, every_s=None if args.json else 5.0) as progress:
        outcome = asyncio.run(search(ground, kinds(), SystemClock(), progress.show, known))
    if args.json:
        options.print_json(_as_json(outcome))
    else:
        _print(outcome)
    return Exit.OK if outcome.proposals else Exit.NEGATIVE


def kinds() -> list[DriverKind]:
    """All kinds that can be used here."""
    found = []
    for name in registry.kinds():
        try:
            found.append(registry.load(name))
        except registry.RegistryError as error:
            print(f"edge-agent: {error}", file=sys.stderr)
    return found


def _ground(args: argparse.Namespace) -> where.Where:
    lines = where.stable_lines() if args.serial is None else tuple(args.serial)
    around = None
    if not args.no_announce:
        around = Surroundings(interface=args.interface, username=args.user)
        if args.onvif:
            host, _, port = args.onvif.rpartition(":")
            around = Surroundings((host, int(port)), args.interface, username=args.user)
    return where.Where(
        hosts=where.hosts(args.net),
        ports=where.ports(args.ports) if args.ports else (),
        lines=tuple(line for line in lines if line != "none"),
        units=where.units(args.units),
        around=around,
        seconds=args.seconds,
        username=args.user,
        password=reveal(args.password) if args.password else "",
        reference=args.password or "",
    )


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "proposals": [each.as_json(name) for name, each in named(outcome.proposals).items()],
        "places": outcome.places,
        "open": outcome.open,
        "unasked": outcome.unasked,
        "seconds": outcome.seconds,
    }


def _print(outcome: Outcome) -> None:
    for name, each in named(outcome.proposals).items():
        print(f"# {each.confidence} %  {each.identity or 'does not say who it is'}")
        print(f"# {each.why}")
        for conflict in each.conflicts:
            print(f"# CONFLICT: {conflict}")
        print(toml.table(("device", name), each.settings))
    tried = ", ".join(f"{count} {medium}" for medium, count in outcome.places.items())
    found = f"{len(outcome.proposals)} proposals"
    print(f"# {found} at {outcome.open} places with an answer of {tried}; {outcome.seconds:g} s")
    for words in outcome.unasked:
        print(f"# not asked: {words}")
