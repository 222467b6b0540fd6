"""Round numbers and round times for the ends and ticks of an axis."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

_STEPS = (1, 2, 5)
_TIMES_S = (10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600)


def round_up(largest: float, ticks: int = 4) -> tuple[float, float]:
    """End of an axis from 0 and the step of its ticks, so that at most ``ticks`` steps are seen."""
    wanted = max(largest, 1.0) / ticks
    power = 1.0
    while power * 10 < wanted:
        power *= 10
    step = next((power * each for each in _STEPS if power * each >= wanted), power * 10)
    whole = int(-(-max(largest, 1.0) // step))
    return whole * step, step


def times(from_ms: int, to_ms: int, zone: tzinfo, most: int = 8) -> Iterator[tuple[int, str]]:
    """Moments on round local times, and how they are written."""
    span_s = max(1, (to_ms - from_ms) // 1000)
    step = next((each for each in _TIMES_S if span_s / each <= most), _TIMES_S[-1])
    first = datetime.fromtimestamp(from_ms / 1000, zone)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = -(-(first - midnight).total_seconds() // step)
    at = midnight + timedelta(seconds=passed * step)
    while (moment := round(at.timestamp() * 1000)) <= to_ms:
        yield moment, f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"  # noqa: PLR2004 - a minute
        at += timedelta(seconds=step)
