"""A signal controller: rings, barriers, actuation, and what goes wrong with it.

Ticks are tenths of a second. Outputs change at ticks only, so times of phase changes are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.simulators.world.signal_plan import Phase, Plan
from edge_agent.simulators.world.signal_state import Aspect, Mode, SignalState, Walk

Interval = Literal["green", "yellow", "red", "rest"]

START_UP_FLASH = 60
START_UP_RED = 30
"""After a reboot: flashing yellow, then all red, tenths of a second."""


@dataclass(slots=True)
class Ring:
    """What one ring is doing."""

    phase: int | None = None
    interval: Interval = "rest"
    age: int = 0
    gap: int = 0
    waited: int = 0
    walking: bool = False


Told = Callable[[str, int, str], None]
"""Called with ``phase``, ``overlap`` or ``ped``, its number and its new aspect."""


@dataclass(slots=True, eq=False)
class Controller:
    """One controller, ticked by the world.

    Attributes:
        plan: In force.
        present: Detector to the number of vehicles in it.
        volume: Detector to vehicles that came into it.
        forced: Phases lit green by a fault.
        lamps_out: Lamps that do not burn.
    """

    name: str
    plan: Plan
    told: Told
    present: dict[str, int] = field(default_factory=dict)
    volume: dict[str, int] = field(default_factory=dict)
    forced: set[int] = field(default_factory=set)
    lamps_out: set[tuple[int, Aspect]] = field(default_factory=set)
    mode: Mode = "start-up"
    aspects: dict[int, Aspect] = field(default_factory=dict)
    overlap_aspects: dict[int, Aspect] = field(default_factory=dict)
    walks: dict[int, Walk] = field(default_factory=dict)
    calls: set[int] = field(default_factory=set)
    walk_calls: set[int] = field(default_factory=set)
    since: dict[int, int] = field(default_factory=dict)
    overlap_since: dict[int, int] = field(default_factory=dict)
    now_ms: int = 0
    cycle_ticks: int = 0
    _rings: list[Ring] = field(default_factory=list)
    _phases: dict[int, Phase] = field(default_factory=dict)
    _barrier: int = 0
    _left: int = 0

    def __post_init__(self) -> None:
        self._phases = {phase.number: phase for phase in self.plan.phases}
        self._rings = [Ring() for _ in self.plan.rings]
        for phase in self.plan.phases:
            if phase.detector is not None:
                self.present.setdefault(phase.detector, 0)
                self.volume.setdefault(phase.detector, 0)
        self._left = START_UP_RED

    # What the world and its faults do to it.

    def flash(self) -> None:
        """Go to flashing yellow and stay there."""
        self.mode = "flash"

    def dark(self) -> None:
        """Lose power."""
        self.mode = "dark"

    def start(self, *, flashing: bool = True) -> None:
        """Come up again: flash, all red, then the first phases."""
        self.mode = "start-up"
        self._left = START_UP_RED + (START_UP_FLASH if flashing else 0)
        self._rings = [Ring() for _ in self.plan.rings]
        self._barrier = self.cycle_ticks = 0

    def tick(self, now_ms: int) -> None:
        """Let a tenth of a second begin; ``now_ms`` is its moment."""
        self.now_ms = now_ms
        if self.mode == "start-up":
            if self._left == 0:
                self.mode = "auto"
            self._left -= 1
        if self.mode == "auto":
            self._call()
            for ring in self._rings:
                self._time(ring)
            self._advance()
            self.cycle_ticks += 1
        self._show()

    # Timing.

    def _call(self) -> None:
        running = {ring.phase for ring in self._rings if ring.interval == "green"}
        for phase in self.plan.phases:
            number = phase.number
            if number in running:
                continue
            if (
                self.plan.fixed
                or phase.recall != "none"
                or (phase.detector is not None and self.present[phase.detector])
            ):
                self.calls.add(number)

    def _time(self, ring: Ring) -> None:
        ring.age += 1
        if ring.phase is None:
            return
        phase = self._phases[ring.phase]
        if ring.interval == "green":
            occupied = phase.detector is not None and self.present[phase.detector] > 0
            ring.gap = 0 if occupied else ring.gap + 1
            ring.waited = ring.waited + 1 if self.calls - {ring.phase} else 0
        elif ring.interval == "yellow" and ring.age > phase.yellow:
            ring.interval, ring.age = "red", 1
        if ring.interval == "red" and ring.age > phase.red:
            ring.interval, ring.age = "rest", 0

    def _advance(self) -> None:
        ready = [self._ready(index) for index in range(len(self._rings))]
        follow = [self._following(index) for index in range(len(self._rings))]
        for index, ring in enumerate(self._rings):
            if ring.interval == "green" and ready[index] and follow[index] is not None:
                self._end(ring)
            elif ring.interval == "rest" and follow[index] is not None:
                self._begin(ring, follow[index])
        if any(self._following(index) is not None for index in range(len(self._rings))):
            return
        if not self._wanted_beyond():
            return
        if all(
            ring.interval == "rest" or (ring.interval == "green" and ready[index])
            for index, ring in enumerate(self._rings)
        ):
            greens = [ring for ring in self._rings if ring.interval == "green"]
            for ring in greens:
                self._end(ring)
            if not greens:
                self._cross()

    def _ready(self, index: int) -> bool:
        ring = self._rings[index]
        if ring.interval != "green" or ring.phase is None:
            return False
        phase = self._phases[ring.phase]
        if self.plan.fixed or phase.recall == "max":
            return ring.age >= phase.max_green
        least = max(phase.min_green, phase.walk + phase.clear if ring.walking else 0)
        return ring.age >= least and (ring.gap >= phase.passage or ring.waited >= phase.max_green)

    def _following(self, index: int) -> int | None:
        """The next called phase of the ring on this side of the barrier."""
        group = self.plan.rings[index][self._barrier]
        current = self._rings[index].phase
        start = group.index(current) + 1 if current in group else 0
        for number in group[start:]:
            if number in self.calls:
                return number
        return None

    def _wanted_beyond(self) -> bool:
        here = {number for ring in self.plan.rings for number in ring[self._barrier]}
        if self.calls - here:
            return True
        # Nobody waits beyond, yet somebody does for a phase that this side has already passed.
        return bool(self.calls & here)

    def _cross(self) -> None:
        count = len(self.plan.rings[0])
        for step in range(1, count + 1):
            barrier = (self._barrier + step) % count
            if any(set(ring[barrier]) & self.calls for ring in self.plan.rings):
                break
        if barrier <= self._barrier:
            self.cycle_ticks = 0
        self._barrier = barrier
        for index, ring in enumerate(self._rings):
            ring.phase = None
            group = self.plan.rings[index][barrier]
            wanted = self._following(index)
            # Dual entry: a ring without a call runs its last phase beside the other ring's.
            self._begin(ring, group[-1] if wanted is None else wanted)

    def _begin(self, ring: Ring, number: int | None) -> None:
        if number is None:
            return
        phase = self._phases[number]
        ring.phase, ring.interval, ring.age, ring.gap, ring.waited = number, "green", 0, 0, 0
        ring.walking = phase.walk > 0 and (self.plan.fixed or number in self.walk_calls)
        self.calls.discard(number)
        self.walk_calls.discard(number)

    def _end(self, ring: Ring) -> None:
        ring.interval, ring.age = "yellow", 1
        if ring.phase is not None and self._phases[ring.phase].yellow == 0:
            ring.interval = "red"

    # Lamps.

    def _show(self) -> None:
        for phase in self.plan.phases:
            aspect = self._aspect(phase.number)
            if self.aspects.get(phase.number) != aspect:
                self.aspects[phase.number] = aspect
                self.since[phase.number] = self.now_ms
                self.told("phase", phase.number, aspect)
            if phase.walk:
                walk = self._walk(phase)
                if self.walks.get(phase.number) != walk:
                    self.walks[phase.number] = walk
                    self.told("ped", phase.number, walk)
        for number, parents in self.plan.overlaps:
            aspect = self._overlap(parents)
            if self.overlap_aspects.get(number) != aspect:
                self.overlap_aspects[number] = aspect
                self.overlap_since[number] = self.now_ms
                self.told("overlap", number, aspect)

    def _aspect(self, number: int) -> Aspect:
        if self.mode == "dark":
            return "d"
        if self.mode == "flash" or (self.mode == "start-up" and self._left >= START_UP_RED):
            return "fy"
        if number in self.forced:
            return "g"
        for ring in self._rings:
            if ring.phase == number:
                return (
                    "g" if ring.interval == "green" else "y" if ring.interval == "yellow" else "r"
                )
        return "r"

    def _overlap(self, parents: tuple[int, ...]) -> Aspect:
        shown = {self.aspects[number] for number in parents}
        following = {
            self._following(index)
            for index, ring in enumerate(self._rings)
            if ring.interval in {"yellow", "red"}
        }
        if "y" in shown and following & set(parents):
            return "g"  # the next parent is known: the overlap runs through the change
        for aspect in ("d", "fy", "g", "y"):
            if aspect in shown:
                return aspect
        return "r"

    def _walk(self, phase: Phase) -> Walk:
        for ring in self._rings:
            if ring.phase == phase.number and ring.interval == "green" and ring.walking:
                if self.mode != "auto":
                    break
                if ring.age < phase.walk:
                    return "walk"
                if ring.age < phase.walk + phase.clear:
                    return "clear"
        return "dont"

    def state(self) -> SignalState:
        """A copy of everything that can be asked."""
        alarms = [
            code
            for code, holds in (
                ("conflict", bool(self.forced)),
                ("flash", self.mode == "flash"),
                ("lamp-out", bool(self.lamps_out)),
                ("power", self.mode == "dark"),
            )
            if holds
        ]
        follow = (self._following(index) for index in range(len(self._rings)))
        plan = self.plan.number if self.plan.fixed else 254
        return SignalState(
            mode=self.mode,
            plan=255 if self.mode == "flash" else plan,
            cycle_ms=self.cycle_ticks * 100,
            phases=dict(self.aspects),
            since_ms=dict(self.since),
            overlaps=dict(self.overlap_aspects),
            walks=dict(self.walks),
            calls=frozenset(self.calls),
            walk_calls=frozenset(self.walk_calls),
            on=frozenset(r.phase for r in self._rings if r.phase is not None),
            next=frozenset(number for number in follow if number is not None),
            detectors={name: count > 0 for name, count in self.present.items()},
            volumes=dict(self.volume),
            alarms=tuple(alarms),
            lamps_out=tuple(sorted(self.lamps_out)),
        )
