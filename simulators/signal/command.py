"""``edge-sim signal``: run one simulated signal controller until its input ends.

Prints one JSON line with its address first. Orders come as JSON lines on standard input, see
``faults.Faults.switch``, and ``{"report": true}`` tells the writes; each is answered by a JSON
line. ``{"quit": true}``, SIGINT or SIGTERM end it.
"""

import argparse
import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import time as utc_s
from typing import Any, TextIO

from edge_agent.simulators.orders import serve
from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort, TcpPort, reporting
from edge_agent.simulators.signal.timebase import RunningTime

_TICK_S = 0.05

SUMMARY = "Signal controller on Modbus TCP or RTU with a running plan, detectors and faults"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tcp", metavar="HOST:PORT", help="listen here; port 0 picks a free one")
    where.add_argument("--pty", action="store_true", help="answer as RTU slave on a new pty")
    parser.add_argument("--link", type=Path, help="stable link to the pty")
    parser.add_argument("--baud", type=int, default=0, help="pace replies on the pty as this speed")
    parser.add_argument("--unit", type=int, default=1, help="Modbus unit (default 1)")
    parser.add_argument("--name", default="controller", help="name in the truth")
    parser.add_argument("--truth", metavar="FILE", help="write what really happens here as JSONL")
    parser.add_argument("--seed", type=int, default=1, help="seed of the arrivals")
    parser.add_argument("--per-hour", type=float, default=600, help="vehicles a detector and hour")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")
    parser.add_argument("--site", help="play a controller of this site of the simulated world")
    parser.add_argument("--controller", help="which one of the site (default: the first)")
    parser.add_argument("--start-ms", type=int, help="UTC at which the world began (default: now)")


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
    controller, time = _controller(args, truth)
    faults = Faults(args.seed)
    units = {args.unit: controller}
    port: TcpPort | PtyPort
    if args.pty:
        port = PtyPort(units, faults, args.baud)
        url = await port.open(args.link)
    else:
        port = TcpPort(units, faults)
        host, _, number = args.tcp.rpartition(":")
        url = await port.open(host, int(number))
    ready = {"url": url, "unit": args.unit, "profile": "generic_v1"}
    try:
        await serve(
            ready, reporting(port, partial(faults.switch, controller)), _tick(controller, time)
        )
    finally:
        controller.advance()
        await port.close()


def _controller(
    args: argparse.Namespace, truth: Callable[[dict[str, Any]], None]
) -> tuple[Controller, RunningTime]:
    if args.site is None:
        time = RunningTime(args.speed)
        made = Controller(
            four_arms(), time, truth, name=args.name, seed=args.seed, per_hour=args.per_hour
        )
        return made, time
    # The world is long to load and not needed without a site.
    from edge_agent.simulators.signal.site import WorldPlan  # noqa: PLC0415

    start_ms = round(utc_s() * 1000) if args.start_ms is None else args.start_ms
    plan = WorldPlan(args.site, args.seed, start_ms, args.controller)
    time = RunningTime(began_utc_ms=start_ms)
    return Controller(plan, time, truth, name=plan.name, seed=args.seed, hits=plan.hits), time


async def _tick(controller: Controller, time: RunningTime) -> None:
    while True:
        controller.advance()
        await time.pause(_TICK_S)
