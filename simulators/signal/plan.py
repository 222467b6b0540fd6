"""A fixed-time plan as a pure function of time: stages in a ring, and what their phases show."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

RED, YELLOW, GREEN, FLASHING_GREEN = "r", "y", "g", "fg"
FLASHING_YELLOW, DARK, CONFLICT = "fy", "d", "x"

BLINK_S = 0.5
"""A flashing lamp is lit and dark for this long in turn."""


@dataclass(frozen=True)
class Stage:
    """Phases that have right of way together.

    Attributes:
        vehicles: Phases shown green, then yellow.
        walkers: Pedestrian phases shown green, then flashing green, red before the yellow.
        green_s: From start of green to start of yellow.
    """

    vehicles: tuple[int, ...]
    walkers: tuple[int, ...]
    green_s: float


class Plan(Protocol):
    """What a controller can run: see ``FixedTimePlan`` for the members."""

    @property
    def number(self) -> int: ...
    @property
    def stages(self) -> tuple[Stage, ...]: ...
    @property
    def cycle_s(self) -> float: ...
    @property
    def phases(self) -> tuple[int, ...]: ...
    def at(self, now: float, /) -> dict[int, str]: ...
    def edges(self, after: float, until: float, /) -> Iterator[float]: ...


@dataclass(frozen=True)
class FixedTimePlan:
    """Stages one after the other, for ever.

    Attributes:
        yellow_s: Yellow of vehicle phases.
        all_red_s: Nobody goes.
        clear_s: Flashing green of pedestrian phases, the end of their green.
    """

    number: int
    stages: tuple[Stage, ...]
    yellow_s: float = 3.0
    all_red_s: float = 2.0
    clear_s: float = 4.0

    def __post_init__(self) -> None:
        for stage in self.stages:
            least = self.clear_s + 2 if stage.walkers else 2
            if stage.green_s < least:
                raise ValueError(f"green of {stage.green_s} s is shorter than {least} s")

    @property
    def cycle_s(self) -> float:
        return sum(stage.green_s + self.yellow_s + self.all_red_s for stage in self.stages)

    @property
    def phases(self) -> tuple[int, ...]:
        """Every phase number, ascending."""
        return tuple(sorted({p for s in self.stages for p in (*s.vehicles, *s.walkers)}))

    def at(self, now: float) -> dict[int, str]:
        """Aspect of every phase."""
        shown = dict.fromkeys(self.phases, RED)
        into = now % self.cycle_s
        for stage in self.stages:
            if into < stage.green_s:
                shown |= dict.fromkeys(stage.vehicles, GREEN)
                walk = GREEN if into < stage.green_s - self.clear_s else FLASHING_GREEN
                return shown | dict.fromkeys(stage.walkers, walk)
            if into < stage.green_s + self.yellow_s:
                return shown | dict.fromkeys(stage.vehicles, YELLOW)
            into -= stage.green_s + self.yellow_s + self.all_red_s
            if into < 0:
                break
        return shown

    def edges(self, after: float, until: float) -> Iterator[float]:
        """Moments in (after, until] at which some phase changes, ascending."""
        start = after // self.cycle_s * self.cycle_s
        while start <= until:
            begin = start
            for stage in self.stages:
                moments = [begin, begin + stage.green_s, begin + stage.green_s + self.yellow_s]
                if stage.walkers:
                    moments.insert(1, begin + stage.green_s - self.clear_s)
                yield from (moment for moment in moments if after < moment <= until)
                begin += stage.green_s + self.yellow_s + self.all_red_s
            start += self.cycle_s


def four_arms() -> FixedTimePlan:
    """The plan of the map ``generic``: two roads with protected left turns, two crossings."""
    return FixedTimePlan(
        number=1,
        stages=(
            Stage(vehicles=(1,), walkers=(5,), green_s=14.0),
            Stage(vehicles=(2,), walkers=(), green_s=6.0),
            Stage(vehicles=(3,), walkers=(6,), green_s=12.0),
            Stage(vehicles=(4,), walkers=(), green_s=6.0),
        ),
    )


def lamps(aspect: str, now: float) -> tuple[bool, bool, bool]:
    """Red, yellow, green lamp of a head that shows this aspect at this moment."""
    lit = now % (2 * BLINK_S) < BLINK_S
    return {
        RED: (True, False, False),
        YELLOW: (False, True, False),
        GREEN: (False, False, True),
        FLASHING_YELLOW: (False, lit, False),
        FLASHING_GREEN: (False, False, lit),
        DARK: (False, False, False),
        CONFLICT: (True, False, True),
    }[aspect]
