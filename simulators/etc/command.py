"""``edge-sim etc``: run one simulated reader of toll tags until its input ends.

Prints one JSON line with its address first. Orders come as JSON lines on standard input, see the
folder's README; each is answered by a JSON line. ``{"report": true}`` tells what it has counted;
``{"quit": true}``, SIGINT or SIGTERM end it.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from edge_agent.simulators.etc.faults import Faults
from edge_agent.simulators.etc.field import Event, SeededTags, Source, TagField, Truth, WorldTags
from edge_agent.simulators.etc.module import Module
from edge_agent.simulators.etc.reader import Reader
from edge_agent.simulators.etc.serialport import SerialPort
from edge_agent.simulators.etc.server import LlrpPort
from edge_agent.simulators.orders import Answer, Order, serve

SUMMARY = "Toll tag reader: LLRP over TCP, or the 0xFF serial family on a pty"


class Port(Protocol):
    """A reader that somebody can reach."""

    def switch(self, order: dict[str, Any]) -> None:
        """Obey a fault order."""

    def counts(self) -> dict[str, int]:
        """What happened so far."""

    async def close(self) -> None:
        """Stop."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--llrp", metavar="HOST:PORT", help="listen here; port 0 picks a free one")
    where.add_argument("--pty", action="store_true", help="serial module on a new pty")
    parser.add_argument("--link", type=Path, help="stable link to the pty")
    parser.add_argument("--site", help="tags that pass a reader of this site of the world")
    parser.add_argument("--reader", help="which reader of the site (default: the first)")
    parser.add_argument("--start-ms", type=int, help="UTC at which the world began (default: now)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the world or of the tags")
    parser.add_argument("--per-s", type=float, default=1.0, help="made-up tags a second")
    parser.add_argument("--stay-ms", type=int, default=400, help="how long one is in the field")
    parser.add_argument("--total", type=int, help="how many made-up tags come (default: no end)")
    parser.add_argument("--antennas", type=int, default=4, help="antennas for made-up tags")
    parser.add_argument("--every-ms", type=float, default=40, help="between two reads of a tag")
    parser.add_argument("--region", type=int, help="saved in the serial module (default: none)")
    parser.add_argument("--uptime", action="store_true", help="LLRP reader without UTC")
    parser.add_argument("--version", choices=("1.0.1", "1.1"), default="1.1", help="of LLRP")
    parser.add_argument("--truth", metavar="FILE", help="write what really passes as JSONL")


def run(args: argparse.Namespace) -> int:
    """Run until told to end."""
    with ExitStack() as stack:
        file = stack.enter_context(open(args.truth, "a", encoding="utf-8")) if args.truth else None  # noqa: PTH123 - "-" stays possible for /dev/stdout

        def truth(event: Event) -> None:
            if file is not None:
                file.write(json.dumps(event) + "\n")
                file.flush()

        asyncio.run(_simulate(args, truth))
    return 0


def utc_ms() -> float:
    """UTC of this machine."""
    return time.time_ns() / 1e6


async def _simulate(args: argparse.Namespace, truth: Truth) -> None:
    start_ms = round(utc_ms()) if args.start_ms is None else args.start_ms
    source: Source
    if args.site is None:
        ports = tuple(range(1, args.antennas + 1))
        source = SeededTags(args.seed, args.per_s, args.stay_ms, ports, start_ms, args.total)
    else:
        source = WorldTags(args.site, args.seed, start_ms, args.reader)
    field = TagField(source, lambda _event: None, args.every_ms)
    field.skip_to(round(utc_ms()))
    field.truth = truth  # what passed before there was a reader is nobody's to know
    port, url = await _open(args, field)
    ready = {"url": url, "antennas": dict(source.ports)}
    try:
        await serve(ready, _obeying(port))
    finally:
        await port.close()


async def _open(args: argparse.Namespace, field: TagField) -> tuple[Port, str]:
    faults = Faults(args.seed)
    ports = field.source.ports.values()
    if args.pty:
        serial = SerialPort(Module(ports, saved_region=args.region), field, utc_ms, faults)
        return serial, await serial.open(args.link)
    reader = Reader(
        ports,
        lambda: time.time_ns() // 1000,
        uptime=args.uptime,
        top=2 if args.version == "1.1" else 1,
    )
    llrp = LlrpPort(reader, field, utc_ms, faults)
    host, _, number = args.llrp.rpartition(":")
    return llrp, await llrp.open(host, int(number))


def _obeying(port: Port) -> Callable[[Order], Answer]:
    def act(order: Order) -> Answer:
        if order.get("report"):
            return {"report": port.counts()}
        port.switch(order)
        return None

    return act
