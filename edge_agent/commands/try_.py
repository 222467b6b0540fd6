"""``edge-agent try``: one device, driven as the unit would, its readings on the screen."""

import argparse
import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

from edge_agent import logs
from edge_agent.clock import SystemClock
from edge_agent.commands import options
from edge_agent.commands.target import Target, configured
from edge_agent.config.secrets import of_table
from edge_agent.device.readings import Reading, as_json
from edge_agent.exits import Exit
from edge_agent.redact import Redactor
from edge_agent.supervisor import DeviceStatus, Supervisor


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", metavar="DEVICE", help="id of a [device.<id>] table")
    options.add_config(parser)
    options.add_seconds(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    target = configured(args.device, args.config)
    redactor = logs.configure("error", secrets=of_table(target[2]))
    show = _Show(redactor, as_lines=args.json)
    # Ctrl-C is the usual way to stop looking.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_drive(target, show, args.seconds))
    return Exit.OK if show.readings else Exit.UNREACHABLE


async def _drive(target: Target, show: "_Show", seconds: float | None) -> None:
    supervisor = Supervisor(SystemClock(), show.reading, show.status)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await supervisor.run([target])


class _Show:
    """Prints what comes: JSON lines, or a line a reading for people."""

    def __init__(self, redactor: Redactor, *, as_lines: bool) -> None:
        self._redactor = redactor
        self._json = as_lines
        self.readings = 0

    def reading(self, device: str, reading: Reading) -> None:
        self.readings += 1
        facts = self._redactor.value(as_json(reading))
        if self._json:
            options.print_json({"device": device} | facts)
            return
        at, kind = facts.pop("at"), facts.pop("type")
        known = "  ".join(
            f"{name} {_plain(value)}" for name, value in facts.items() if _told(value)
        )
        print(f"{_clock(at['utc_ms'])}  {kind:<9}  {known}", flush=True)

    def status(self, status: DeviceStatus) -> None:
        if self._json:
            options.print_json(
                {
                    "device": status.id,
                    "type": "state",
                    "state": status.state,
                    "cause": status.cause,
                    "detail": self._redactor.text(status.detail),
                    "since": status.since_ms,
                }
            )
            return
        why = self._redactor.text(": ".join(filter(None, (status.cause, status.detail))))
        print(
            f"{_clock(status.since_ms)}  {'state':<9}  {status.state}  {why}".rstrip(), flush=True
        )


def _told(value: Any) -> bool:
    """Whether a reading says anything about it; False and 0 are words too."""
    return value is not None and value not in ("", [], {})


def _plain(value: Any) -> str:
    match value:
        case dict():
            return " ".join(f"{key}={_plain(item)}" for key, item in value.items())
        case list():
            return ",".join(map(_plain, value))
        case bool():
            return "yes" if value else "no"
    return str(value)


def _clock(utc_ms: int) -> str:
    return datetime.fromtimestamp(utc_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3] + "Z"
