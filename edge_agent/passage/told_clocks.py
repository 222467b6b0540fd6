"""A clock that cannot be believed, said so that somebody sets it."""

from collections.abc import Iterator, Mapping

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.passage.road import ClockView


def conditions(
    views: Mapping[str, ClockView], now: Stamp
) -> Iterator[tuple[str, ConditionReading]]:
    """Device to its condition, for each device of which enough was seen."""
    for device, view in views.items():
        if view.fits is not None:
            yield (
                device,
                ConditionReading(
                    now,
                    "clock-off",
                    not view.fits,
                    "warning",
                    "" if view.fits else _words(view),
                    f"Set its clock, or mend how it gets its time; or, where {view.against} is the"
                    " one that is wrong, that one's. Its readings are kept apart meanwhile.",
                ),
            )


def _words(view: ClockView) -> str:
    if view.shift_ms is None:
        return f"its readings do not fit the vehicles that {view.against} sees"
    side = "after" if view.shift_ms > 0 else "before"
    return f"its readings lie {abs(view.shift_ms) / 1000:.1f} s {side} what {view.against} sees"
