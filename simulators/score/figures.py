"""Figures of a matching: whole, by device, by lane."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from edge_agent.contract.spans import Spans
from edge_agent.simulators.score.items import Item, Line, Names, Stored
from edge_agent.simulators.score.kinds import KINDS, Kind
from edge_agent.simulators.score.match import Matching, match

Number = TypeVar("Number", int, float)

FIGURES = (
    "true",
    "stored",
    "recall",
    "precision",
    "class_accuracy",
    "error_ms_p50",
    "error_ms_p99",
    "latency_ms_p50",
    "latency_ms_p99",
    "weight_error_pct_p50",
    "weight_error_pct_p99",
    "speed_error_pct_p50",
    "speed_error_pct_p99",
)
"""Names of the figures of a row, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        scope: ``all``, ``device``, ``lane`` or ``rule``.
        name: Of the device, lane or rule; empty for all.
        values: Figure to its value; None where there is nothing to measure.
        confusion: ``true class>stored class`` to its count, unequal ones only.
    """

    kind: str
    scope: str
    name: str
    values: dict[str, float | None]
    confusion: dict[str, int]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is scored, UTC ms, both ends included."""

    start: int
    end: int


def span(
    truth: Sequence[Line], stored: Sequence[Stored], settle_ms: int, drain_ms: int
) -> Span | None:
    """From when the unit had begun to speak until the truth ends; None when either is empty.

    It ends with the truth, not with the last stored event: a unit that fell silent has missed the
    rest.

    Args:
        truth: In the order of time.
        stored: In any order.
        settle_ms: Left out after the first stored event.
        drain_ms: Left out before the end: what was still on its way.
    """
    if not truth or not stored:
        return None
    first = min(int(event.body["t"]) for event in stored)
    return Span(max(first, int(truth[0]["t"])) + settle_ms, int(truth[-1]["t"]) - drain_ms)


def score(
    truth: Iterable[Line],
    stored: Sequence[Stored],
    names: Names,
    when: Span,
    kinds: Sequence[Kind] = KINDS,
) -> list[Row]:
    """All rows of all kinds of which there is truth or something stored."""
    lines = list(truth)
    rows: list[Row] = []
    for kind in kinds:
        wanted = list(kind.true(lines, names))
        given = [item for event in stored for item in kind.stored(event)]
        if wanted or given:
            rows += _rows(kind.name, within(match(wanted, given, kind.window_ms), when))
    return rows


def within(matching: Matching, when: Span) -> Matching:
    """The part of a matching that is scored."""

    # Cut after matching: a thing near the border must not lose its partner beyond it.
    def inside(item: Item) -> bool:
        return when.start <= item.t <= when.end

    return Matching(
        [(true, stored) for true, stored in matching.pairs if inside(true) and true.asked],
        [item for item in matching.missed if inside(item) and item.asked],
        [item for item in matching.extra if inside(item)],
    )


def _rows(kind: str, matching: Matching) -> list[Row]:
    rows = [_row(kind, "all", "", matching)]
    for scope in ("device", "lane"):
        attribute: Callable[[Item], str] = _device if scope == "device" else _lane
        everything = [
            *(true if attribute(true) else stored for true, stored in matching.pairs),
            *matching.missed,
            *matching.extra,
        ]
        for name in sorted({attribute(item) for item in everything} - {""}):
            part = Matching(
                [p for p in matching.pairs if (attribute(p[0]) or attribute(p[1])) == name],
                [item for item in matching.missed if attribute(item) == name],
                [item for item in matching.extra if attribute(item) == name],
            )
            rows.append(_row(kind, scope, name, part))
    return rows


def _device(item: Item) -> str:
    return item.device


def _lane(item: Item) -> str:
    return item.lane


def _row(kind: str, scope: str, name: str, matching: Matching) -> Row:
    pairs = len(matching.pairs)
    true, stored = pairs + len(matching.missed), pairs + len(matching.extra)
    confusion = matching.confusion()
    classed = confusion.total()
    right = sum(count for (one, other), count in confusion.items() if one == other)
    errors = sorted(abs(stored.t - true.t) for true, stored in matching.pairs)
    late = sorted(s.committed - t.t for t, s in matching.pairs if s.committed is not None)
    off = sorted(pct for true, stored in matching.pairs for pct in _weight_errors(true, stored))
    speeds = sorted(
        round(100 * abs(stored.speed - true.speed) / true.speed, 2)
        for true, stored in matching.pairs
        if true.speed and stored.speed is not None
    )
    values: dict[str, float | None] = {
        "true": true,
        "stored": stored,
        "recall": share(pairs, true),
        "precision": share(pairs, stored),
        "class_accuracy": share(right, classed),
        "error_ms_p50": percentile(errors, 0.5),
        "error_ms_p99": percentile(errors, 0.99),
        "latency_ms_p50": percentile(late, 0.5),
        "latency_ms_p99": percentile(late, 0.99),
        "weight_error_pct_p50": percentile(off, 0.5),
        "weight_error_pct_p99": percentile(off, 0.99),
        "speed_error_pct_p50": percentile(speeds, 0.5),
        "speed_error_pct_p99": percentile(speeds, 0.99),
    }
    wrong = {f"{a}>{b}": n for (a, b), n in sorted(confusion.items()) if a != b}
    return Row(kind, scope, name, values, wrong)


def share(part: int, whole: int, digits: int = 4) -> float | None:
    """Part of the whole; None of nothing."""
    return round(part / whole, digits) if whole else None


def _weight_errors(true: Item, stored: Item) -> Iterator[float]:
    """Per cent by which each axle was weighed wrong; none where axles were missed or invented."""
    if len(true.weights) != len(stored.weights):
        return
    for truly, said in zip(true.weights, stored.weights, strict=True):
        if truly and said is not None:
            yield round(abs(said - truly) / truly * 100, 2)


def percentile(ordered: Sequence[Number], share: float) -> Number | None:
    """Nearest-rank percentile of sorted values; None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def integrity(stored: Iterable[Stored]) -> Row:
    """Numbers that never came and that nobody gave up, and events stored twice."""
    had: dict[tuple[str, str, str], Spans] = {}
    ids: list[str] = []
    given_up = 0
    for event in stored:
        body = event.body
        unit, epoch = str(body.get("u")), str(body.get("ep"))
        had.setdefault((unit, epoch, str(body["st"])), Spans()).add(int(body["sq"]))
        ids.append(str(body.get("id")))
        if body["st"] == "loss":
            given_up += int(body["n"])
            lost = had.setdefault((unit, epoch, str(body["of"])), Spans())
            lost.add(int(body["frm"]), int(body["to"]))
    values: dict[str, float | None] = {
        "stored": len(ids),
        "missing": sum(spans.top - spans.total for spans in had.values()),
        "given_up": given_up,
        "duplicates": len(ids) - len(set(ids)),
    }
    return Row("stored", "all", "", values, {})
