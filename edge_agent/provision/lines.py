"""The facts of an acceptance as lines of a table: every figure, in a steady order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

STATES = {
    "ok": "ok · đạt",
    "doubtful": "doubtful · cần xem lại",
    "skipped": "skipped · bỏ qua",
}
SIGNERS = ("Technician · Kỹ thuật viên", "Accepted by · Người nghiệm thu")
_HIDDEN = frozenset({"diff"})
"""Told elsewhere, or too long for a table."""
_LONGEST = 160


def lines(facts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name and value."""
    for name, value in facts.items():
        if name in _HIDDEN:
            continue
        where = f"{path}{name}"
        match value:
            case Mapping():
                yield from lines(value, f"{where} / ")
            case str():
                yield where, value[:_LONGEST]
            case Sequence() if value and isinstance(value[0], Mapping):
                for number, each in enumerate(value, 1):
                    yield from lines(each, f"{where} {number} / ")
            case Sequence():
                yield where, ", ".join(map(str, value))[:_LONGEST]
            case None:
                yield where, "–"
            case _:
                yield where, str(value)


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
