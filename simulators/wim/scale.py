"""The sensors: what a station believes that it weighed, with declared noise and with faults."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edge_agent.simulators.wim.traffic import Passing, TrueAxle

FLAGS = {
    name: 1 << bit
    for bit, name in enumerate(
        (
            "off-scale", "straddling", "tailgating", "speed-change", "missing-axle", "ghost-axle",
            "dead-channel", "temperature", "clock-not-set",
        )
    )
}  # fmt: skip
"""Bits as in docs/wim-profile.md."""

VEHICLE = ("missing-axle", "ghost-axle", "straddling", "off-scale", "speed-change", "tailgating")
"""Faults that befall single vehicles."""

COMPENSATED = (-100, 650)
"""Pavement temperatures, 0.1 °C, that the station makes up for."""

_REFERENCE = 250
_Z95 = 1.96
_STRADDLED = 0.6


@dataclass(frozen=True, slots=True)
class Told:
    """One record before it has a number: None is not measured."""

    t_ms: int
    lane: int
    axles: tuple[tuple[int | None, int | None, int | None], ...]
    gross: int | None
    speed: int | None
    length: int | None
    temperature: int | None
    flags: int
    reverse: bool


@dataclass
class Mishap:
    """A fault of single vehicles.

    Attributes:
        times: Vehicles still to be hit; None for all until switched off.
        noticed: The station knows and flags it.
    """

    times: int | None = 1
    share: float = 1.0
    noticed: bool = True


@dataclass
class Scale:
    """All lanes of one station.

    Attributes:
        accuracy: 95 % of wheel weights lie within ± so many per cent of the truth.
        temperature: Of the pavement, 0.1 °C; None for a dead thermometer.
        drift: Lane to the per mille by which it weighs too much.
        per_degree: Per mille a °C from 25 °C that is not made up for.
        dead: Lane and ``left`` or ``right`` to whether the station noticed.
        mishaps: By the names in ``VEHICLE``.
    """

    seed: int = 1
    accuracy: float = 5.0
    temperature: int | None = 310
    drift: dict[int, float] = field(default_factory=dict)
    per_degree: float = 0.0
    dead: dict[tuple[int, str], bool] = field(default_factory=dict)
    mishaps: dict[str, Mishap] = field(default_factory=dict)
    _held: Passing | None = None

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    def weigh(self, passings: Iterable[Passing]) -> list[tuple[Told, list[Passing]]]:
        """Records and the vehicles that are truly in them: two where one tailgates."""
        found = []
        for passing in passings:
            if self._held is not None:
                found.append(self._together(self._held, passing))
                self._held = None
            elif self._hits("tailgating"):
                self._held = passing
            else:
                found.append((self._one(passing), [passing]))
        return found

    def _together(self, first: Passing, second: Passing) -> tuple[Told, list[Passing]]:
        joint = second.axles[0]._replace(spacing=350)
        both = replace(
            first,
            done_ms=second.done_ms,
            axles=(*first.axles, joint, *second.axles[1:])[:12],
            length=first.length + second.length,
        )
        told = self._one(both)
        noticed = self.mishaps.get("tailgating", Mishap()).noticed
        return replace(told, flags=told.flags | FLAGS["tailgating"] * noticed), [first, second]

    def _one(self, passing: Passing) -> Told:
        flags = 0
        hit = {name for name in VEHICLE[:-1] if self._hits(name)}
        if passing.straddles:
            hit.add("straddling")
        for name in hit:
            flags |= FLAGS[name] * self.mishaps.get(name, Mishap()).noticed
        axles = self._sensed(passing.axles, hit)
        weighed = [self._axle(axle, passing.lane, hit) for axle in axles]
        sides = [side for left, right, _ in weighed for side in (left, right)]
        if None in sides:
            flags |= FLAGS["dead-channel"]
        if self.temperature is None or not COMPENSATED[0] <= self.temperature <= COMPENSATED[1]:
            flags |= FLAGS["temperature"]
        known = sum(side for side in sides if side is not None)
        return Told(
            passing.t_ms,
            passing.lane,
            tuple(weighed),
            None if None in sides else known,
            None if "speed-change" in hit else passing.speed,
            passing.length or None,
            self.temperature,
            flags,
            passing.reverse,
        )

    def _sensed(self, axles: tuple[TrueAxle, ...], hit: set[str]) -> list[TrueAxle]:
        found = list(axles)
        if "missing-axle" in hit and len(found) > 1:
            gone = found.pop(self._rng.randrange(1, len(found)))
            after = axles.index(gone)
            if after < len(found):
                spacing = (found[after].spacing or 0) + (gone.spacing or 0)
                found[after] = found[after]._replace(spacing=spacing)
        if "ghost-axle" in hit and len(found) < 12:  # noqa: PLR2004 - as many as a record holds
            found.append(TrueAxle(180, 160, 240))
        return found

    def _axle(
        self, axle: TrueAxle, lane: int, hit: set[str]
    ) -> tuple[int | None, int | None, int | None]:
        return (
            self._wheel(axle.left * (_STRADDLED if "straddling" in hit else 1), lane, "left"),
            self._wheel(axle.right * (_STRADDLED if "off-scale" in hit else 1), lane, "right"),
            axle.spacing,
        )

    def _wheel(self, kg: float, lane: int, side: str) -> int | None:
        if (lane, side) in self.dead:
            return None if self.dead[lane, side] else 0
        noise = self._rng.gauss(0, self.accuracy / 100 / _Z95)
        warm = ((self.temperature or _REFERENCE) - _REFERENCE) / 10
        wrong = (self.drift.get(lane, 0.0) + self.per_degree * warm) / 1000
        return max(0, round(kg * (1 + noise) * (1 + wrong)))

    def _hits(self, name: str) -> bool:
        mishap = self.mishaps.get(name)
        if mishap is None or mishap.times == 0 or self._rng.random() >= mishap.share:
            return False
        if mishap.times is not None:
            mishap.times -= 1
        return True
