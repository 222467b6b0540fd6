"""What was measured against what is allowed, in units and words that people use."""

from collections.abc import Sequence

from edge_agent.contract.events import Excess
from edge_agent.report.desk import Desk

_SHOWN = 3
_UNITS = {"gross": "t", "axle": "t", "group": "t", "speed": "km/h", "red-age": "s", "stood": "s"}


def of(desk: Desk, excesses: Sequence[Excess]) -> list[str]:
    """The worst of them; nothing for an act that has no measure."""
    return [told(desk, each) for each in excesses[:_SHOWN] if _is_measure(each)]


def told(desk: Desk, each: Excess) -> str:
    """``gross weight 34.15 ± 0.90 t (allowed 24.00, tolerance 2.40)``."""
    kind, place = _kind(each)
    words, unit = desk.words, _UNITS.get(kind, "")
    text = f"{words.of('of', kind)}{f' {place}' if place else ''} {_value(desk, unit, each.val)}"
    if each.u:
        text += f" ± {_value(desk, unit, each.u)}"
    allowed = f"{words('limit')} {_value(desk, unit, each.lim)}"
    if each.tol:
        allowed += f", {words('tolerance')} {_value(desk, unit, each.tol)}"
    text = f"{text} {unit}".rstrip() + f" ({allowed})"
    return f"{text}; {each.alt}" if each.alt else text


def over(each: Excess) -> float:
    """By which share of the limit it was exceeded; 0 where the limit is none."""
    return (each.val - each.lim) / each.lim if each.lim else 0.0


def _is_measure(each: Excess) -> bool:
    """Rules without a measure say: done once, where never is allowed."""
    return (each.val, each.lim) != (1, 0)


def _kind(each: Excess) -> tuple[str, str]:
    """``group-2-3`` is of kind group, axles 2-3."""
    if each.of.startswith(("axle-", "group-")):
        kind, _, place = each.of.partition("-")
        return kind, place
    return each.of, ""


def _value(desk: Desk, unit: str, value: int) -> str:
    match unit:
        case "km/h":
            return desk.numbers.kmh(value)
        case "t":
            return desk.numbers.count(value / 1000, 2)
        case "s":
            return desk.numbers.count(value / 1000, 1)
        case _:
            return desk.numbers.count(value)
