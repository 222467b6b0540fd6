"""The site's own roads as SUMO reads them, built by netconvert.

Straight links become edges; ways through a junction become connections between them. Positions are
not shifted, so what SUMO says of a place is a place of the site.
"""

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from edge_agent.simulators.sumo.program import SumoError, find
from edge_agent.simulators.world.network import Link, Network, Route

APRON_M = 30.0
"""Road before the site's edge, so that the front of a vehicle can appear just there."""

_EDGE_SPEED = 40.0
_SPREAD_M = 0.1

TYPES = ("two-wheels", "car", "heavy")
_CLASSES = {"two-wheels": "motorcycle", "car": "passenger", "heavy": "truck"}
_RUNS_RED = {"": -1, "-runs-red": 2.5}
"""Suffix of a type, and seconds after red at which its drivers still go."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Files for SUMO, and the link whose head rules each connection of a junction's lamps."""

    net: Path
    routes: Path
    lamps: Mapping[str, tuple[Link, ...]]


def drivable(route: Route) -> bool:
    """Whether SUMO can: it has no traffic against the direction of an edge."""
    return route.movement != "wrong-way"


def build(network: Network, folder: Path) -> Roads:
    """Write the network into a folder and have netconvert join it.

    Raises:
        SumoError: netconvert is missing or finds fault with it.
    """
    routes = [route for entry in network.entries for route in entry.routes if drivable(route)]
    links = {link.name: link for route in routes for link in route.links}
    edges = [link for link in links.values() if not _turn(link)]
    ends = _ends(edges)
    nodes: dict[str, tuple[float, float]] = {}
    for link in edges:
        nodes.setdefault(ends[link.name][0], link.path.at(_start(link, ends))[:2])
        nodes.setdefault(ends[link.name][1], link.path.points[-1])
    lit = {ends[pair[0].name][1] for pair in _pairs(routes) if _ruler(*pair).head is not None}
    centre = {ends[link.name][1] for link in edges if any(_turn(way) for way in link.after)}
    _write(folder / "nodes.nod.xml", "nodes", [
        _tag("node", id=name, x=0.0 if name in centre else x, y=0.0 if name in centre else y,
             type="traffic_light" if name in lit else "priority")
        for name, (x, y) in nodes.items()
    ])  # fmt: skip
    _write(folder / "edges.edg.xml", "edges", [_edge(link, ends) for link in edges])
    _write(folder / "connections.con.xml", "connections", _connections(routes))
    _write(folder / "routes.rou.xml", "routes", [*_types(), *(_route(route) for route in routes)])
    net = folder / "site.net.xml"
    _netconvert(folder, net)
    return Roads(net, folder / "routes.rou.xml", _lamps(net, routes))


def _turn(link: Link) -> bool:
    return link.half > 0


def _ends(edges: list[Link]) -> dict[str, tuple[str, str]]:
    """Names of the nodes at which each edge begins and ends."""
    begins = {link.name: f"{link.name}-begin" for link in edges}
    finishes = {}
    for link in edges:
        ways = [behind for behind in link.after if behind.name in begins or _turn(behind)]
        finishes[link.name] = "junction" if any(map(_turn, ways)) else f"{link.name}-end"
        for way in ways:
            for behind in way.after if _turn(way) else [way]:
                begins[behind.name] = finishes[link.name]
    return {name: (begins[name], finishes[name]) for name in begins}


def _pairs(routes: list[Route]) -> list[tuple[Link, Link, Link | None]]:
    """Edges that follow each other, with the way through the junction between them, once each."""
    found = {}
    for route in routes:
        before, turn = route.links[0], None
        for link in route.links[1:]:
            if _turn(link):
                turn = link
                continue
            found[before.name, link.name] = (before, link, turn)
            before, turn = link, None
    return list(found.values())


def _ruler(_: Link, after: Link, turn: Link | None) -> Link:
    return after if turn is None else turn


def _start(link: Link, ends: Mapping[str, tuple[str, str]]) -> float:
    """Where an edge begins along its link: before it where nothing leads to it."""
    return -APRON_M if ends[link.name][0].endswith("-begin") else 0.0


def _edge(link: Link, ends: Mapping[str, tuple[str, str]]) -> str:
    begin, end = ends[link.name]
    middle = (link.lanes[0].low + link.lanes[-1].high) / 2 - link.path_d
    shape = [link.path.at(s, middle)[:2] for s in (_start(link, ends), link.length)]
    lane = link.lanes[0]
    return _tag(
        "edge",
        id=link.name,
        **{"from": begin, "to": end},
        numLanes=len(link.lanes),
        width=lane.high - lane.low,
        speed=_EDGE_SPEED,
        spreadType="center",
        shape=" ".join(f"{x},{y}" for x, y in shape),
    )


def _connections(routes: list[Route]) -> list[str]:
    tags = []
    for before, after, turn in _pairs(routes):
        low = turn.path_d - turn.half if turn else before.lanes[0].low
        high = turn.path_d + turn.half if turn else before.lanes[-1].high
        speed = {"speed": turn.cap} if turn and turn.cap else {}
        tags += [
            _tag("connection", **{"from": before.name}, to=after.name,
                 fromLane=index, toLane=index, **speed)
            for index, lane in enumerate(before.lanes)
            if lane.low >= low - _SPREAD_M and lane.high <= high + _SPREAD_M
        ]  # fmt: skip
    return tags


def _types() -> list[str]:
    return [
        _tag(
            "vType",
            id=name + suffix,
            vClass=_CLASSES[name],
            speedFactor=1,
            speedDev=0,
            sigma=0.3,
            jmDriveAfterRedTime=seconds,
        )
        for name in TYPES
        for suffix, seconds in _RUNS_RED.items()
    ]


def _route(route: Route) -> str:
    return _tag(
        "route",
        id=route.name,
        edges=" ".join(link.name for link in route.links if not _turn(link)),
    )


def _netconvert(folder: Path, net: Path) -> None:
    ran = subprocess.run(
        [
            find("netconvert"),
            *("--node-files", folder / "nodes.nod.xml"),
            *("--edge-files", folder / "edges.edg.xml"),
            *("--connection-files", folder / "connections.con.xml"),
            *("--output-file", net),
            "--offset.disable-normalization",
            "--no-turnarounds",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if ran.returncode:
        raise SumoError(f"netconvert refuses the site: {ran.stderr.strip()}")


def _lamps(net: Path, routes: list[Route]) -> dict[str, tuple[Link, ...]]:
    rulers = {(pair[0].name, pair[1].name): _ruler(*pair) for pair in _pairs(routes)}
    places: dict[str, dict[int, Link]] = {}
    for tag in ET.parse(net).getroot().iter("connection"):  # noqa: S314 - netconvert's own file
        junction = tag.get("tl")
        if junction is not None:
            ruler = rulers[tag.get("from", ""), tag.get("to", "")]
            places.setdefault(junction, {})[int(tag.get("linkIndex", ""))] = ruler
    return {name: tuple(link for _, link in sorted(row.items())) for name, row in places.items()}


def _tag(name: str, **attributes: object) -> str:
    return f"<{name} {' '.join(f'{key}={quoteattr(str(v))}' for key, v in attributes.items())}/>"


def _write(path: Path, root: str, tags: list[str]) -> None:
    path.write_text("\n".join([f"<{root}>", *tags, f"</{root}>", ""]), encoding="utf-8")
