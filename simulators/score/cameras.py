"""Cameras against the truth: counts by direction and class, plates, and why some were not read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from edge_agent.simulators.score.figures import Span, within
from edge_agent.simulators.score.items import Item, Line, Names, Stored
from edge_agent.simulators.score.kinds import KINDS
from edge_agent.simulators.score.match import Matching, match


def cameras(
    truth: Iterable[Line], stored: Sequence[Stored], names: Names, when: Span
) -> dict[str, dict[str, Any]]:
    """Camera to its figures.

    ``counts``: direction to class to true and stored number; ``confusion``: ``true>stored`` to its
    number; ``plates``: how many were shown wide enough, of these read and unread, and how many that
    were told are no vehicle's (``wrong``); ``why``: reasons given for plates that are not told.
    """
    lines = list(truth)
    passages = matched("crossing", lines, stored, names, when)
    plates = matched("plate", lines, stored, names, when)
    why = _reasons(stored, when)
    found = {}
    for name in sorted(_devices(passages) | _devices(plates)):
        own, read = _of(passages, name), _of(plates, name)
        found[name] = {
            "counts": _counts(own),
            "confusion": {f"{a}>{b}": n for (a, b), n in own.confusion().items() if a != b},
            "plates": {
                "shown": len(read.pairs) + len(read.missed),
                "read": len(read.pairs),
                "unread": len(read.missed),
                "wrong": len(read.extra),
            },
            "why": dict(why.get(name, Counter())),
        }
    return found


def matched(
    name: str, lines: Sequence[Line], stored: Sequence[Stored], names: Names, when: Span
) -> Matching:
    """True and stored things of the kind of this name, paired, as far as they are scored."""
    (kind,) = (kind for kind in KINDS if kind.name == name)
    given = [item for event in stored for item in kind.stored(event)]
    return within(match(kind.true(lines, names), given, kind.window_ms), when)


def _devices(matching: Matching) -> set[str]:
    true = [one for one, _ in matching.pairs]
    return {item.device for item in (*true, *matching.missed, *matching.extra)}


def _of(matching: Matching, device: str) -> Matching:
    return Matching(
        [pair for pair in matching.pairs if pair[0].device == device],
        [item for item in matching.missed if item.device == device],
        [item for item in matching.extra if item.device == device],
    )


def _counts(own: Matching) -> dict[str, dict[str, dict[str, int]]]:
    true = _by_kind([*(one for one, _ in own.pairs), *own.missed])
    stored = _by_kind([*(other for _, other in own.pairs), *own.extra])
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for direction, cls in sorted(true.keys() | stored.keys()):
        both = {"true": true[direction, cls], "stored": stored[direction, cls]}
        counts.setdefault(direction, {})[cls] = both
    return counts


def _by_kind(items: Iterable[Item]) -> Counter[tuple[str, str]]:
    return Counter((item.direction, item.cls or "") for item in items)


def _reasons(stored: Sequence[Stored], when: Span) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for event in stored:
        body = event.body
        if body["st"] == "passage" and when.start <= body["t"] <= when.end:
            reason = body.get("why", {}).get("plate")
            if reason is not None:
                found.setdefault(str(body["parts"][0]["d"]), Counter())[reason] += 1
    return found
