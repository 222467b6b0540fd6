"""What the centre stored, held against what was recorded on the unit and what was true."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MATCH_MS = 2000
"""A stored change further than this from the true one is another change."""

FLASHING = frozenset({"fg", "fy", "fr"})
"""Aspects that take a second to be told from a steady one; their time is said to be as vague."""

EDGE_MS = 2000
"""Truth this close to the start or the end of the run is not scored: the agent may not be up."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One event at the centre: its body as sent, and UTC ms of the centre's commit."""

    body: dict[str, Any]
    committed_ms: int

    @property
    def stream(self) -> str:
        return str(self.body["st"])

    @property
    def latency_ms(self) -> int:
        return self.committed_ms - int(self.body["t"])


def percentile(values: Sequence[int], share: float) -> int | None:
    """Nearest-rank percentile; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def truth(path: Path) -> list[dict[str, Any]]:
    """Lines of a truth file; the last may be cut where its writer was stopped."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
    return lines


def phases(true: Iterable[Mapping[str, Any]], stored: Sequence[Stored]) -> dict[str, Any]:
    """Changes of phase: how many of the true ones are stored, and how far off in time."""
    told = sorted(
        (int(event.body["t"]), int(phase), str(event.body["ph"][str(phase)]))
        for event in stored
        if event.stream == "signal"
        for phase in event.body["chg"]
    )
    signals = [event for event in stored if event.stream == "signal"]
    if not signals:
        return {"true": 0, "stored": 0, "recall": None, "error_ms_p99": None}
    start = min(int(event.body["t"]) for event in signals) + EDGE_MS
    end = max(int(event.body["t"]) for event in signals)
    wanted = [
        (int(line["t"]), int(line["phase"]), str(line["aspect"]))
        for line in true
        if line["what"] == "phase" and start <= int(line["t"]) <= end
    ]
    free: dict[tuple[int, str], list[int]] = {}
    for t, phase, aspect in told:
        free.setdefault((phase, aspect), []).append(t)
    errors = []
    found = 0
    for t, phase, aspect in wanted:
        candidates = free.get((phase, aspect), [])
        nearest = min(candidates, key=lambda other: abs(other - t), default=None)
        if nearest is not None and abs(nearest - t) <= MATCH_MS:
            candidates.remove(nearest)
            found += 1
            if aspect not in FLASHING:
                errors.append(abs(nearest - t))
    return {
        "true": len(wanted),
        "stored": found,
        "recall": round(found / len(wanted), 4) if wanted else None,
        "error_ms_p99": percentile(errors, 0.99),
    }


def crossings(true: Iterable[Mapping[str, Any]], stored: Sequence[Stored]) -> dict[str, Any]:
    """Line crossings by direction, in the time that the camera was watched."""
    times = [int(event.body["t"]) for event in stored if event.stream == "passage"]
    if not times:
        return {"true": {}, "stored": {}}
    start, end = min(times) - 1, max(times) + 1
    wanted = Counter(
        str(line["direction"])
        for line in true
        if line["what"] == "crossing" and start <= int(line["t"]) <= end
    )
    got = Counter(str(event.body["dir"]) for event in stored if event.stream == "passage")
    return {"true": dict(sorted(wanted.items())), "stored": dict(sorted(got.items()))}


def summary(
    stored: Sequence[Stored],
    recorded: Mapping[str, int],
    signal_truth: Sequence[Mapping[str, Any]],
    camera_truth: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The demo's last line.

    Args:
        stored: Everything at the centre, in the order of its commits.
        recorded: Highest number per stream that the unit made durable.
        signal_truth: What the signal simulator wrote.
        camera_truth: What the camera simulator wrote.
    """
    numbers = {(event.stream, int(event.body["sq"])) for event in stored}
    ids = {str(event.body["id"]) for event in stored}
    given_up = sum(int(event.body["n"]) for event in stored if event.stream == "loss")
    live = [event.latency_ms for event in stored if event.stream in {"signal", "passage"}]
    total = sum(recorded.values())
    return {
        "recorded": total,
        "stored": len(stored),
        "lost": total - len(numbers),
        "given_up": given_up,
        "duplicates": len(stored) - len(ids),
        "streams": dict(sorted(Counter(event.stream for event in stored).items())),
        "latency_ms": {"p50": percentile(live, 0.5), "p99": percentile(live, 0.99)},
        "truth": {
            "phases": phases(signal_truth, stored),
            "crossings": crossings(camera_truth, stored),
        },
    }
