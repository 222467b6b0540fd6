"""``edge-sim ntcip``: run one simulated NTCIP controller until its input ends.

Prints one JSON line with its address first. Orders come as JSON lines on standard input, see
``faults.Faults.switch``; each is answered by a JSON line. ``{"report": true}`` tells what the agent
has counted; ``{"quit": true}``, SIGINT or SIGTERM end it.
"""

import argparse
import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TextIO

from edge_agent.simulators.ntcip.faults import Faults
from edge_agent.simulators.ntcip.junction import TICK_MS, Junction, eight_phases
from edge_agent.simulators.ntcip.server import Server, system_utc_ms
from edge_agent.simulators.ntcip.unit import Unit
from edge_agent.simulators.orders import Answer, Order, serve

SUMMARY = "NTCIP 1202 signal controller: SNMP agent, 10 Hz TSCBM broadcast, faults"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--udp", default="127.0.0.1:0", metavar="HOST:PORT", help="SNMP port")
    parser.add_argument("--tscbm", metavar="HOST:PORT", help="send the broadcast there")
    parser.add_argument("--site", help="play a controller of this site of the simulated world")
    parser.add_argument("--controller", help="which one of the site (default: the first)")
    parser.add_argument("--start-ms", type=int, help="UTC at which the world began (default: now)")
    parser.add_argument("--groups", type=int, default=1, help="times eight phases (default 1)")
    parser.add_argument("--community", default="public", help="read and write community")
    parser.add_argument("--truth", metavar="FILE", help="write what really happens here as JSONL")
    parser.add_argument("--seed", type=int, default=1, help="seed of the arrivals and faults")
    parser.add_argument("--per-hour", type=float, default=600, help="vehicles a detector and hour")
    parser.add_argument("--period", type=int, default=5, help="seconds of a detector period")


def run(args: argparse.Namespace) -> int:
    """Run until told to end."""
    with ExitStack() as stack:
        file = stack.enter_context(open(args.truth, "a", encoding="utf-8")) if args.truth else None  # noqa: PTH123 - "-" stays possible for /dev/stdout
        asyncio.run(_simulate(args, _writer(file)))
    return 0


def _writer(file: TextIO | None) -> Callable[[dict[str, Any]], None]:
    def write(record: dict[str, Any]) -> None:
        if file is not None:
            file.write(json.dumps(record) + "\n")
            file.flush()

    return write


async def _simulate(args: argparse.Namespace, truth: Callable[[dict[str, Any]], None]) -> None:
    junction, start_ms = _junction(args)
    unit = Unit(junction, start_ms, truth, period_s=args.period)
    server = Server(
        unit,
        community=args.community,
        groups=max(2, args.groups),
        faults=Faults(args.seed),
    )
    url = await server.open(*_address(args.udp), _address(args.tscbm) if args.tscbm else None)
    ready = {
        "url": url,
        "phases": sorted(unit.view.phases),
        "overlaps": sorted(unit.view.overlaps),
        "walks": sorted(unit.view.walks),
        "detectors": {name: number for number, name in junction.detectors.items()},
        "tscbm": args.tscbm,
    }
    try:
        await serve(ready, _obeying(server))
    finally:
        await server.close()


def _junction(args: argparse.Namespace) -> tuple[Junction, int]:
    """The junction to play, and the moment at which the controller comes up."""
    now_ms = system_utc_ms()
    start_ms = now_ms if args.start_ms is None else args.start_ms
    start_ms -= start_ms % TICK_MS
    if args.site is None:
        made = eight_phases(start_ms, seed=args.seed, per_hour=args.per_hour, groups=args.groups)
        return made, max(now_ms, start_ms)
    # The world is long to load and not needed without a site.
    from edge_agent.simulators.ntcip.site import SiteJunction  # noqa: PLC0415

    return SiteJunction(args.site, args.seed, start_ms, args.controller), max(now_ms, start_ms)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _obeying(server: Server) -> Callable[[Order], Answer]:
    def act(order: Order) -> Answer:
        if order.get("report"):
            counts = {**server.agent.counts, **server.faults.applied}
            return {"report": {**counts, "tscbm": server.sent}}
        server.faults.switch(server.unit, server.mib, order)
        return None

    return act
