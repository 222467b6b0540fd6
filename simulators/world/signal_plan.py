"""Signal plans: what a traffic engineer writes down; times in tenths of a second, as in NTCIP.

Phases stand in rings and barriers as in NEMA TS 2: within a ring one runs at a time, and all rings
cross a barrier together. An overlap is green with any of its phases.
"""

from dataclasses import dataclass
from typing import Literal

Recall = Literal["none", "min", "max"]


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase.

    Attributes:
        number: 1…16.
        min_green: Tenths of a second, likewise all times below.
        max_green: Longest green once somebody else waits; in a fixed plan, the green.
        passage: Gap that ends an actuated green.
        yellow: Yellow change.
        red: All-red after it.
        walk: Walk of the crossing beside it; 0 where there is none.
        clear: Its flashing clearance.
        recall: Called without a detector: for its minimum, or its maximum.
        detector: Detector that calls and extends it.
    """

    number: int
    min_green: int
    max_green: int
    passage: int = 25
    yellow: int = 30
    red: int = 20
    walk: int = 0
    clear: int = 0
    recall: Recall = "none"
    detector: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of one controller.

    Attributes:
        number: As the controller reports it.
        fixed: Every phase runs its maximum; detectors do nothing.
        phases: All phases.
        rings: For each ring, for each barrier, the phases in order.
        overlaps: Overlap number to the phases it is green with.
    """

    number: int
    fixed: bool
    phases: tuple[Phase, ...]
    rings: tuple[tuple[tuple[int, ...], ...], ...]
    overlaps: tuple[tuple[int, tuple[int, ...]], ...] = ()

    def __post_init__(self) -> None:
        barriers = {len(ring) for ring in self.rings}
        if len(barriers) != 1:
            raise ValueError(f"plan {self.number}: rings with {barriers} barriers")
        placed = [number for ring in self.rings for group in ring for number in group]
        if sorted(placed) != sorted(phase.number for phase in self.phases):
            raise ValueError(f"plan {self.number}: each phase belongs into one ring once")

    def compatible(self, one: int, other: int) -> bool:
        """Whether two phases may be green together: same barrier, different rings."""
        places = {
            number: (ring_number, barrier)
            for ring_number, ring in enumerate(self.rings)
            for barrier, group in enumerate(ring)
            for number in group
        }
        (ring1, barrier1), (ring2, barrier2) = places[one], places[other]
        return one == other or (ring1 != ring2 and barrier1 == barrier2)


def four_arm(number: int, *, fixed: bool) -> Plan:
    """Eight phases, two rings: even ones go through, odd ones turn left; right turns overlap."""
    through = {2: "s", 6: "n", 4: "w", 8: "e"}
    left = {1: "n", 5: "s", 3: "e", 7: "w"}
    phases = [
        Phase(phase, 80, 240, walk=70, clear=100, recall="min", detector=f"{arm}-through")
        for phase, arm in through.items()
    ]
    phases += [
        Phase(phase, 50, 120, passage=20, detector=f"{arm}-left") for phase, arm in left.items()
    ]
    return Plan(
        number=number,
        fixed=fixed,
        phases=tuple(sorted(phases, key=lambda phase: phase.number)),
        rings=(((1, 2), (3, 4)), ((5, 6), (7, 8))),
        overlaps=((1, (2, 3)), (2, (4, 5)), (3, (6, 7)), (4, (8, 1))),
    )


def crossing(number: int) -> Plan:
    """A crossing for people on foot between junctions: phase 2 for vehicles, 4 for people."""
    return Plan(
        number=number,
        fixed=True,
        phases=(
            Phase(2, 350, 350, recall="max"),
            Phase(4, 150, 150, yellow=0, red=20, walk=70, clear=80, recall="max"),
        ),
        rings=(((2,), (4,)),),
    )
