"""``edge-sim score``: how much of what truly happened did the centre store, how right, how late.

Exit code: 0 every threshold met, 1 one missed, 2 a file cannot be read or makes no sense.
"""

import argparse
import json
import sys
from pathlib import Path

from edge_agent.simulators.score import report, thresholds
from edge_agent.simulators.score.figures import span
from edge_agent.simulators.score.items import InputError, merged, read_stored
from edge_agent.simulators.score.whole import whole

SUMMARY = "Hold what the centre stored against what truly happened."


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.add_argument("truth", type=Path, nargs="+", help="truth files (JSONL), then …")
    parser.add_argument(
        "stored", type=Path, help="… the centre's events: edge-centre export, or run --json"
    )
    parser.add_argument("--thresholds", type=Path, metavar="FILE", help="limits and names (TOML)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML there")
    parser.add_argument(
        "--settle-ms", type=int, default=2000, help="left out after the first stored event"
    )
    parser.add_argument(
        "--drain-ms", type=int, default=2000, help="left out before the end of the truth"
    )


def run(args: argparse.Namespace) -> int:
    """Score, print, judge."""
    try:
        wanted = thresholds.read(args.thresholds) if args.thresholds else thresholds.Thresholds()
        truth = merged(args.truth)
        stored = list(read_stored(args.stored))
    except (OSError, InputError) as error:
        print(f"edge-sim score: {error}", file=sys.stderr)
        return 2
    when = span(truth, stored, args.settle_ms, args.drain_ms)
    rows = whole(truth, stored, wanted.names, when)
    verdicts = thresholds.judge(wanted.demands, rows)
    if args.junit:
        args.junit.write_bytes(report.junit(rows, verdicts))
    if args.json:
        print(json.dumps(report.as_json(rows, verdicts)))
    else:
        print(report.table(rows, verdicts))
        if when is None:
            print("nothing scored: there is no truth, or nothing was stored")
    return 0 if all(verdict.ok for verdict in verdicts) else 1
