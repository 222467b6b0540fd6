"""The station: numbers what its scales weighed, keeps it, and knows how it is itself."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from edge_agent.simulators.wim.scale import COMPENSATED, FLAGS, Scale, Told
from edge_agent.simulators.wim.traffic import Passing, Traffic

KEPT = 4000
IDENTITY = {0: "Roadside Simulators", 1: "SIM-WIM", 2: "1.0", 4: "Weigh-in-motion", 5: "WIM-2"}

_LEFT, _RIGHT, _TEMPERATURE = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record and its sequence."""

    sequence: int
    told: Told


@dataclass
class Station:
    """One simulated station.

    Attributes:
        now_ms: UTC.
        truth: Told of every record, with what is true and what is told, as it is made.
        kept: Records not acknowledged yet, oldest first.
        recent: The newest, for the ring of registers.
        clock_ms: Error of its clock.
    """

    traffic: Traffic
    scale: Scale
    now_ms: Callable[[], int]
    truth: Callable[[dict[str, Any]], None]
    name: str = "wim"
    lanes: tuple[int, ...] = (1, 2)
    slots: int = 16
    keep: int = KEPT
    boot: int = 1
    newest: int = 0
    clock_set: bool = True
    clock_ms: int = 0
    calibrated: bool = True
    kept: deque[Numbered] = field(default_factory=deque)
    recent: deque[Numbered] = field(default_factory=deque)
    counts: dict[int, int] = field(default_factory=dict)
    dropped: int = 0
    acknowledged: int = 0
    identity: dict[int, str] = field(default_factory=lambda: dict(IDENTITY))
    _booted_ms: int = 0

    def __post_init__(self) -> None:
        self._booted_ms = self.now_ms()

    def advance(self) -> int:
        """Weigh what has come; returns now."""
        now = self.now_ms()
        for told, truly in self.scale.weigh(self.traffic.until(now)):
            self.record(told, truly)
        return now

    def record(self, told: Told, truly: list[Passing]) -> None:
        """Number and keep one record."""
        if not self.clock_set:
            flags = told.flags | FLAGS["clock-not-set"]
            told = replace(told, flags=flags)
        self.newest += 1
        self.counts[told.lane] = self.counts.get(told.lane, 0) + 1
        numbered = Numbered(self.newest, replace(told, t_ms=self._clock(told.t_ms)))
        for store, most in ((self.kept, self.keep), (self.recent, self.slots)):
            store.append(numbered)
            if len(store) > most:
                store.popleft()
                self.dropped += store is self.kept
        self.truth(
            {
                "t": told.t_ms,
                "what": "vehicle",
                "device": self.name,
                "n": self.newest,
                "boot": self.boot,
                "lane": told.lane,
                "vehicles": len(truly),
                "axles": [list(axle) for passing in truly for axle in passing.axles],
                "gross": sum(axle.left + axle.right for p in truly for axle in p.axles),
                "spd": truly[0].speed if truly else None,
                "told": [list(axle) for axle in told.axles],
                "flags": [name for name, bit in FLAGS.items() if told.flags & bit],
            }
        )

    def acknowledge(self, sequence: int) -> None:
        """The host has it: forget this one."""
        self.acknowledged += 1
        for index, numbered in enumerate(self.kept):
            if numbered.sequence == sequence:
                del self.kept[index]
                return

    def clock(self) -> int:
        """What its clock shows now."""
        return self._clock(self.now_ms())

    def state(self, lane: int) -> int:
        """State bits of a lane."""
        temperature = self.scale.temperature
        warm = temperature is None or not COMPENSATED[0] <= temperature <= COMPENSATED[1]
        return (
            _LEFT * self.scale.dead.get((lane, "left"), False)
            | _RIGHT * self.scale.dead.get((lane, "right"), False)
            | _TEMPERATURE * warm
            | 8 * (not self.calibrated)
        )

    def reboot(self) -> None:
        """Start again: numbering from 1, what was kept is forgotten."""
        self.advance()
        self.boot = self.boot % 0xFFFF + 1
        self.newest = 0
        self.recent.clear()
        self.counts.clear()
        self.kept.clear()
        self._booted_ms = self.now_ms()
        self.tell("reboot", boot=self.boot)

    def tell(self, what: str, **facts: Any) -> None:
        """Write something else that truly happened."""
        self.truth({"t": self.now_ms(), "what": what, "device": self.name, **facts})

    def _clock(self, utc_ms: int) -> int:
        if not self.clock_set:
            return max(0, utc_ms - self._booted_ms)
        return utc_ms + self.clock_ms
