"""edge-sim world: let a seeded road run and write down what truly happened."""

import argparse
import contextlib
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from edge_agent.simulators.sumo.program import SumoError
from edge_agent.simulators.sumo.world import SumoWorld
from edge_agent.simulators.world.pace import Pace, speed
from edge_agent.simulators.world.sites import SITES
from edge_agent.simulators.world.truth import line
from edge_agent.simulators.world.world import World

SUMMARY = "One seeded road: traffic, signals and what truly happened, as a file."

START_MS = 1_790_000_000_000
"""Default beginning, UTC: fixed, for the same seed shall give the same file on any day."""

_CHUNK_MS = 1000
_SHOWN_EVERY_S = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.add_argument("--site", default="junction", choices=list(SITES))
    parser.add_argument("--seed", type=int, default=1, help="whole number (default 1)")
    parser.add_argument("--minutes", type=_positive, default=10.0, help="simulated (default 10)")
    parser.add_argument(
        "--speed", type=speed, default="max", help="max, realtime or a factor (default max)"
    )
    parser.add_argument(
        "--demand", type=_positive, default=1.0, help="share of the site's usual traffic"
    )
    parser.add_argument(
        "--start", type=int, default=START_MS, help=f"UTC ms of the beginning (default {START_MS})"
    )
    parser.add_argument(
        "--backend",
        default="builtin",
        choices=["builtin", "sumo"],
        help="who moves the vehicles (default builtin; sumo: the extra [sumo], junction only)",
    )
    parser.add_argument("--out", type=Path, help="truth file (JSONL); - for standard output")
    parser.add_argument("--json", action="store_true", help="last line: the summary as JSON")


def run(args: argparse.Namespace) -> int:
    """Run it.

    Returns:
        0, or 2 when the file cannot be written or SUMO cannot be had, 130 when stopped by hand.
    """
    try:
        with _world(args) as world, _output(args.out) as out:
            return _run(args, world, out)
    except SumoError as error:
        print(f"edge-sim world: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"edge-sim world: {args.out}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(args: argparse.Namespace, world: World, out: TextIO | None) -> int:
    pace = Pace(args.start, args.speed)
    end = args.start + round(args.minutes * 60_000)
    kinds: Counter[str] = Counter()
    digest = hashlib.sha256()
    peak = 0
    began, began_cpu, shown = time.monotonic(), time.process_time(), 0.0
    moment = args.start
    while moment < end:
        moment = min(moment + (_CHUNK_MS if pace.factor is None else 100), end)
        time.sleep(pace.wait_s(moment))
        for event in world.advance_to(moment):
            text = line(event) + "\n"
            digest.update(text.encode())
            kinds[event["what"]] += 1
            if out is not None:
                out.write(text)
        if out is not None and pace.factor is not None:
            out.flush()
        peak = max(peak, world.vehicles_now)
        if sys.stderr.isatty() and time.monotonic() - shown > _SHOWN_EVERY_S:
            shown = time.monotonic()
            part = (moment - args.start) / (end - args.start)
            _progress(part, f"{world.vehicles_now} vehicles, {sum(kinds.values())} events")
    if shown:
        print(file=sys.stderr)
    cpu = max(time.process_time() - began_cpu, 1e-9)
    wall = max(time.monotonic() - began, 1e-9)
    seconds = (end - args.start) / 1000
    summary = {
        "site": args.site,
        "backend": args.backend,
        "seed": args.seed,
        "simulated_s": seconds,
        "speed": round(seconds / wall, 1),
        "speed_cpu": round(seconds / cpu, 1),
        "vehicles": world.vehicles_seen,
        "peak": peak,
        "events": sum(kinds.values()),
        "kinds": dict(sorted(kinds.items())),
        "sha256": digest.hexdigest(),
    }
    _tell(summary, as_json=args.json, beside=args.out is not None and str(args.out) == "-")
    return 0


def _tell(summary: dict[str, object], *, as_json: bool, beside: bool) -> None:
    stream = sys.stderr if beside else sys.stdout
    if as_json:
        print(json.dumps(summary), file=stream)
        return
    print(
        f"{summary['site']}, seed {summary['seed']}: {summary['simulated_s']:.0f} s simulated at "
        f"× {summary['speed']} ({summary['speed_cpu']} a core second), "
        f"{summary['vehicles']} vehicles, at most {summary['peak']} at once, "
        f"{summary['events']} events\nsha256 {summary['sha256']}",
        file=stream,
    )


def _progress(part: float, text: str) -> None:
    bar = "█" * round(30 * part)
    print(f"\r{bar:<30} {part:4.0%}  {text}   ", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _world(args: argparse.Namespace) -> Iterator[World]:
    if args.backend == "builtin":
        yield World(args.site, args.seed, args.start, demand=args.demand)
        return
    with SumoWorld(args.site, args.seed, args.start, demand=args.demand) as world:
        yield world


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
    elif str(path) == "-":
        yield sys.stdout
    else:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value
