"""``edge-agent probe``: ask one device who it is. Reads only; nothing is written to it."""

import argparse
import asyncio

import structlog

from edge_agent import logs
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.target import Target, addressed, configured
from edge_agent.config.secrets import of_table
from edge_agent.device.driver import DeviceContext
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import InventoryReading, as_json
from edge_agent.errors import Cause, DeviceError
from edge_agent.exits import Exit

PATIENCE_S = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="DEVICE|URL", help="id of a [device.<id>] table, or an address"
    )
    parser.add_argument("--kind", metavar="KIND", help="driver to use for a URL")
    options.add_config(parser)
    options.add_seconds(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    by_url = "://" in args.target
    found = addressed(args.target, args.kind) if by_url else configured(args.target, args.config)
    redactor = logs.configure("error", secrets=of_table(found[2]))
    try:
        reading = asyncio.run(_probe(found, args.seconds or PATIENCE_S))
    except DeviceError as error:
        raise DeviceError(error.cause, redactor.text(error.detail)) from error
    facts = as_json(reading)
    if args.json:
        options.print_json({"device": found[0], "kind": found[1].name} | facts)
        return Exit.OK
    told = {"kind": found[1].name, **{key: facts[key] for key in ("maker", "model", "serial")}}
    told |= facts["versions"]
    for name, value in told.items():
        print(f"{name:<12} {value or '(does not say)'}")
    return Exit.OK


async def _probe(found: Target, seconds: float) -> InventoryReading:
    name, kind, settings = found
    ports = PortBook()
    context = DeviceContext(
        id=name,
        clock=SystemClock(),
        log=structlog.get_logger("device").bind(device=name),
        ports=ports,
        alive=lambda: None,
    )
    try:
        async with asyncio.timeout(seconds):
            return await kind.build(settings, context).probe()
    except TimeoutError:
        raise DeviceError(Cause.TIMEOUT, f"no answer within {seconds:g} s") from None
    finally:
        await ports.close()
