"""A score for people, for machines and for CI."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from edge_agent.simulators.score.figures import FIGURES, Row
from edge_agent.simulators.score.thresholds import Verdict

_HEADS = (
    "true", "stored", "recall", "precision", "class", "err p50", "err p99", "late p50", "late p99",
    "kg% p50", "kg% p99", "km/h% p50", "km/h% p99",
)  # fmt: skip

_OTHERS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "passage": (
        {
            "true": "true", "stored": "stored", "complete": "complete", "joined": "joined",
            "wrong": "wrong", "lost": "lost", "twice": "twice", "unpaired": "unpaired",
            "clock_off_told": "off told",
            "publish_ms_p50": "publ. p50", "publish_ms_p99": "publ. p99",
        },
        "unpaired",
    ),
    "violation": (
        {
            "true": "true", "stored": "stored", "recall": "recall", "precision": "precision",
            "doubted": "doubted",
        },
        "",
    ),
    "stored": ({}, ""),
}  # fmt: skip
"""Kinds with figures of their own: figure to head, and what is counted below the whole."""


def table(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """Lines for a terminal; times in ms, – where there is nothing to measure."""
    width = max([20, *(len(_title(row)) for row in rows)])
    lines: list[str] = []
    things = [row for row in rows if row.kind not in _OTHERS]
    lines += _part(things, dict(zip(FIGURES, _HEADS, strict=True)), width, "confused")
    for kind, (heads, words) in _OTHERS.items():
        lines += _part([row for row in rows if row.kind == kind], heads, width, words)
    for row in rows:
        if row.kind == "stored":
            figures = ", ".join(f"{name} {_cell(value)}" for name, value in row.values.items())
            lines.append(f"events: {figures}")
    for verdict in verdicts:
        word = "ok    " if verdict.ok else "MISSED"
        lines.append(f"{word} {verdict.demand.title}: {_cell(verdict.value)}")
    return "\n".join(lines)


def _part(rows: Sequence[Row], heads: Mapping[str, str], width: int, words: str) -> Iterator[str]:
    """Rows that have the same figures, below their heads."""
    if not rows or not heads:
        return
    yield " " * width + "".join(f"{head:>11}" for head in heads.values())
    for row in rows:
        cells = "".join(f"{_cell(row.values.get(figure)):>11}" for figure in heads)
        yield f"{_title(row):<{width}}{cells}"
        if row.scope == "all" and row.confusion:
            most = sorted(row.confusion.items(), key=lambda entry: -entry[1])[:6]
            yield f"  {words}: " + ", ".join(f"{pair} {count}" for pair, count in most)


def as_json(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": all(verdict.ok for verdict in verdicts),
        "rows": [
            {"kind": row.kind, "scope": row.scope, "name": row.name, **row.values}
            | ({"confusion": row.confusion} if row.confusion else {})
            for row in rows
        ],
        "demands": [{"demand": v.demand.title, "value": v.value, "ok": v.ok} for v in verdicts],
    }


def junit(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> bytes:
    """One test case a demand, in the form that CI systems read; figures as properties."""
    failed = sum(not verdict.ok for verdict in verdicts)
    suite = Element(
        "testsuite", name="edge-sim score", tests=str(len(verdicts)), failures=str(failed)
    )
    properties = SubElement(suite, "properties")
    for row in rows:
        for figure, value in row.values.items():
            if value is not None:
                name = f"{_title(row).strip().replace(' ', '.')}.{figure}"
                SubElement(properties, "property", name=name, value=f"{value:g}")
    for verdict in verdicts:
        demand = verdict.demand
        case = SubElement(
            suite, "testcase", classname=f"score.{demand.kind}", name=demand.title, time="0"
        )
        if not verdict.ok:
            said = "nothing to measure" if verdict.value is None else f"{verdict.value:g}"
            SubElement(case, "failure", message=f"{demand.title}: {said}")
    whole = Element("testsuites")
    whole.append(suite)
    indent(whole)
    text: bytes = tostring(whole, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _title(row: Row) -> str:
    return row.kind if row.scope == "all" else f"  {row.kind} {row.scope} {row.name}"


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.4g}"
