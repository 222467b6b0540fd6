"""An interval that has ended becomes the event that says so; what was not measured says why."""

from itertools import chain
from typing import Literal

from edge_agent.clock import Stamp
from edge_agent.contract.events import Agg, Count
from edge_agent.passage.congestion import Level, level
from edge_agent.passage.greens import Greens
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.tally import WHOLE, Interval

Source = Literal["camera", "detector"]
"""What counted."""

LEAST_GREEN_MS = 5_000
"""Shorter green in an interval tells no flow: one vehicle more or less is a third of it."""
_NS_PER_MS = 1_000_000
_HOUR_MS = 3_600_000


def aggregate(
    heading: Heading,
    lane: str,
    settings: LaneSettings,
    source: Source,
    interval: Interval,
    greens: Greens | None,
    before: Level | None,
) -> Agg:
    """The event of one lane, one kind of sensor and one interval.

    Args:
        heading: Of the unit.
        lane: Its id.
        settings: The lane's.
        source: What counted.
        interval: Ended.
        greens: Of the lane's signal; None where this source does not watch the stop line.
        before: Level of congestion of the interval before.
    """
    blind = interval.measured == 0 and not interval.counts
    flaws = set(interval.flaws)
    saturation = None
    if greens is not None and not blind:
        saturation, flaw = saturation_at_green(interval, greens, settings.saturation)
        if flaw is not None:
            flaws.add(flaw)
    if blind:
        flaws = {"device-down"}
    speeds = list(chain.from_iterable(interval.speeds.values()))
    occupancy = None if blind else interval.occupancy
    return Agg(
        **heading.of(lane, Stamp(interval.start_ms, interval.opened_ns)),
        lane=lane,
        dur=interval.dur_ms,
        src=source,
        n=None if blind else counts(interval),
        occ=occupancy,
        que=interval.queue,
        part=interval.measured if interval.measured < WHOLE else None,
        hw=interval.headway_ms,
        sat=saturation,
        los=None if blind else level(before, speeds, occupancy, settings.congestion),
        why=",".join(sorted(flaws)) or None,
    )


def counts(interval: Interval) -> list[Count]:
    """An interval's vehicles by direction and class, in a fixed order."""
    result = []
    for (direction, kind), n in sorted(interval.counts.items()):
        speeds = sorted(interval.speeds.get((direction, kind), ()))
        result.append(
            Count(
                dir=direction,
                cls=kind,
                n=n,
                unread=interval.unread.get((direction, kind)),
                spd=round(sum(speeds) / len(speeds)) if speeds else None,
                p85=percentile(speeds, 85) if speeds else None,
            )
        )
    return result


def percentile(rising: list[int], share: int) -> int:
    """The nearest-rank percentile: the least value that ``share`` per cent do not exceed."""
    return rising[max(0, -(-len(rising) * share // 100) - 1)]


def saturation_at_green(
    interval: Interval, greens: Greens, saturation: int
) -> tuple[int | None, str | None]:
    """Flow over the stop line while green, per mille of the saturation flow; or why not.

    Args:
        interval: With the moments at which vehicles crossed the stop line.
        greens: What the signal showed.
        saturation: Vehicles an hour of green, as the site declares.
    """
    if interval.measured < WHOLE:
        # Green that nobody watched would count as green that nobody used.
        return None, "partly-measured"
    stretches = [*greens.stretches(interval.opened_ns, interval.closed_ns)]
    green_ms = sum(each.end_ns - each.start_ns for each in stretches if each.green) // _NS_PER_MS
    if green_ms < LEAST_GREEN_MS:
        known = all(each.green is not None for each in stretches)
        return None, "no-green" if known else "signal-unknown"
    crossed = sum(greens.since(at)[0] is True for at in interval.stops)
    return round(WHOLE * crossed * _HOUR_MS / green_ms / saturation), None
