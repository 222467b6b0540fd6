"""Rules that fired against rules that were broken where a sensor saw it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edge_agent.simulators.score.figures import Row, Span, share
from edge_agent.simulators.score.items import Line, Stored
from edge_agent.simulators.score.loads import Weighed, overloads
from edge_agent.simulators.score.passages import Record
from edge_agent.simulators.score.sightings import Book

FIGURES = ("true", "stored", "recall", "precision", "doubted")
"""Names of the figures of a row.

``true``: broken beyond doubt, and seen by the sensors that the rule needs. What is broken within
the sensors' error, or unseen, may be told and need not: it is in no figure. ``doubted``: told with
words that it may not have been so; neither right nor false, but found.
"""

RULES = {
    "red": "red-light",
    "speed": "speeding",
    "overload": "overload",
    "wrong-way": "wrong-way",
    "motorbike": "motorbike-in-car-lane",
    "no-tag": "no-tag",
    "plate-tag": "plate-tag-mismatch",
    "stop": "stopping",
}
"""The truth's word to the contract's."""

DOUBTS = frozenset({"class-unsure", "within-uncertainty", "weights-doubtful", "accuracy-unknown"})
"""Reasons for which a violation says itself that it may be none."""

_NEAR_MS = 1500
"""A camera a few metres on sees the same; a signal further on is another."""

_RED_SURE_MS = 1000
"""An onset has a grace of half a second, and both clocks are not certain."""

_SPEED_FROM, _SPEED_SURE = 50, 1.08
"""From 5 km/h over it is punished (0.1 km/h); three deviations of a camera's speed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule, truly broken; ``sure`` beyond the sensors' error."""

    t: int
    rule: str
    vehicle: int
    sure: bool


def rows(
    truth: Sequence[Line], book: Book, made: Record, stored: Sequence[Stored], when: Span
) -> list[Row]:
    """A row a rule that was broken or fired, and the whole."""
    broken: dict[tuple[str, int], list[Broken]] = {}
    for each in (*_broken(truth), *_unheard(book)):
        broken.setdefault((each.rule, each.vehicle), []).append(each)
    judged: dict[tuple[str, int], list[int]] = {}
    for seen in book.all:
        for rule in seen.judge:
            judged.setdefault((rule, seen.vehicle), []).append(seen.t)
    asked = {
        key
        for key, cases in broken.items()
        for each in cases
        if each.sure
        and when.start <= each.t <= when.end
        and any(abs(t - each.t) <= _NEAR_MS for t in judged.get(key, ()))
    }
    right: Counter[str] = Counter()
    false: Counter[str] = Counter()
    doubted: Counter[str] = Counter()
    found = set()
    for rule, vehicle, again, doubts in _fired(made, stored, when):
        true = (rule, vehicle) in broken and not again
        (doubted if doubts else right if true else false)[rule] += 1
        if true:
            found.add((rule, vehicle))
    rules = sorted({rule for rule, _ in asked} | right.keys() | false.keys() | doubted.keys())
    told = right, false, doubted
    return [
        *([_row("all", "", rules, asked, found, told)] if rules else []),
        *(_row("rule", rule, [rule], asked, found, told) for rule in rules),
    ]


Counts = tuple[Counter[str], Counter[str], Counter[str]]
"""By rule: right, false, doubted."""


def _row(
    scope: str,
    name: str,
    rules: Sequence[str],
    asked: set[tuple[str, int]],
    found: set[tuple[str, int]],
    told: Counts,
) -> Row:
    ours = {key for key in asked if key[0] in rules}
    good, bad, doubted = (sum(counted[rule] for rule in rules) for counted in told)
    values: dict[str, float | None] = {
        "true": len(ours),
        "stored": good + bad + doubted,
        "recall": share(len(ours & found), len(ours)),
        "precision": share(good, good + bad),
        "doubted": doubted,
    }
    return Row("violation", scope, name, values, {})


def _fired(
    made: Record, stored: Sequence[Stored], when: Span
) -> Iterator[tuple[str, int, bool, bool]]:
    """Rule, vehicle, whether the same was told of the same lane before, and whether in doubt."""
    passages = made.by_id()
    told: set[tuple[str, int, str]] = set()
    for event in stored:
        body = event.body
        if body["st"] != "violation" or not when.start <= body["t"] <= when.end:
            continue
        passage = passages.get(str(body.get("pas")))
        owner = passage.owner if passage is not None else None
        rule, vehicle = str(body["kind"]), 0 if owner is None else owner
        key = rule, vehicle, str(body["lane"])
        yield rule, vehicle, key in told, not DOUBTS.isdisjoint(body.get("why", ()))
        told.add(key)


def _broken(truth: Sequence[Line]) -> Iterator[Broken]:
    for line in truth:
        if line["what"] == "violation":
            rule = RULES.get(str(line["rule"]), str(line["rule"]))
            yield Broken(line["t"], rule, line["vehicle"], _sure(line))
    for load in _weighed(truth):
        if load.over:
            yield Broken(load.t, "overload", load.vehicle, load.surely)


def _unheard(book: Book) -> Iterator[Broken]:
    """Who has a tag that no reader heard has none, as far as sensors tell."""
    heard = {each.vehicle for each in book.all if each.kind == "tag"}
    for each in book.all:
        if each.vehicle not in heard:
            yield Broken(each.t, "no-tag", each.vehicle, sure=False)


def _sure(line: Line) -> bool:
    match line["rule"]:
        case "red":
            return int(line["age"]) >= _RED_SURE_MS
        case "speed":
            return bool(line["spd"] >= (line["limit"] + _SPEED_FROM) * _SPEED_SURE)
        case "overload":
            return False  # by its axles: the law knows nothing of what a driver was thinking
    return True


def _weighed(truth: Iterable[Line]) -> Iterator[Weighed]:
    rolling: dict[tuple[str, int], list[Line]] = {}
    for line in truth:
        if line["what"] == "axle":
            rolling.setdefault((str(line["station"]), line["vehicle"]), []).append(line)
        elif line["what"] == "weighed":
            axles = rolling.pop((str(line["station"]), line["vehicle"]), [])
            if axles:
                yield overloads(axles)
