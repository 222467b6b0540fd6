"""The facts of an acceptance as lines of a table: every figure, in a steady order."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from edge_agent.provision.vietnamese import in_vietnamese

STATES = {
    "ok": "ok · đạt",
    "doubtful": "doubtful · cần xem lại",
    "skipped": "skipped · bỏ qua",
}
SIGNERS = ("Technician · Kỹ thuật viên", "Accepted by · Người nghiệm thu")
_HIDDEN = frozenset({"diff", "password"})
"""Told elsewhere, too long for a table, or of no use to whoever reads the report."""
_ROW = 240
"""Characters of a table that is still told in one row."""


def lines(facts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name and value; what is empty is left out."""
    for name, value in facts.items():
        if name in _HIDDEN:
            continue
        where = f"{path}{name}"
        rows = _rows(value)
        if rows is None:
            told = _told(value)
            if told:
                yield where, told
            continue
        for key, row in rows:
            short = _told(row)
            if len(short) <= _ROW:
                yield f"{where} / {key}", short
            elif isinstance(row, Mapping):
                yield from lines(row, f"{where} / {key} / ")


def _rows(value: Any) -> list[tuple[str, Any]] | None:
    """A table of tables, or a list of them, as rows with names; None for anything else."""
    if isinstance(value, Mapping) and any(isinstance(each, Mapping) for each in value.values()):
        return [(str(key), each) for key, each in value.items()]
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [(str(number), each) for number, each in enumerate(value, 1)]
    return None


def _told(value: Any) -> str:
    """In words; a table as names with values."""
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping():
            said = {key: _told(each) for key, each in value.items() if key not in _HIDDEN}
            return ", ".join(f"{key} {words}" for key, words in said.items() if words)
        case list() | tuple():
            return ", ".join(map(_told, value))
    return str(value)


def judged(step: Mapping[str, Any]) -> str:
    """How a step ended, and why, in both languages."""
    state, why = STATES[step["state"]], str(step["why"])
    told = in_vietnamese(why)
    return ": ".join(filter(None, (state, why if told == why else f"{why} · {told}")))


def moment(utc_ms: int) -> str:
    """A point in time, UTC."""
    return datetime.fromtimestamp(utc_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def head(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Whose acceptance this is."""
    software = document["software"]
    return [
        ("Unit · Thiết bị", str(document["unit"])),
        ("Technician · Kỹ thuật viên", str(document["who"])),
        ("Date · Thời điểm", moment(document["at_ms"])),
        ("Software · Phần mềm", f"{software['version']}, sha256 {software['sha256']}"),
        ("Site file · Cấu hình", str(document["fingerprint"])),
        ("Unit's key · Khóa", str(document["key"])),
    ]
