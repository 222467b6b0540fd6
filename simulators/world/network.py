"""The road: links with lanes, the ways through them, and the places where sensors look.

Across a carriageway ``d`` is metres to the left of the kerb; traffic keeps to the right. All links
of a site share that frame, so a vehicle keeps its ``d`` from one link to the next. Along a link
``s`` is metres from its start; a vehicle's ``s`` is that of its front bumper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from edge_agent.simulators.world.geometry import Path

if TYPE_CHECKING:
    from edge_agent.simulators.world.mover import Mover

Movement = Literal["through", "left", "right", "wrong-way"]
StationKind = Literal["line", "detector", "axles", "tag", "plate"]

_CLEARANCE_M = 1.0


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: its number (1 next to the kerb) and its edges, metres from the kerb."""

    number: int
    low: float
    high: float
    two_wheels: bool = False

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Head:
    """The signal that lets traffic into a link: a controller's phase or overlap."""

    controller: str
    group: Literal["phase", "overlap"]
    number: int


@dataclass(frozen=True, slots=True)
class Station:
    """A place on a link where something is sensed.

    Attributes:
        kind: What is sensed: the front bumper on a line, presence in a detector, axles, a tag in
            the field of an antenna, a plate in the picture of a camera.
        name: Line, detector, weighing station, antenna or camera.
        start: Where it begins, metres along the link.
        end: Where it ends; equal to ``start`` for a line and for axles.
        lanes: Lanes that it covers.
        reverse: Traffic on this way crosses it against its direction.
        limit_kmh: For a line that measures speed: the limit there.
        pixels: For a camera: widest picture of a plate one metre wide, pixels.
        sees: For a camera: which end of a vehicle faces it.
        tolled: For an antenna: whoever passes it on four wheels needs a tag.
    """

    kind: StationKind
    name: str
    start: float
    end: float
    lanes: tuple[int, ...]
    reverse: bool = False
    limit_kmh: int | None = None
    pixels: int = 0
    sees: Literal["front", "rear"] = "front"
    tolled: bool = False


@dataclass(slots=True, eq=False)
class Link:
    """A stretch of road in one direction, with the vehicles on it, foremost first.

    Attributes:
        path: Its line on the ground.
        path_d: The ``d`` at which that line runs.
        lanes: From the kerb to the middle of the road.
        cap: Highest speed that its bend allows, m/s; None on a straight.
        head: Signal at its start, None where entry is free.
        overtaking: Cars may change lanes here.
        stopping: Some drivers stop at the kerb here.
        approach: For a way through a junction: the side that it comes from.
        turns_right: It bends to the right.
        half: Half of the width that traffic on it uses, metres; decides what it conflicts with.
    """

    name: str
    path: Path
    path_d: float
    lanes: tuple[Lane, ...]
    cap: float | None = None
    head: Head | None = None
    overtaking: bool = False
    stopping: bool = False
    approach: str = ""
    turns_right: bool = False
    half: float = 0.0
    stations: list[Station] = field(default_factory=list)
    after: list["Link"] = field(default_factory=list)
    conflicts: list[tuple["Link", float]] = field(default_factory=list)
    movers: list["Mover"] = field(default_factory=list)
    shut: bool = False
    shut_to_runners: bool = False

    @property
    def length(self) -> float:
        return self.path.length

    @property
    def gated(self) -> bool:
        """Whether one has to look before entering."""
        return self.head is not None or bool(self.conflicts)

    def lane_at(self, d: float) -> int | None:
        """Number of the lane that holds ``d``; None beside the lanes."""
        for lane in self.lanes:
            if lane.low <= d < lane.high:
                return lane.number
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One way through the network.

    Attributes:
        links: In order.
        low: Lower edge of the lanes that it may use before it is free to choose.
        high: Upper edge of them.
        weight: Share of the entry's traffic.
        bikes: Edges that two-wheelers keep to instead, so as not to ride into those who turn.
    """

    name: str
    movement: Movement
    links: tuple[Link, ...]
    low: float
    high: float
    weight: float = 1.0
    bikes: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Where traffic comes in.

    Attributes:
        per_hour: Vehicles an hour, mean.
        limit_kmh: Speed limit that drivers have in mind.
        mix: Models and their weights.
        routes: Ways from here.
        scales: Grows with the flow that a world is asked for; false for the few who break rules.
    """

    name: str
    per_hour: float
    limit_kmh: int
    mix: tuple[tuple[str, float], ...]
    routes: tuple[Route, ...]
    scales: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The roads of a site; ``links`` with the downstream ones first, as they are moved."""

    links: tuple[Link, ...]
    entries: tuple[Entry, ...]


def join(*chain: Link) -> None:
    """Say that each link continues in the next."""
    for before, behind in pairwise(chain):
        if behind not in before.after:
            before.after.append(behind)


def find_conflicts(turns: Sequence[Link]) -> None:
    """Note for every way through a junction the others that cross it, and until where.

    Ways from one approach diverge and never conflict.
    """
    for link in turns:
        for other in turns:
            if link.approach == other.approach:
                continue
            reach = link.half + other.half - _CLEARANCE_M
            until = _last_near(other.path, link.path, reach)
            if until is not None:
                link.conflicts.append((other, until + _CLEARANCE_M))


def _last_near(path: Path, other: Path, reach: float) -> float | None:
    """How far along ``path`` one is still within ``reach`` of ``other``; None when never."""
    rows = [other.at(step * 1.0)[:2] for step in range(int(other.length) + 1)]
    for step in range(int(path.length), -1, -1):
        x, y, _, _ = path.at(float(step))
        if any((x - px) * (x - px) + (y - py) * (y - py) < reach * reach for px, py in rows):
            return float(step)
    return None
