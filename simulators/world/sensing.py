"""What the ground, the gantries and the cameras could truly sense: marks met become truth.

A mark is a place on a vehicle's route where a part of it (bumper, axle, windscreen, plate) meets a
station. Marks are laid out when the vehicle enters, so that a step costs one comparison each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from edge_agent.simulators.world.mover import Mover
from edge_agent.simulators.world.network import Route, Station
from edge_agent.simulators.world.signals import Controller
from edge_agent.simulators.world.traffic import DT
from edge_agent.simulators.world.truth import TruthEvent
from edge_agent.simulators.world.vehicles import Vehicle

_TENTHS_KMH = 36.0
_WINDSCREEN_M = 1.2
_MIRROR_M = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on one vehicle's route.

    Attributes:
        at: Metres along the route, of the front bumper, when the part is at the station.
        part: What happens there; ``bare``: one without a tag comes to where one is needed.
        index: Number of the axle, from 0.
        pixels: Width of the plate in the picture, for a plate.
    """

    at: float
    station: Station
    part: Literal["line", "in", "out", "axle", "bare"]
    index: int = 0
    pixels: int = 0


def marks(route: Route, vehicle: Vehicle) -> tuple[Mark, ...]:
    """All marks of a vehicle on its route, in order."""
    found: list[Mark] = []
    offset = 0.0
    for link in route.links:
        for station in link.stations:
            found += _of_station(station, vehicle, offset + station.start, offset + station.end)
        offset += link.length
    return tuple(sorted(found, key=lambda mark: mark.at))


def _of_station(station: Station, vehicle: Vehicle, start: float, end: float) -> Iterator[Mark]:
    match station.kind:
        case "line":
            yield Mark(start, station, "line")
        case "detector":
            yield Mark(start, station, "in")
            yield Mark(end + vehicle.length, station, "out")
        case "axles":
            for index, axle in enumerate(vehicle.load.axles):
                yield Mark(start + axle.offset_cm / 100, station, "axle", index)
        case "tag":
            screen = min(_WINDSCREEN_M, vehicle.length)
            if vehicle.tag is not None:
                yield Mark(start + screen, station, "in")
                yield Mark(end + screen, station, "out")
            elif station.tolled and not vehicle.two_wheels:
                yield Mark(start + screen, station, "bare")
        case "plate":
            face = vehicle.plate.front if station.sees == "front" else vehicle.plate.rear
            if face is not None:
                back = 0.0 if station.sees == "front" else vehicle.length
                pixels = station.pixels * face.width // 1000
                yield Mark(start + back, station, "in", pixels=pixels)
                yield Mark(end + back, station, "out", pixels=pixels)


class Sensing:
    """Turns met marks into truth, and keeps who is inside what."""

    def __init__(self, controllers: dict[str, Controller]) -> None:
        self._entered: dict[tuple[str, int], int] = {}
        self._loops: dict[str, Controller] = {}
        for controller in controllers.values():
            for detector in controller.present:
                self._loops[detector] = controller

    def met(self, mover: Mover, before: float, step_ms: int) -> Iterator[TruthEvent]:
        """Truth of all marks that a mover met in the step that began at ``step_ms``.

        Args:
            mover: Whoever moved.
            before: Metres along its route when the step began.
            step_ms: UTC.
        """
        at = mover.base + mover.s
        all_marks = mover.marks
        count = len(all_marks)
        while mover.mark < count and all_marks[mover.mark].at <= at:
            mark = all_marks[mover.mark]
            mover.mark += 1
            share = (mark.at - before) / mover.ds if mover.ds > 0.0 else 1.0
            t = step_ms + int(share * DT * 1000 + 0.5)
            yield from self._event(mover, mark, t)
        mover.due = all_marks[mover.mark].at - mover.base if mover.mark < count else 1e9

    def gone(self, mover: Mover, t: int) -> Iterator[TruthEvent]:
        """What ends because a mover left the map."""
        for mark in mover.marks[mover.mark :]:
            if mark.part == "out":
                yield from self._event(mover, mark, t)

    def _event(self, mover: Mover, mark: Mark, t: int) -> Iterator[TruthEvent]:
        station = mark.station
        lane = mover.link.lane_at(mover.d) or 0
        if mark.part == "out":
            yield from self._out(mover, mark, t)
            return
        if lane not in station.lanes and not station.reverse:
            return
        match station.kind:
            case "line":
                yield from _crossing(mover, station, lane, t)
            case "axles":
                yield from _axle(mover, mark, lane, t)
            case "tag" if mark.part == "bare":
                yield violation(mover, t, "no-tag", lane) | {"antenna": station.name}
            case "tag":
                yield from self._in(mover, mark, lane, t)
                yield from _strange_tag(mover, station, lane, t)
            case _:
                yield from self._in(mover, mark, lane, t)

    def _in(self, mover: Mover, mark: Mark, lane: int, t: int) -> Iterator[TruthEvent]:
        station, number = mark.station, mover.number
        self._entered[station.name, number] = t
        head: TruthEvent = {"t": t, "what": f"{station.kind}-in", station.kind: station.name}
        match station.kind:
            case "detector":
                yield self._detector(station.name, 1, number, t, lane)
                return
            case "tag":
                tag = mover.vehicle.tag
                head = {
                    "t": t,
                    "what": "tag-in",
                    "antenna": station.name,
                    "epc": tag.epc if tag else "",
                }
            case _:
                head = _plate(mover.vehicle, mark, t, "plate-in")
        yield head | {"lane": lane, "vehicle": number}

    def _out(self, mover: Mover, mark: Mark, t: int) -> Iterator[TruthEvent]:
        station, number = mark.station, mover.number
        since = self._entered.pop((station.name, number), None)
        if since is None:
            return
        lane = mover.link.lane_at(mover.d) or 0
        match station.kind:
            case "detector":
                yield self._detector(station.name, -1, number, t, lane)
            case "tag":
                tag = mover.vehicle.tag
                yield {
                    "t": t,
                    "what": "tag-out",
                    "antenna": station.name,
                    "epc": tag.epc if tag else "",
                    "lane": lane,
                    "vehicle": number,
                    "from": since,
                }
            case _:
                event = _plate(mover.vehicle, mark, t, "plate-out")
                yield event | {"lane": lane, "vehicle": number, "from": since}

    def _detector(self, name: str, change: int, number: int, t: int, lane: int) -> TruthEvent:
        controller = self._loops[name]
        controller.present[name] += change
        if change > 0:
            controller.volume[name] += 1
        return {
            "t": t,
            "what": "detector",
            "controller": controller.name,
            "detector": name,
            "on": change > 0,
            "lane": lane,
            "vehicle": number,
            "present": controller.present[name],
            "sq": controller.volume[name],
        }


def _speed(mover: Mover) -> int:
    return int(mover.ds / DT * _TENTHS_KMH + 0.5)


def _crossing(mover: Mover, station: Station, lane: int, t: int) -> Iterator[TruthEvent]:
    speed = _speed(mover)
    yield {
        "t": t,
        "what": "crossing",
        "line": station.name,
        "direction": "ba" if station.reverse else "ab",
        "cls": mover.vehicle.cls,
        "vehicle": mover.number,
        "lane": lane,
        "spd": speed,
    }
    if station.reverse:
        yield violation(mover, t, "wrong-way", lane) | {"line": station.name}
    elif station.limit_kmh is not None and speed > station.limit_kmh * 10:
        yield violation(mover, t, "speed", lane) | {
            "line": station.name,
            "spd": speed,
            "limit": station.limit_kmh * 10,
        }
    if mover.bike and lane in {own.number for own in mover.link.lanes if not own.two_wheels}:
        yield from _astray(mover, station, lane, t)


def _astray(mover: Mover, station: Station, lane: int, t: int) -> Iterator[TruthEvent]:
    """On two wheels in a lane for cars, where there is one for two wheels."""
    if station.limit_kmh is not None and any(own.two_wheels for own in mover.link.lanes):
        yield violation(mover, t, "motorbike", lane) | {"line": station.name}


def _strange_tag(mover: Mover, station: Station, lane: int, t: int) -> Iterator[TruthEvent]:
    tag = mover.vehicle.tag
    if station.tolled and tag is not None and tag.sold_for != mover.vehicle.plate.text:
        yield violation(mover, t, "plate-tag", lane) | {
            "antenna": station.name,
            "epc": tag.epc,
            "sold_for": tag.sold_for,
        }


def _axle(mover: Mover, mark: Mark, lane: int, t: int) -> Iterator[TruthEvent]:
    load = mover.vehicle.load
    axle = load.axles[mark.index]
    previous = load.axles[mark.index - 1] if mark.index else None
    track = mover.half - _MIRROR_M / 2
    left, right = mover.link.lane_at(mover.d + track), mover.link.lane_at(mover.d - track)
    yield {
        "t": t,
        "what": "axle",
        "station": mark.station.name,
        "lane": lane,
        "vehicle": mover.number,
        "axle": mark.index + 1,
        "left": axle.left_kg,
        "right": axle.right_kg,
        "spacing": axle.offset_cm - previous.offset_cm if previous else None,
        "spd": _speed(mover),
        "straddle": left != right,
    }
    if mark.index + 1 < len(load.axles):
        return
    yield {
        "t": t,
        "what": "weighed",
        "station": mark.station.name,
        "lane": lane,
        "vehicle": mover.number,
        "cls": mover.vehicle.cls,
        "axles": len(load.axles),
        "gross": load.gross_kg,
        "lifted": load.lifted,
        "ambiguous": load.ambiguous,
    }
    if load.over:
        yield violation(mover, t, "overload", lane) | {
            "station": mark.station.name,
            "over": dict(load.over),
        }


def _plate(vehicle: Vehicle, mark: Mark, t: int, what: str) -> TruthEvent:
    face = vehicle.plate.front if mark.station.sees == "front" else vehicle.plate.rear
    return {
        "t": t,
        "what": what,
        "camera": mark.station.name,
        "text": vehicle.plate.text,
        "colour": vehicle.plate.colour,
        "lines": len(face.lines) if face else 0,
        "state": vehicle.plate.state,
        "px": mark.pixels,
    }


def violation(mover: Mover, t: int, rule: str, lane: int) -> TruthEvent:
    """Head of a violation's truth."""
    return {
        "t": t,
        "what": "violation",
        "rule": rule,
        "vehicle": mover.number,
        "cls": mover.vehicle.cls,
        "plate": mover.vehicle.plate.text,
        "lane": lane,
    }
