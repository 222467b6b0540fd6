"""``edge-sim cabinet``: run one simulated cabinet and its road-weather post until its input ends.

Prints one JSON line with its address first. Orders come as JSON lines on standard input, see
``faults.Switchboard.switch``, and ``{"report": true}`` tells the writes; each is answered by a JSON
line. ``{"quit": true}``, SIGINT or SIGTERM end it.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from edge_agent.simulators.cabinet.faults import Switchboard
from edge_agent.simulators.cabinet.post import Cabinet, Weather
from edge_agent.simulators.orders import serve
from edge_agent.simulators.signal.server import PtyPort, TcpPort, reporting
from edge_agent.simulators.signal.timebase import RunningTime
from edge_agent.simulators.signal.wire import Slave

SUMMARY = "Cabinet and road-weather sensors on Modbus TCP or RTU: a scripted day, faults"

_TICK_S = 0.1
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tcp", metavar="HOST:PORT", help="listen here; port 0 picks a free one")
    where.add_argument("--pty", action="store_true", help="answer as RTU slaves on a new pty")
    parser.add_argument("--link", type=Path, help="stable link to the pty")
    parser.add_argument("--baud", type=int, default=0, help="pace replies on the pty as this speed")
    parser.add_argument("--unit", type=int, default=1, help="of the cabinet; the next is weather")
    parser.add_argument("--name", default="cab1", help="name in the truth")
    parser.add_argument("--truth", metavar="FILE", help="write what really happens here as JSONL")
    parser.add_argument("--seed", type=int, default=1, help="of the faults")
    parser.add_argument("--at", type=_clock, default="12:00", help="time of day at the start")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")


def run(args: argparse.Namespace) -> int:
    """Run until told to end."""
    with ExitStack() as stack:
        file = stack.enter_context(open(args.truth, "a", encoding="utf-8")) if args.truth else None  # noqa: PTH123 - "-" stays possible for /dev/stdout
        asyncio.run(_simulate(args, _writer(file)))
    return 0


def _clock(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day such as 08:10")
    return int(found[1]) * 3600 + int(found[2]) * 60


def _writer(file: TextIO | None) -> Callable[[dict[str, Any]], None]:
    def write(entry: dict[str, Any]) -> None:
        if file is not None:
            file.write(json.dumps(entry) + "\n")
            file.flush()

    return write


async def _simulate(args: argparse.Namespace, truth: Callable[[dict[str, Any]], None]) -> None:
    cabinet = Cabinet(RunningTime(args.speed), truth, args.name, args.at)
    weather = Weather(cabinet)
    board = Switchboard(cabinet, weather, args.seed)
    units: dict[int, Slave] = {args.unit: cabinet, args.unit + 1: weather}
    port: TcpPort | PtyPort
    if args.pty:
        port = PtyPort(units, board.wire, args.baud)
        url = await port.open(args.link)
    else:
        port = TcpPort(units, board.wire)
        host, _, number = args.tcp.rpartition(":")
        url = await port.open(host, int(number))
    profiles = {str(args.unit): "cabinet_v1", str(args.unit + 1): "road_weather_v1"}
    try:
        ready = {"url": url, "profiles": profiles}
        await serve(ready, reporting(port, board.switch), _tick(cabinet))
    finally:
        await port.close()


async def _tick(cabinet: Cabinet) -> None:
    while True:
        cabinet.advance()
        await asyncio.sleep(_TICK_S)
