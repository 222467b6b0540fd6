"""All that is scored, one after the other: kinds of things, passages, violations, numbers."""

from collections.abc import Sequence

from edge_agent.simulators.score import passages, violations
from edge_agent.simulators.score.figures import Row, Span, integrity, score
from edge_agent.simulators.score.items import Line, Names, Stored
from edge_agent.simulators.score.kinds import KINDS
from edge_agent.simulators.score.sightings import book

_BY_READING = frozenset({"crossing", "plate"})
"""Judged by passages where the truth names every reading: a passage is then more than a camera."""


def whole(
    truth: Sequence[Line], stored: Sequence[Stored], names: Names, when: Span | None
) -> list[Row]:
    """All rows; of ``when`` None only what needs no truth."""
    rows: list[Row] = []
    if when is not None:
        known = book(truth, stored, names)
        made = passages.record(known, stored)
        seen = any(line["what"] == "seen" for line in truth)
        kinds = [kind for kind in KINDS if not (seen and kind.name in _BY_READING)]
        rows += score(truth, stored, names, when, kinds)
        rows += passages.rows(truth, known, made, when)
        rows += violations.rows(truth, known, made, stored, when)
    return [*rows, integrity(stored)]
