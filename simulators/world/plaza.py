"""Toll and weigh plazas with free-flow lanes: nobody stops, gantries read what passes.

One carriageway eastward along y = 0. Lane 1, next to the kerb, is for two wheels; the others carry
antennas, scales and cameras. A strip beside it is used by those who ride against the traffic.
"""

from collections.abc import Sequence
from itertools import pairwise

from edge_agent.simulators.world.gantry import plate_stations, reads_plates
from edge_agent.simulators.world.geometry import Path
from edge_agent.simulators.world.network import Entry, Lane, Link, Network, Route, Station
from edge_agent.simulators.world.site import AntennaAt, CameraAt, Site, StationAt, across
from edge_agent.simulators.world.vehicles import FREIGHT, HIGHWAY, Mix

_WRONG_D = 0.5
_CHOOSE_M = 160.0
"""Where drivers may still change lanes."""

_ZONE_M = 240.0
"""Length of the stretch with the gantries, where they keep to their lane."""

_AFTER_M = 200.0
_LANE_M = 3.6
_ASTRAY_PER_HOUR = 12.0
"""Motorbikes that ride in the lane of cars next to theirs."""

_BIKE_LANE = Lane(1, 1.0, 4.0, two_wheels=True)
_KERB = Lane(0, 0.0, _BIKE_LANE.low)


def toll_plaza() -> Site:
    """Four lanes at up to 60 km/h, antennas, scales and cameras over three of them."""
    return _plaza("toll-plaza", lanes=4, limit_kmh=60, per_hour=3000.0, mix=HIGHWAY)


def weigh_station() -> Site:
    """Two lanes at up to 40 km/h, mostly freight."""
    return _plaza("weigh-station", lanes=3, limit_kmh=40, per_hour=1000.0, mix=FREIGHT)


def _plaza(name: str, *, lanes: int, limit_kmh: int, per_hour: float, mix: Mix) -> Site:
    road = (_BIKE_LANE, *_car_lanes(lanes - 1))
    numbers = [lane.number for lane in road if not lane.two_wheels]
    ends = (0.0, _CHOOSE_M, _CHOOSE_M + _ZONE_M, _CHOOSE_M + _ZONE_M + _AFTER_M)
    choose, zone, after = (
        Link(
            stretch,
            Path(((start, 0.0), (end, 0.0))),
            0.0,
            road,
            overtaking=stretch != "zone",
            stopping=stretch == "after",
        )
        for stretch, (start, end) in zip(("choose", "zone", "after"), pairwise(ends), strict=True)
    )
    choose.after.append(zone)
    zone.after.append(after)
    cameras = _cameras(road, zone)
    zone.stations += _stations(numbers, cameras, limit_kmh)
    wrong = _wrong_way(ends[-1], zone.stations)
    width = road[-1].high
    ways = (
        Route("two-wheels", "through", (choose, zone, after), _BIKE_LANE.low, _BIKE_LANE.high),
        Route("four-wheels", "through", (choose, zone, after), _BIKE_LANE.high, width),
        Route("astray", "through", (choose, zone, after), road[1].low, road[1].high),
    )
    bikes = tuple((model, weight) for model, weight in mix if model == "motorbike")
    cars = tuple((model, weight) for model, weight in mix if model != "motorbike")
    share = sum(weight for _, weight in bikes) / sum(weight for _, weight in mix)
    return Site(
        name=name,  # type: ignore[arg-type]
        network=Network(
            (after, zone, choose, wrong.links[0]),
            (
                Entry("two-wheels", per_hour * share, limit_kmh, bikes, ways[:1]),
                Entry("four-wheels", per_hour * (1 - share), limit_kmh, cars, ways[1:2]),
                Entry("wrong", 12.0, 30, bikes, (wrong,), scales=False),
                Entry("astray", _ASTRAY_PER_HOUR, limit_kmh, bikes, ways[2:], scales=False),
            ),
        ),
        cameras=cameras,
        antennas=tuple(AntennaAt(f"etc1-{lane}", "etc1", lane, lane) for lane in numbers),
        weighing=(StationAt("wim1", tuple(numbers)),),
    )


def _car_lanes(count: int) -> list[Lane]:
    low = _BIKE_LANE.high + 1.0
    return [
        Lane(number + 2, low + number * _LANE_M, low + (number + 1) * _LANE_M)
        for number in range(count)
    ]


def _stations(numbers: Sequence[int], cameras: Sequence[CameraAt], limit_kmh: int) -> list[Station]:
    everyone = (1, *numbers)
    found = [
        Station("line", "arrive", 60.0, 60.0, everyone, limit_kmh=limit_kmh),
        Station("axles", "wim1", 80.0, 80.0, tuple(numbers)),
        Station("line", "leave", 180.0, 180.0, everyone),
    ]
    found += [
        Station("tag", f"etc1-{lane}", 100.0, 108.0, (lane,), tolled=True) for lane in numbers
    ]
    for camera in cameras:
        if camera.plates:
            x, _ = camera.look
            found += plate_stations(camera, x - _CHOOSE_M, front=camera.x > x)
    return found


def _cameras(road: Sequence[Lane], zone: Link) -> tuple[CameraAt, ...]:
    """One that watches; over a lane each, one for fronts of cars, one for rears of motorbikes."""
    middle, width = road[-1].high / 2, road[-1].high
    bikes, cars = road[0], road[1]
    return (
        CameraAt(
            "cam1", _CHOOSE_M + 25.0, -2.0, 8.5, (_CHOOSE_M + 62.0, middle), 1000,
            lines={"arrive": ((_CHOOSE_M + 60.0, 0.0), (_CHOOSE_M + 60.0, width))},
            lanes=across("arrive", (_KERB, *road), lambda d: (_CHOOSE_M + 60.0, d)),
        ),
        reads_plates("anpr-front", "lane2", zone.path, 0.0, cars, 108.0, front=True),
        reads_plates("anpr-rear", "lane1", zone.path, 0.0, bikes, 112.0),
    )  # fmt: skip


def _wrong_way(length: float, stations: Sequence[Station]) -> Route:
    link = Link("wrong", Path(((length, _WRONG_D), (0.0, _WRONG_D))), _WRONG_D, (_KERB,))
    for station in stations:
        if station.kind == "line":
            at = length - _CHOOSE_M - station.start
            link.stations.append(Station("line", station.name, at, at, (0,), reverse=True))
    return Route("wrong", "wrong-way", (link,), 0.0, _BIKE_LANE.low)
