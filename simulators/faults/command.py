"""``edge-sim faults``: start the simulators that a script names and make them fail on time.

Prints each simulator's first line with its name, then what became of each order. Orders also come
as JSON lines on standard input while it runs: {"device": "ctl1", "fault": "silence", "on": true}.

Exit code: 0 all done, 1 an order was refused or not answered, 2 the script makes no sense, 3 a
simulator did not start.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TextIO

from edge_agent.simulators.faults.link import LinkError, Simulator
from edge_agent.simulators.faults.player import Played, play
from edge_agent.simulators.faults.script import Script, ScriptError, read

SUMMARY = "Make simulated devices fail by a timed script, and by command."


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.add_argument("script", type=Path, help="the script (TOML); README.md beside this file")
    parser.add_argument("--check", action="store_true", help="only read the script")
    parser.add_argument("--speed", type=_factor, default=1.0, help="script seconds a second")
    parser.add_argument("--keep", action="store_true", help="go on after the end until stopped")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="write what was done as JSONL")
    parser.add_argument("--json", action="store_true", help="JSON lines instead of words")


def run(args: argparse.Namespace) -> int:
    """Read, start, play."""
    try:
        script = read(args.script)
    except (OSError, ScriptError) as error:
        print(f"edge-sim faults: {error}", file=sys.stderr)
        return 2
    if args.check:
        orders, devices = len(script.timeline()), len(script.devices)
        print(f"{args.script}: {orders} orders to {devices} devices, {script.length_s:g} s")
        return 0
    try:
        with contextlib.ExitStack() as stack:
            truth = None
            if args.truth:
                truth = stack.enter_context(args.truth.open("w", encoding="utf-8", buffering=1))
            return asyncio.run(_run(args, script, truth))
    except OSError as error:
        print(f"edge-sim faults: {args.truth}: {error.strerror}", file=sys.stderr)
        return 2


async def _run(args: argparse.Namespace, script: Script, truth: TextIO | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    desk = _Desk(args.json, truth)
    async with AsyncExitStack() as stack:
        simulators: dict[str, Simulator] = {}
        for name, words in script.devices.items():
            try:
                simulators[name] = await Simulator.start(name, words)
            except LinkError as error:
                print(f"edge-sim faults: {error}", file=sys.stderr)
                return 3
            stack.push_async_callback(simulators[name].stop)
            print(json.dumps({"device": name, **simulators[name].ready}), flush=True)
        ended = asyncio.create_task(stop.wait(), name="stop")
        tasks = [
            asyncio.create_task(_script(script, simulators, args, desk), name="script"),
            asyncio.create_task(_commands(simulators, desk), name="commands"),
        ]
        await asyncio.wait([ended, tasks[0]], return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, *tasks):
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
    return 1 if desk.failed else 0


async def _script(
    script: Script, simulators: dict[str, Simulator], args: argparse.Namespace, desk: "_Desk"
) -> None:
    async for played in play(script, simulators, speed=args.speed):
        desk.tell(played)
    if args.keep:
        await asyncio.Event().wait()


async def _commands(simulators: dict[str, Simulator], desk: "_Desk") -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    except ValueError:
        return  # standard input is a plain file or null: nobody commands
    while line := await reader.readline():
        try:
            order = json.loads(line)
            device = order.pop("device")
            why = await simulators[device].send(order)
        except LinkError as error:
            why = str(error)
        except (ValueError, AttributeError):
            device, order, why = "", {}, f"no JSON object: {line[:60]!r}"
        except KeyError as error:
            device, order, why = "", {}, f"device {error} is not there"
        desk.write(device, order, why)


class _Desk:
    """Prints and notes what became of orders."""

    def __init__(self, as_json: bool, truth: TextIO | None) -> None:
        self._json = as_json
        self._truth = truth
        self.failed = 0

    def tell(self, played: Played) -> None:
        self.write(played.order.device, played.order.body, played.why, played.order.at_s)

    def write(
        self, device: str, order: dict[str, Any], why: str | None, at_s: float | None = None
    ) -> None:
        self.failed += why is not None
        if self._truth is not None and why is None:
            head = {"t": time.time_ns() // 1_000_000, "what": "fault", "device": device}
            self._truth.write(json.dumps(head | order) + "\n")
        if self._json:
            record = {"at_s": at_s, "device": device, "order": order, "ok": why is None, "why": why}
            print(json.dumps(record), flush=True)
            return
        moment = "by command" if at_s is None else f"{at_s:9.3f} s"
        words = " ".join(f"{key}={value}" for key, value in order.items())
        print(
            f"{moment}  {device}  {words}  {'done' if why is None else f'NOT DONE: {why}'}",
            flush=True,
        )


def _factor(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1000:  # noqa: PLR2004 - finite
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1000")
    return value
