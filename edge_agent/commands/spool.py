"""``edge-agent spool``: look into the durable queue, or copy its events out; it stays as it is."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from edge_agent.commands import options
from edge_agent.commands.words import moment, size, table
from edge_agent.exits import Exit
from edge_agent.spool import Row, inspect

SPOOL = "spool.db"
_MOST_RANGES = 3


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("show", "export"),
        metavar="show|export",
        help="show: what it holds, stream by stream; export: the events as NDJSON",
    )
    parser.add_argument(
        "--file", type=Path, help=f"a spool elsewhere, for example a copied {SPOOL}"
    )
    parser.add_argument("--stream", help="export: this stream only")
    parser.add_argument(
        "--from", type=int, default=1, dest="first", metavar="N", help="export: from this number on"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="export: to a file, not to stdout")
    options.add_state_dir(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    path = args.file or args.state_dir / SPOOL
    if args.what == "show":
        return _show(path, as_json=args.json)
    rows = inspect.rows(path, args.stream, args.first)
    if args.out is None:
        return _export(rows, sys.stdout.buffer)
    with args.out.open("wb") as out:
        return _export(rows, out)


def _export(rows: Iterable[Row], out: BinaryIO) -> int:
    out.writelines(row.body + b"\n" for row in rows)
    out.flush()
    return Exit.OK


def _show(path: Path, *, as_json: bool) -> int:
    summary = inspect.summary(path)
    damaged = sum(stream.damaged for stream in summary.streams)
    if as_json:
        options.print_json(asdict(summary) | {"path": str(path)})
    else:
        print(f"{path}  epoch {summary.epoch}  {size(summary.file_bytes)} on disk")
        head = ("STREAM", "EVENTS", "NUMBERS", "OLDEST", "NEWEST", "SIZE", "DAMAGED")
        print("\n".join(table([head, *map(_row, summary.streams)])))
    return Exit.NEGATIVE if damaged else Exit.OK


def _row(stream: inspect.StreamSummary) -> Sequence[str]:
    return (
        stream.name,
        str(stream.rows),
        _ranges(stream.ranges),
        "" if stream.oldest_t is None else moment(stream.oldest_t),
        "" if stream.newest_t is None else moment(stream.newest_t),
        size(stream.bytes),
        str(stream.damaged),
    )


def _ranges(ranges: Sequence[tuple[int, int]]) -> str:
    shown = [f"{low}–{high}" if low < high else str(low) for low, high in ranges[:_MOST_RANGES]]
    more = len(ranges) - len(shown)
    return ", ".join(shown) + (f" and {more} ranges more" if more else "")
