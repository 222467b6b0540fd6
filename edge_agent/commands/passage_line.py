"""One vehicle as one line for a person: what is known of it, and what is missing and why."""

from datetime import datetime
from typing import Any

_WIDTHS = (12, 12, 8, 15, 11, 18, 16, 7, 8)
_NAMES = ("TIME", "LANE", "DIR", "CLASS", "KM/H", "PLATE", "TAG", "GROSS", "SIGNAL")
_RESET, _DIM = "\x1b[0m", "\x1b[2m"
_LAMPS = {
    "r": "\x1b[31m",
    "ry": "\x1b[31m",
    "fr": "\x1b[31m",
    "y": "\x1b[33m",
    "fy": "\x1b[33m",
    "g": "\x1b[32m",
    "fg": "\x1b[32m",
    "x": "\x1b[35m",
}
_PSEUDONYM_SHOWN = 6
_TAG_SHOWN = 15
_NO_SENSOR = "no-sensor"
"""What a lane has no sensor for is not missing: its cell stays empty."""


def _row(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


HEAD = _row(_NAMES) + "  MISSING"


def line(event: dict[str, Any], at: datetime, *, colours: bool) -> str:
    """The line of a passage event.

    Args:
        event: As on the wire, plate and tag masked.
        at: Its time where the unit stands.
        colours: Whether the terminal shows them.
    """
    signal = event.get("sig") or {}
    why: dict[str, str] = event.get("why") or {}
    absent = {part: "" if reason == _NO_SENSOR else "–" for part, reason in why.items()}
    cells = (
        at.strftime("%H:%M:%S.") + f"{at.microsecond // 100_000}",
        str(event["lane"]),
        str(event["dir"]),
        str(event["cls"]),
        _speed(event) or absent.get("speed", "–"),
        _name(event.get("plate"), "t") or absent.get("plate", "–"),
        _name(event.get("tag"), "epc") or absent.get("tag", "–"),
        _tonnes(event.get("axles")) or absent.get("axles", "–"),
        f"{signal['a']} {signal['age'] / 1000:.1f}s" if signal else "",
    )
    missing = " ".join(f"{part}:{said}" for part, said in why.items() if said != _NO_SENSOR)
    if event.get("test"):
        missing = f"TEST {missing}"
    row = _row(cells)
    if not colours:
        return f"{row}  {missing}".rstrip()
    lamp = row[-_WIDTHS[-1] :]
    painted = _LAMPS.get(signal.get("a", ""), "") + lamp + _RESET
    return f"{row[: -_WIDTHS[-1]]}{painted}  {_DIM}{missing}{_RESET}"


def _speed(event: dict[str, Any]) -> str:
    speed, spread = event.get("spd"), event.get("spdq")
    if speed is None:
        return ""
    return f"{speed / 10:.1f}" + (f" ±{spread / 10:.1f}" if spread else "")


def _name(part: dict[str, Any] | None, text: str) -> str:
    """A masked text, or the beginning of a pseudonym without its key's name."""
    if not part:
        return ""
    if part.get(text):
        return str(part[text])[:_TAG_SHOWN]
    pseudonym = str(part.get("ps") or "").rpartition(".")[2]
    return f"~{pseudonym[:_PSEUDONYM_SHOWN]}" if pseudonym else "withheld"


def _tonnes(axles: dict[str, Any] | None) -> str:
    if not axles or axles.get("gross") is None:
        return ""
    return f"{axles['gross'] / 1000:.1f} t" + ("?" if axles.get("flags") else "")
