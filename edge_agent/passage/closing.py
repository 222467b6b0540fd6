"""From a vehicle that is closed to all that is known of it."""

from collections.abc import Iterable, Mapping
from typing import Literal

from edge_agent.clock import Clock, Stamp
from edge_agent.contract import ulid
from edge_agent.contract.events import Missing
from edge_agent.device.readings import AxlesReading, CrossingReading, TagReading
from edge_agent.passage import merge
from edge_agent.passage.fused import Fused, Kind, Member, SignalMoment
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.pairedlane import Closed
from edge_agent.passage.signals import SignalTrace


def stop_moment(closed: Closed, settings: LaneSettings) -> Stamp | None:
    """When it was at the stop line of the lane's signal."""
    signal = settings.signal
    if signal is None:
        return None
    for member in closed.members:
        reading = member.reading
        line = reading.line if isinstance(reading, CrossingReading) else None
        if (member.device, line) == (signal.camera, signal.line):
            return member.at
    return None


def fuse(
    closed: Closed,
    settings: LaneSettings,
    kinds: Mapping[str, Kind],
    trace: SignalTrace,
    clock: Clock,
) -> Fused:
    """All that is known of a vehicle.

    Args:
        closed: Its readings.
        settings: Of its lane.
        kinds: What stands at the lane's places; empty where nothing is paired.
        trace: What the signals showed.
        clock: Whose time the readings are in.
    """
    members = closed.members
    looks = [each.reading for each in members if isinstance(each.reading, CrossingReading)]
    tags = [each.reading for each in members if isinstance(each.reading, TagReading)]
    # Of two tags in one vehicle the one that was heard best.
    tag = max(tags, key=lambda each: (each.reads, each.rssi or -200), default=None)
    axles = next((each.reading for each in members if isinstance(each.reading, AxlesReading)), None)
    at = _first(members)
    stop = stop_moment(closed, settings)
    moment = _signal(settings, stop, trace)
    vehicle, confidence = merge.vehicle_class(looks)
    speed, spread = merge.speed(members)
    plate = merge.best_plate(looks)
    missing: dict[str, Missing] = {}
    if plate is None:
        missing["plate"] = merge.telling(
            [*merge.why_no_plate(looks), *_gaps("camera", closed, kinds)]
        )
    if speed is None:
        missing["speed"] = merge.telling(merge.why_no_speed(looks))
    if tag is None:
        missing["tag"] = merge.telling(_gaps("tag", closed, kinds))
    if axles is None:
        missing["axles"] = merge.telling(_gaps("axles", closed, kinds))
    if moment is None or moment.stale:
        missing["signal"] = _no_signal(settings, stop, moment, trace)
    missing |= _cameras(closed, kinds)
    quality = clock.quality()
    return Fused(
        id=ulid.new(at.utc_ms),
        lane=closed.lane,
        direction=closed.direction,
        at=at,
        vehicle=vehicle,
        confidence=confidence,
        speed=speed,
        spread=spread,
        plate=plate,
        tag=tag,
        axles=axles,
        signal=moment,
        members=members,
        crossings=_crossings(members),
        missing=missing,
        clock_ms=quality.uncertainty_ms if quality.source != "none" else None,
        clock_source=quality.source,
    )


def _first(members: Iterable[Member]) -> Stamp:
    """When it crossed the lane's first line, or was first seen where no line saw it."""
    ordered = sorted(members, key=lambda member: member.kind != "camera")
    return ordered[0].at


def _crossings(members: Iterable[Member]) -> dict[str, CrossingReading]:
    crossings: dict[str, CrossingReading] = {}
    for member in members:
        if isinstance(member.reading, CrossingReading):
            crossings.setdefault(member.place, member.reading)
    return crossings


def _gaps(kind: Kind, closed: Closed, kinds: Mapping[str, Kind]) -> list[Missing]:
    """Why nothing of this kind saw it, for each place that should have."""
    return [merge.MISSING[why] for place, why in closed.missing.items() if kinds.get(place) == kind]


def _cameras(closed: Closed, kinds: Mapping[str, Kind]) -> dict[str, Missing]:
    """Each camera that has nothing of it, by its name; by its place where it has several."""
    cameras = [place.partition("/")[0] for place, kind in kinds.items() if kind == "camera"]
    names = {}
    for place, why in closed.missing.items():
        device = place.partition("/")[0]
        if kinds.get(place) == "camera":
            names[device if cameras.count(device) == 1 else place] = merge.MISSING[why]
    return names


def _signal(settings: LaneSettings, stop: Stamp | None, trace: SignalTrace) -> SignalMoment | None:
    signal = settings.signal
    if signal is None or stop is None:
        return None
    return trace.at(signal.device, signal.phase, stop)


def _no_signal(
    settings: LaneSettings, stop: Stamp | None, moment: SignalMoment | None, trace: SignalTrace
) -> Literal["no-sensor", "not-detected", "device-down", "stale"]:
    if settings.signal is None:
        return "no-sensor"
    if stop is None:
        return "not-detected"
    if moment is None:
        return "device-down" if trace.is_away(settings.signal.device) else "not-detected"
    return "stale"
