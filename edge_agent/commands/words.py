"""Figures as people read them: sizes, spans, moments, tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

_SPANS = ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))
_STEP = 1000


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def span(seconds: int) -> str:
    """The two largest units: ``3 d 4 h``, ``5 min 10 s``."""
    for large, unit, small, part in _SPANS:
        if seconds >= large:
            return f"{seconds // large} {unit} {seconds % large // small} {part}"
    return f"{seconds} s"


def size(count: int) -> str:
    """Bytes in SI units: two digits at least, no false precision."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < _STEP:
            break
        value, unit = value / _STEP, larger
    digits = 0 if unit == "B" or value >= 10 else 1  # noqa: PLR2004 - two digits
    return f"{value:.{digits}f} {unit}"


def moment(utc_ms: int) -> str:
    """A point in time, UTC."""
    return datetime.fromtimestamp(utc_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
