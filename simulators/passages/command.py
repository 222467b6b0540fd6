"""``edge-sim passages``: the cells of a table, played without devices: how good are passages?

Exit code: 0 every limit met, 1 one missed, 2 a file makes no sense, 70 a program failed.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.simulators.passages.cells import Cell, read
from edge_agent.simulators.score import report, thresholds
from edge_agent.simulators.score.figures import Row, span
from edge_agent.simulators.score.items import InputError, merged, read_stored
from edge_agent.simulators.score.thresholds import Verdict
from edge_agent.simulators.score.whole import whole

SUMMARY = "Cells of site, light and traffic, told, replayed and scored: how good are passages?"

_DRAIN_MS = 20_000
_SHORT_MIN, _HOUR_MIN = 5.0, 60.0
_FAILED = 70
_COLUMNS = (
    ("passage", "true", "vehicles"),
    ("passage", "complete", "complete"),
    ("passage", "joined", "joined"),
    ("passage", "wrong", "wrong"),
    ("passage", "lost", "lost"),
    ("passage", "twice", "twice"),
    ("passage", "unpaired", "unpaired"),
    ("passage", "clock_off_told", "off told"),
    ("passage", "publish_ms_p99", "publ. p99"),
    ("violation", "true", "broken"),
    ("violation", "recall", "recall"),
    ("violation", "precision", "precision"),
)


class ProgramError(RuntimeError):
    """A program did not do its part; the text has its last words."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a cell."""

    cell: Cell
    rows: list[Row]
    verdicts: list[Verdict]

    @property
    def ok(self) -> bool:
        return all(verdict.ok for verdict in self.verdicts)

    def figure(self, kind: str, name: str) -> float | None:
        """Of the whole."""
        row = next((r for r in self.rows if r.kind == kind and r.scope == "all"), None)
        return None if row is None else row.values.get(name)


def configure(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    add = parser.add_argument
    add("--cells", type=Path, required=True, metavar="FILE", help="the table (TOML)")
    add("--minutes", type=float, default=_SHORT_MIN, help="scored, of each cell (default 5)")
    add("--hour", action="store_true", help="an hour of each")
    add("--only", action="append", default=[], metavar="CELL", help="this one; may be repeated")
    add("--keep", type=Path, metavar="DIR", help="leave the files of each cell there")
    add("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Play all, print the table, judge."""
    minutes = _HOUR_MIN if args.hour else args.minutes
    try:
        played = []
        for cell in _chosen(args.cells, args.only):
            if not args.json:
                print(f"· {cell.name}", file=sys.stderr, flush=True)
            with _folder(args.keep, cell) as folder:
                played.append(play(cell, minutes, folder, hour=args.hour))
    except (OSError, InputError) as error:
        print(f"edge-sim passages: {error}", file=sys.stderr)
        return 2
    except ProgramError as error:
        print(f"edge-sim passages: {error}", file=sys.stderr)
        return _FAILED
    print(json.dumps(_as_json(played)) if args.json else "\n".join(_table(played)))
    return 0 if all(each.ok for each in played) else 1


def _chosen(file: Path, only: list[str]) -> list[Cell]:
    cells = [cell for cell in read(file) if not only or cell.name in only]
    missing = set(only) - {cell.name for cell in cells}
    if missing:
        raise InputError(f"{file}: no cell {', '.join(sorted(missing))}")
    return cells


def play(cell: Cell, minutes: float, folder: Path, *, hour: bool = False) -> Played:
    """Tell, replay and score one cell.

    Args:
        cell: Which.
        minutes: That are scored.
        folder: Where its files go.
        hour: Long enough for the limits that need many vehicles.

    Raises:
        ProgramError: A program failed.
        InputError: The limits make no sense.
    """
    files = {
        name: folder / f"{name}.{kind}"
        for name, kind in (
            ("readings", "jsonl"), ("truth", "jsonl"), ("site", "toml"),
            ("tags", "csv"), ("stored", "jsonl"),
        )
    }  # fmt: skip
    limits = thresholds.read(cell.thresholds)
    demands = limits.demands
    if hour and cell.hour is not None:
        demands += thresholds.read(cell.hour).demands
    whole_minutes = minutes + cell.settle_s / 60 + _DRAIN_MS / 60_000
    told = (
        "--out", files["readings"], "--truth", files["truth"], "--config", files["site"],
        "--tags", files["tags"],
    )  # fmt: skip
    _run("edge_agent.simulators", "readings", *cell.words(), "--minutes", whole_minutes, *told)
    _run(
        "edge_agent", "replay", "--readings", files["readings"], "--config", files["site"],
        "--out", files["stored"],
    )  # fmt: skip
    truth, stored = merged([files["truth"]]), list(read_stored(files["stored"]))
    when = span(truth, stored, cell.settle_s * 1000, _DRAIN_MS)
    rows = whole(truth, stored, limits.names, when)
    return Played(cell, rows, thresholds.judge(demands, rows))


def _run(module: str, *words: object) -> None:
    argv = [sys.executable, "-m", module, *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProgramError(f"{' '.join(argv[2:5])}: code {done.returncode}: {done.stderr[-500:]}")


@contextlib.contextmanager
def _folder(keep: Path | None, cell: Cell) -> Iterator[Path]:
    if keep is not None:
        folder = keep / cell.name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="edge-passages-") as folder_name:
        yield Path(folder_name)


def _table(played: list[Played]) -> Iterator[str]:
    width = max(len(each.cell.name) for each in played) + 2
    yield " " * width + "".join(f"{head:>11}" for _, _, head in _COLUMNS)
    for each in played:
        values = (each.figure(kind, name) for kind, name, _ in _COLUMNS)
        yield f"{each.cell.name:<{width}}" + "".join(f"{_cell(value):>11}" for value in values)
    for each in played:
        for verdict in each.verdicts:
            if not verdict.ok:
                yield f"MISSED {each.cell.name}: {verdict.demand.title}: {_cell(verdict.value)}"
    met = sum(verdict.ok for each in played for verdict in each.verdicts)
    yield f"{met} of {sum(len(each.verdicts) for each in played)} limits met"


def _cell(value: float | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.5g}"


def _as_json(played: list[Played]) -> dict[str, Any]:
    return {
        "ok": all(each.ok for each in played),
        "cells": {each.cell.name: report.as_json(each.rows, each.verdicts) for each in played},
    }
