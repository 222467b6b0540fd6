"""``edge-sim wim``: run one simulated weigh-in-motion station until its input ends.

Prints one JSON line with its address first. Orders come as JSON lines on standard input, see
``faults.Switchboard.switch``, and ``{"report": true}`` tells the writes; each is answered by a JSON
line. ``{"quit": true}``, SIGINT or SIGTERM end it.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from edge_agent.simulators.orders import serve
from edge_agent.simulators.signal.server import PtyPort, TcpPort, reporting
from edge_agent.simulators.wim.faults import Switchboard
from edge_agent.simulators.wim.lines import PtyLines, TcpLines
from edge_agent.simulators.wim.registers import Registers
from edge_agent.simulators.wim.scale import Scale
from edge_agent.simulators.wim.station import Station
from edge_agent.simulators.wim.traffic import SeededTraffic, WorldTraffic

SUMMARY = "Weigh-in-motion station: Modbus ring or acknowledged lines, on TCP or a pty"

_TICK_S = 0.05


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--form", choices=("modbus", "line"), default="modbus", help="of the records"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tcp", metavar="HOST:PORT", help="listen here; port 0 picks a free one")
    where.add_argument("--pty", action="store_true", help="speak on a new pty")
    parser.add_argument("--link", type=Path, help="stable link to the pty")
    parser.add_argument("--unit", type=int, default=1, help="Modbus unit (default 1)")
    parser.add_argument("--name", default="wim1", help="name in the truth")
    parser.add_argument("--truth", metavar="FILE", help="write what really happens here as JSONL")
    parser.add_argument("--site", help="weigh the traffic of this site of the simulated world")
    parser.add_argument("--station", help="which station of the site (default: the first)")
    parser.add_argument("--start-ms", type=int, help="UTC at which the world began (default: now)")
    parser.add_argument("--seed", type=int, default=1, help="of traffic, noise and faults")
    parser.add_argument("--per-hour", type=float, default=600, help="vehicles without a site")
    parser.add_argument(
        "--accuracy", type=float, default=5.0, metavar="PERCENT", help="95 %% of wheels within ±"
    )
    parser.add_argument("--slots", type=int, default=16, help="of the Modbus ring (default 16)")


def run(args: argparse.Namespace) -> int:
    """Run until told to end."""
    with ExitStack() as stack:
        file = stack.enter_context(open(args.truth, "a", encoding="utf-8")) if args.truth else None  # noqa: PTH123 - "-" stays possible for /dev/stdout
        asyncio.run(_simulate(args, _writer(file)))
    return 0


def _writer(file: TextIO | None) -> Callable[[dict[str, Any]], None]:
    def write(entry: dict[str, Any]) -> None:
        if file is not None:
            file.write(json.dumps(entry) + "\n")
            file.flush()

    return write


def _utc_ms() -> int:
    return time.time_ns() // 1_000_000


def _station(args: argparse.Namespace, truth: Callable[[dict[str, Any]], None]) -> Station:
    start_ms = _utc_ms() if args.start_ms is None else args.start_ms
    scale = Scale(args.seed, args.accuracy)
    if args.site is None:
        traffic = SeededTraffic(args.seed, start_ms, args.per_hour)
        return Station(traffic, scale, _utc_ms, truth, args.name, slots=args.slots)
    world = WorldTraffic(args.site, args.seed, start_ms, args.station)
    world.until(_utc_ms())  # what passed before the station was switched on was not weighed
    return Station(world, scale, _utc_ms, truth, args.name, world.lanes, slots=args.slots)


async def _simulate(args: argparse.Namespace, truth: Callable[[dict[str, Any]], None]) -> None:
    station = _station(args, truth)
    registers = Registers(station)
    board = Switchboard(station, registers, args.seed)
    port: TcpPort | PtyPort | TcpLines | PtyLines
    if args.pty:
        port = (
            PtyLines(station, board.wire)
            if args.form == "line"
            else PtyPort({args.unit: registers}, board.wire)
        )
        url = await port.open(args.link)
    else:
        port = (
            TcpLines(station, board.wire)
            if args.form == "line"
            else TcpPort({args.unit: registers}, board.wire)
        )
        host, _, number = args.tcp.rpartition(":")
        url = await port.open(host, int(number))
    ready = {"url": url, "form": args.form, "lanes": station.lanes}
    if args.form == "modbus":
        ready["unit"] = args.unit
    try:
        await serve(ready, reporting(port, board.switch), _tick(station))
    finally:
        await port.close()


async def _tick(station: Station) -> None:
    while True:
        station.advance()
        await asyncio.sleep(_TICK_S)
