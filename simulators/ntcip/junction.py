"""What a junction shows and senses at a moment: the interface, and a small fixed-time junction.

Everything happens at whole tenths of a second, as in NTCIP 1202, so the moment of each change is
exact. Aspects are ``r y g fy d``; a crossing shows ``r fg g``.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Protocol

TICK_MS = 100
HEADWAY_MS = 1500
PRESENT_MS = 500


@dataclass(frozen=True)
class View:
    """A junction at a moment.

    Attributes:
        phases: Phase number to aspect.
        overlaps: Overlap number to aspect.
        walks: Phase number to what its crossing shows.
        plan: As the controller reports it: pattern number, 254 free, 255 flash.
        cycle_ms: Since the cycle began.
        volumes: Detector number to vehicles since the start.
        present: Detectors that are occupied.
        left_ms: Phase number to time until it changes, where it is known.
        flash: Why it flashes, a word of ``unit.FLASH_REASONS``; None while it does not.
        powered: Without power nothing is lit and nobody answers.
        alarms: Bits that are set: (``short``, ``unit1`` or ``unit2``; bit).
    """

    phases: dict[int, str]
    overlaps: dict[int, str] = field(default_factory=dict)
    walks: dict[int, str] = field(default_factory=dict)
    plan: int = 1
    cycle_ms: int = 0
    volumes: dict[int, int] = field(default_factory=dict)
    present: frozenset[int] = frozenset()
    left_ms: dict[int, int] = field(default_factory=dict)
    flash: str | None = None
    powered: bool = True
    alarms: frozenset[tuple[str, int]] = frozenset()


class Junction(Protocol):
    """Asked for tick after tick, never back in time.

    Attributes:
        detectors: Number to name.
        beside: Phase number to the phases that may go with it.
    """

    detectors: dict[int, str]
    beside: dict[int, tuple[int, ...]]

    def at(self, utc_ms: int) -> View:
        """The junction at this tick."""


@dataclass(frozen=True)
class Stage:
    """Phases that go together; the crossings of some of them beside.

    Attributes:
        green_ms: From start of green to start of yellow.
    """

    phases: tuple[int, ...]
    green_ms: int
    walks: tuple[int, ...] = ()


class FixedJunction:
    """Stages one after the other for ever, and vehicles that come by chance, seeded.

    The cycle is anchored at midnight UTC of 1970, so two copies show the same at the same time.
    """

    def __init__(
        self,
        stages: tuple[Stage, ...],
        start_ms: int,
        *,
        yellow_ms: int = 3000,
        red_ms: int = 2000,
        clear_ms: int = 4000,
        overlaps: dict[int, tuple[int, ...]] | None = None,
        detectors: int = 4,
        per_hour: float = 600.0,
        seed: int = 1,
    ) -> None:
        self._stages = stages
        self._yellow, self._red, self._clear = yellow_ms, red_ms, clear_ms
        self._overlaps = overlaps or {}
        self._cycle = sum(stage.green_ms + yellow_ms + red_ms for stage in stages)
        self.detectors = {n + 1: f"d{n + 1}" for n in range(detectors)}
        self.beside = {
            n: tuple(m for m in stage.phases if m != n) for stage in stages for n in stage.phases
        }
        self._numbers = sorted({n for stage in stages for n in stage.phases})
        self._crossings = sorted({n for stage in stages for n in stage.walks})
        self._rngs = [random.Random(seed * 1000 + n) for n in range(detectors)]
        self._per_hour = per_hour
        self._hits: list[list[int]] = [[] for _ in range(detectors)]
        self._next = [self._after(start_ms, n) for n in range(detectors)]

    def at(self, utc_ms: int) -> View:
        into = utc_ms % self._cycle
        phases = dict.fromkeys(self._numbers, "r")
        walks = dict.fromkeys(self._crossings, "r")
        left: dict[int, int] = {}
        begin = 0
        for stage in self._stages:
            spent = into - begin
            if 0 <= spent < stage.green_ms:
                clearing = spent >= stage.green_ms - self._clear
                walks |= dict.fromkeys(stage.walks, "fg" if clearing else "g")
            for aspect, until in (
                ("g", stage.green_ms),
                ("y", stage.green_ms + self._yellow),
            ):
                if 0 <= spent < until:
                    phases |= dict.fromkeys(stage.phases, aspect)
                    left |= dict.fromkeys(stage.phases, until - spent)
                    break
            begin += stage.green_ms + self._yellow + self._red
        self._arrive(utc_ms)
        return View(
            phases,
            {n: _joined([phases[p] for p in of]) for n, of in self._overlaps.items()},
            walks,
            plan=1,
            cycle_ms=into,
            volumes={n + 1: len(hits) for n, hits in enumerate(self._hits)},
            present=frozenset(n + 1 for n, hits in enumerate(self._hits) if self._on(hits, utc_ms)),
            left_ms=left,
        )

    def _after(self, moment: int, detector: int) -> int:
        mean = max(1.0, 3_600_000 / self._per_hour - HEADWAY_MS)
        gap = HEADWAY_MS + self._rngs[detector].expovariate(1 / mean)
        return moment + round(gap / TICK_MS) * TICK_MS

    def _arrive(self, now: int) -> None:
        for n, hits in enumerate(self._hits):
            while self._next[n] <= now:
                hits.append(self._next[n])
                self._next[n] = self._after(self._next[n], n)

    @staticmethod
    def _on(hits: list[int], now: int) -> bool:
        last = bisect_right(hits, now) - 1
        return last >= 0 and now < hits[last] + PRESENT_MS


def _joined(aspects: list[str]) -> str:
    return next((aspect for aspect in ("g", "y") if aspect in aspects), "r")


def eight_phases(
    start_ms: int, *, seed: int = 1, per_hour: float = 600.0, groups: int = 1
) -> FixedJunction:
    """Four arms: left turns on odd phases, through on even ones with a crossing beside each.

    More ``groups`` repeat the eight phases under the next eight numbers.
    """
    stages = (
        Stage((1, 5), 5000),
        Stage((2, 6), 12_000, walks=(2, 6)),
        Stage((3, 7), 5000),
        Stage((4, 8), 10_000, walks=(4, 8)),
    )
    return FixedJunction(
        tuple(
            replace(stage, phases=tuple(n + 8 * g for g in range(groups) for n in stage.phases))
            for stage in stages
        ),
        start_ms,
        overlaps={1: (2, 3), 2: (6, 7)},
        seed=seed,
        per_hour=per_hour,
    )
