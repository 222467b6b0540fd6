"""``edge-sim readings``: what the devices of a site would say, as a file, and what was true."""

import argparse
import heapq
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any, TextIO

from edge_agent.simulators.readings.layout import SITES
from edge_agent.simulators.readings.manners import LIGHTS
from edge_agent.simulators.readings.said import Said
from edge_agent.simulators.readings.sitefile import site_file
from edge_agent.simulators.readings.teller import Asked, Teller
from edge_agent.simulators.world.command import START_MS
from edge_agent.simulators.world.truth import TruthEvent, line

SUMMARY = "What the devices of a site would say of the simulated road, without the devices."

COUNTED = ("arrive", "s-speed", "w-speed")
"""Lines of the world at which the true flow of each lane is counted."""

_ON_ITS_WAY_MS = 60_000
"""No reading is told later than this."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    add = parser.add_argument
    add("--site", default="toll-plaza", choices=SITES)
    add("--seed", type=int, default=1, help="whole number (default 1)")
    add("--minutes", type=_positive, default=60.0, help="simulated (default 60)")
    add("--start", type=int, default=START_MS, help=f"UTC ms of the beginning (default {START_MS})")
    add("--flow", type=_positive, help="vehicles an hour that come in on each lane")
    add("--no-stops", action="store_true", help="nobody stops on the road: no queue but by signals")
    add("--light", default="day", choices=list(LIGHTS))
    add(
        "--clock-off", type=_off, action="append", default=[], metavar="DEVICE=MS",
        help="this device's clock is so far ahead",
    )  # fmt: skip
    add(
        "--fail", type=_failure, action="append", default=[], metavar="DEVICE=FROM-TO",
        help="this device is down from then to then, seconds",
    )  # fmt: skip
    add("--out", type=Path, required=True, help="readings (JSONL)")
    add("--truth", type=Path, required=True, help="what was true (JSONL)")
    add("--config", type=Path, required=True, help="site file for the unit (TOML)")
    add("--tags", type=Path, help="also write which plate each tag was sold for (EPC,PLATE)")
    add("--json", action="store_true", help="print the summary as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the three files.

    Returns:
        0, or 2 when a device is not there or a file cannot be written.
    """
    asked = Asked(
        args.site,
        args.seed,
        args.start,
        args.flow,
        not args.no_stops,
        args.light,
        dict(args.clock_off),
        dict(args.fail),
    )
    teller = Teller(asked)
    unknown = sorted({*asked.off_ms, *asked.fails} - set(teller.layout.devices))
    if unknown:
        there = ", ".join(teller.layout.devices)
        print(f"edge-sim readings: no device {unknown[0]}; there are {there}", file=sys.stderr)
        return 2
    try:
        args.config.write_text(site_file(teller.layout, args.tags), encoding="utf-8")
        with (
            args.out.open("w", encoding="utf-8") as out,
            args.truth.open("w", encoding="utf-8") as truth,
        ):
            until_ms = args.start + round(args.minutes * 60_000)
            summary, sold = _write(teller, asked, until_ms, out, truth)
        if args.tags is not None:
            args.tags.write_text("".join(sold), encoding="utf-8")
    except OSError as error:
        print(f"edge-sim readings: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(json.dumps(summary) if args.json else _words(summary))
    return 0


def _write(
    teller: Teller, asked: Asked, until_ms: int, out: TextIO, truth: TextIO
) -> tuple[dict[str, Any], list[str]]:
    """Both files; a summary, and lines of tags with the plates that they were sold for."""
    began = time.monotonic()
    told: set[tuple[str, str, int]] = set()
    ledger = _Ledger(truth)
    readings = 0
    sold: list[str] = []
    flow: Counter[str] = Counter()
    ledger.note(_wrong_clocks(asked))
    states = sorted(_states(teller, asked), key=lambda state: int(state["at_ms"]))
    for moment, (events, arrived) in enumerate(teller.tell(until_ms), start=1):
        for said in arrived:
            while states and states[0]["at_ms"] <= said.at_ms:
                out.write(line(states.pop(0)) + "\n")
            word = {"device": said.device, "at_ms": said.at_ms, "reading": said.reading}
            out.write(line(word) + "\n")
        readings += len(arrived)
        for event in events:
            if event["what"] == "enters" and event["epc"]:
                sold.append(f"{event['epc']},{event['sold_for']}\n")
            if event["what"] == "crossing" and event["line"] in COUNTED and event["lane"]:
                flow[f"{event['line']}/{event['lane']}"] += 1
        ledger.note(events, _seen(arrived, told))
        ledger.write(asked.start_ms + 1000 * moment - _ON_ITS_WAY_MS)
    ledger.write(None)
    out.writelines(line(state) + "\n" for state in states)
    simulated = (until_ms - asked.start_ms) / 1000
    summary = {
        "site": asked.site,
        "seed": asked.seed,
        "light": asked.light,
        "simulated_s": simulated,
        "speed": round(simulated / max(time.monotonic() - began, 1e-9), 1),
        "readings": readings,
        "veh_per_hour": {lane: round(n * 3600 / simulated) for lane, n in sorted(flow.items())},
    }
    return summary, sold


class _Ledger:
    """Truth in the order of time, though some of it is known only when a reading was told."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._held: list[tuple[int, int, TruthEvent]] = []
        self._order = count()

    def note(self, *batches: Iterable[TruthEvent]) -> None:
        for event in chain(*batches):
            heapq.heappush(self._held, (event["t"], next(self._order), event))

    def write(self, until_ms: int | None) -> None:
        while self._held and (until_ms is None or self._held[0][0] < until_ms):
            self._file.write(line(heapq.heappop(self._held)[2]) + "\n")


def _states(teller: Teller, asked: Asked) -> Iterator[dict[str, Any]]:
    """Every device is well at first; those that fail say so, and when they are back."""
    for device in teller.layout.devices:
        yield {"device": device, "state": "ok", "at_ms": asked.start_ms}
    for device, (begins, ends) in asked.fails.items():
        yield {"device": device, "state": "down", "at_ms": asked.start_ms + begins}
        yield {"device": device, "state": "ok", "at_ms": asked.start_ms + ends}


def _wrong_clocks(asked: Asked) -> Iterator[TruthEvent]:
    for device, ms in sorted(asked.off_ms.items()):
        yield {"t": asked.start_ms, "what": "clock-off", "device": device, "ms": ms}


def _seen(arrived: Iterable[Said], told: set[tuple[str, str, int]]) -> Iterator[TruthEvent]:
    """A line a reading: one that was said twice is one reading."""
    for said in arrived:
        about = said.about
        if about is None:
            continue
        key = (said.device, about.id, about.t)
        if key in told:
            continue
        told.add(key)
        yield {
            "t": about.t,
            "what": "seen",
            "device": said.device,
            "id": about.id,
            "kind": about.kind,
            "vehicle": about.vehicle,
            "lane": about.lane,
            "place": about.place,
            "stamp": said.reading["at"]["utc_ms"],
            "told": said.at_ms,
            "judge": list(about.judge),
        }


def _words(summary: dict[str, Any]) -> str:
    flow = ", ".join(f"{lane} {n}" for lane, n in summary["veh_per_hour"].items())
    return (
        f"{summary['site']}, seed {summary['seed']}, {summary['light']}: "
        f"{summary['simulated_s']:.0f} s simulated at × {summary['speed']}, "
        f"{summary['readings']} readings\nvehicles an hour by lane: {flow}"
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _off(text: str) -> tuple[str, int]:
    name, _, ms = text.partition("=")
    try:
        return name, int(ms)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no DEVICE=MS") from None


def _failure(text: str) -> tuple[str, tuple[int, int]]:
    name, _, span = text.partition("=")
    begins, _, ends = span.partition("-")
    try:
        return name, (round(float(begins) * 1000), round(float(ends) * 1000))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no DEVICE=FROM-TO") from None
