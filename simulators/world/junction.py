"""A four-arm signalised junction with turning lanes, and a crossing for people on its south arm.

Each arm is two carriageways of three lanes. Drawn once for traffic from the south, then turned by
quarter circles. Next to the kerb runs a strip that only those use who ride against the traffic.
"""

from dataclasses import dataclass, field

from edge_agent.simulators.world.gantry import plate_stations, reads_plates
from edge_agent.simulators.world.geometry import Path, Point, quarter, turned
from edge_agent.simulators.world.network import (
    Entry,
    Head,
    Lane,
    Link,
    Network,
    Route,
    Station,
    find_conflicts,
    join,
)
from edge_agent.simulators.world.signal_plan import crossing, four_arm
from edge_agent.simulators.world.site import (
    AntennaAt,
    CameraAt,
    ControllerAt,
    Site,
    StationAt,
    across,
)
from edge_agent.simulators.world.vehicles import CITY

ARMS = ("s", "e", "n", "w")
"""Counter-clockwise: each is the one before, turned by a quarter."""

LIMIT_KMH = 50

LANES = (Lane(1, 1.0, 4.5), Lane(2, 4.5, 8.0), Lane(3, 8.0, 11.5))
_ACROSS = (Lane(0, 0.0, LANES[0].low), *LANES)

KERB = 12.0
"""Metres from the axis of an arm to its kerb."""

STOP = 22.0
"""Metres from the middle of the junction to a stop line."""

REACH = 240.0
INNER = 110.0
_WRONG_D = 0.5
_PLATES_AT = 64.0

_THROUGH = {"s": 2, "n": 6, "w": 4, "e": 8}
_LEFT = {"s": 5, "n": 1, "w": 7, "e": 3}
_RIGHT_OVERLAP = {"s": 1, "w": 2, "n": 3, "e": 4}
_LEFT_CAP = 7.5
_RIGHT_CAP = 5.5

_PER_HOUR = {"s": 1500.0, "n": 1400.0, "w": 1200.0, "e": 1100.0}
_WRONG_PER_HOUR = 24.0


@dataclass
class _Arm:
    """Links of one arm, named by the side that it lies on."""

    outer: Link
    inner: Link
    exit: Link
    turns: dict[str, Link] = field(default_factory=dict)


def build() -> Site:
    """The site."""
    arms = {name: _arm(name, index) for index, name in enumerate(ARMS)}
    for index, name in enumerate(ARMS):
        _turns(arms, index, name)
    turns = [link for arm in arms.values() for link in arm.turns.values()]
    find_conflicts(turns)
    _sensors(arms)
    wrong = _wrong_way(arms)
    entries = [_entry(arms, name) for name in ARMS]
    entries.append(
        Entry(
            "wrong",
            _WRONG_PER_HOUR,
            LIMIT_KMH - 20,
            (("motorbike", 1.0),),
            tuple(wrong),
            scales=False,
        )
    )
    links = (
        *(arm.exit for arm in arms.values()),
        *turns,
        *(arm.inner for arm in arms.values()),
        *(arm.outer for arm in arms.values()),
        *(route.links[0] for route in wrong),
    )
    return Site(
        name="junction",
        network=Network(links, tuple(entries)),
        controllers=(
            ControllerAt("ctl1", four_arm(1, fixed=False), tuple(f"{a}-advance" for a in ARMS)),
            ControllerAt("ctl2", crossing(1), ("d1", "d2")),
        ),
        cameras=_cameras(arms),
        antennas=tuple(AntennaAt(f"etc1-{lane}", "etc1", lane, lane) for lane in (1, 2, 3))
        + tuple(AntennaAt(f"etc2-{lane}", "etc2", lane, lane) for lane in (1, 2, 3)),
        weighing=(StationAt("wim1", (1, 2)),),
        guards=(_guard(),),
    )


def _arm(name: str, index: int) -> _Arm:
    """Approach from this side and exit to it; drawn for the south and turned."""
    x = KERB - LANES[1].middle
    outer = _straight((x, -REACH), (x, -INNER), index)
    inner = _straight((x, -INNER), (x, -STOP), index)
    away = _straight((-x, -STOP), (-x, -REACH), index)
    arm = _Arm(
        Link(f"{name}-outer", outer, LANES[1].middle, LANES),
        Link(f"{name}-inner", inner, LANES[1].middle, LANES),
        Link(f"{name}-exit", away, LANES[1].middle, LANES, overtaking=True, stopping=True),
    )
    if name == "s":
        arm.inner.head = Head("ctl2", "phase", 2)
        arm.inner.approach = "crossing"
    join(arm.outer, arm.inner)
    return arm


def _straight(start: Point, end: Point, quarters: int) -> Path:
    return Path((turned(start, quarters), turned(end, quarters)))


def _turns(arms: dict[str, _Arm], index: int, name: str) -> None:
    right, across, left = (ARMS[(index + step) % 4] for step in (1, 2, 3))
    arm = arms[name]

    def way(to: str, kind: str, points: list[Point], low: float, high: float) -> Link:
        link = Link(
            f"{name}-{kind}",
            Path([turned(point, index) for point in points]),
            (low + high) / 2,
            LANES,
            approach=name,
            half=(high - low) / 2,
        )
        arm.turns[kind] = link
        join(arm.inner, link, arms[to].exit)
        return link

    x = KERB - (LANES[0].low + LANES[1].high) / 2
    through = way(across, "through", [(x, -STOP), (x, STOP)], LANES[0].low, LANES[1].high)
    through.head = Head("ctl1", "phase", _THROUGH[name])
    x = KERB - LANES[2].middle
    points = quarter((x, -STOP), (-STOP, x), left=True)
    turn = way(left, "left", points, LANES[2].low, LANES[2].high)
    turn.head, turn.cap = Head("ctl1", "phase", _LEFT[name]), _LEFT_CAP
    x = KERB - LANES[0].middle
    points = quarter((x, -STOP), (STOP, -x), left=False)
    turn = way(right, "right", points, LANES[0].low, LANES[0].high)
    turn.head, turn.cap = Head("ctl1", "overlap", _RIGHT_OVERLAP[name]), _RIGHT_CAP
    turn.turns_right = True


def _entry(arms: dict[str, _Arm], name: str) -> Entry:
    index = ARMS.index(name)
    arm = arms[name]
    routes = []
    for kind, step, low, high, weight, bikes in (
        ("through", 2, LANES[0].low, LANES[1].high, 0.62, (2.6, LANES[1].high)),
        ("left", 3, LANES[2].low, LANES[2].high, 0.2, None),
        ("right", 1, LANES[0].low, LANES[0].high, 0.18, (LANES[0].low, 3.2)),
    ):
        out = arms[ARMS[(index + step) % 4]].exit
        links = (arm.outer, arm.inner, arm.turns[kind], out)
        way = f"{name}-{kind}"
        routes.append(Route(way, kind, links, low, high, weight, bikes))  # type: ignore[arg-type]
    return Entry(name, _PER_HOUR[name], LIMIT_KMH, CITY, tuple(routes))


def _wrong_way(arms: dict[str, _Arm]) -> list[Route]:
    """Along the kerb of an exit towards the junction, round the corner, out along an approach."""
    routes = []
    for index, name in enumerate(ARMS):
        # For the south-east corner: west along the east exit's kerb, then south.
        edge = KERB - _WRONG_D
        points = [(REACH, -edge), (STOP, -edge), (edge, -STOP), (edge, -REACH)]
        path = Path([turned(point, index) for point in points])
        link = Link(f"{name}-wrong", path, _WRONG_D, _ACROSS[:1], cap=None)
        came = ARMS[(index + 1) % 4]
        for station in arms[came].exit.stations:
            if station.kind == "line":
                at = REACH - STOP - station.start
                link.stations.append(_reversed(station, at))
        for place, far in ((arms[name].inner, INNER), (arms[name].outer, REACH)):
            for station in place.stations:
                if station.kind == "line":
                    at = link.length - REACH + far - station.start
                    link.stations.append(_reversed(station, at))
        routes.append(Route(f"{name}-wrong", "wrong-way", (link,), 0.0, LANES[0].low))
    return routes


def _reversed(station: Station, at: float) -> Station:
    return Station("line", station.name, at, at, (0,), reverse=True)


def _sensors(arms: dict[str, _Arm]) -> None:
    for name, arm in arms.items():
        inner, outer = arm.inner, arm.outer
        end = inner.length
        inner.stations += [
            Station("detector", f"{name}-through", end - 14.0, end - 0.8, (1, 2)),
            Station("detector", f"{name}-left", end - 14.0, end - 0.8, (3,)),
            Station("detector", f"{name}-advance", end - 52.0, end - 50.0, (1, 2, 3)),
            Station("line", f"{name}-stop", end, end, (1, 2, 3)),
        ]
        outer.stations.append(
            Station("line", f"{name}-speed", 60.0, 60.0, (1, 2, 3), limit_kmh=LIMIT_KMH)
        )
        arm.exit.stations.append(Station("line", f"{name}-away", 30.0, 30.0, (1, 2, 3)))
    south, west = arms["s"], arms["w"]
    south.outer.stations += [
        Station("detector", "d1", south.outer.length - 12.0, south.outer.length - 10.0, (1, 2)),
        Station("detector", "d2", south.outer.length - 12.0, south.outer.length - 10.0, (3,)),
    ]
    for lane in (1, 2, 3):
        west.outer.stations.append(Station("tag", f"etc1-{lane}", 84.0, 90.0, (lane,)))
        south.outer.stations.append(Station("tag", f"etc2-{lane}", 84.0, 90.0, (lane,)))
    west.outer.stations.append(Station("axles", "wim1", 70.0, 70.0, (1, 2)))
    for name, camera in _plate_cameras(arms).items():
        arms[name].outer.stations += plate_stations(camera, _PLATES_AT)


def _plate_cameras(arms: dict[str, _Arm]) -> dict[str, CameraAt]:
    """Over the middle lane of two arms, where the through traffic is."""
    return {
        name: reads_plates(
            f"anpr-{name}", f"{name}-lane2", road.path, road.path_d, LANES[1], _PLATES_AT
        )
        for name in ("s", "w")
        for road in (arms[name].outer,)
    }


def _cameras(arms: dict[str, _Arm]) -> tuple[CameraAt, ...]:
    """Two that watch from masts beside the road, two over a lane that read plates."""
    south_speed = ((KERB, -REACH + 60.0), (0.0, -REACH + 60.0))
    west_speed = ((-REACH + 60.0, -KERB), (-REACH + 60.0, 0.0))
    return (
        CameraAt(
            "cam1", KERB + 2.0, -REACH + 35.0, 8.0, (5.0, -REACH + 62.0), 1000,
            lines={"s-speed": south_speed},
            lanes=across("s-speed", _ACROSS, lambda d: (KERB - d, -REACH + 60.0)),
        ),
        CameraAt(
            "cam2", -REACH + 35.0, -KERB - 2.0, 8.0, (-REACH + 62.0, -5.0), 1000,
            lines={"w-speed": west_speed},
            lanes=across("w-speed", _ACROSS, lambda d: (-REACH + 60.0, d - KERB)),
        ),
        *_plate_cameras(arms).values(),
    )  # fmt: skip


def _guard() -> CameraAt:
    """Across the junction: it sees who comes to the southern stop line from the front."""
    return CameraAt(
        "stop-s", KERB + 2.0, STOP - 4.0, 8.0, (6.0, -STOP - 2.0), 1300,
        lines={"s-stop": ((KERB, -STOP), (0.0, -STOP))},
        lanes=across("s-stop", LANES, lambda d: (KERB - d, -STOP)),
    )  # fmt: skip
