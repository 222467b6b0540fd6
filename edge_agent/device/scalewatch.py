"""Does a scale still weigh as it did? Dead channels at once, slow drift by statistics; pure state.

Two figures a lane stay put while the traffic does: the share of the left wheels, and the mean
weight of the first axle of long vehicles, which differs little between empty and laden ones. Means
over a window are held against a reference: the figure of the last calibration where the settings
know it, else the first window that was seen.
"""

from collections import deque
from dataclasses import dataclass, field
from math import sqrt

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.clock import Stamp
from edge_agent.device.notices import Notice, Notices
from edge_agent.device.readings import AxlesReading, ConditionReading, Severity
from edge_agent.device.weighing import OUT_OF_RANGE

_SURE = 4.0
"""Standard errors that a deviation must have before it is believed."""

_CLEAR = 0.7
"""Share of the limit at which a drift alarm clears."""

_DEAD_SHARE = 0.02
"""A side that carries less of the other than this measures nothing."""

_LEFT_DEAD, _RIGHT_DEAD, _TEMPERATURE, _CALIBRATION, _CLOSED = range(5)


class DriftSettings(BaseModel):
    """When a scale counts as drifting or dead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    percent: float = Field(
        default=3.0, gt=0, le=50, description="Deviation of the mean that is an alarm, %."
    )
    vehicles: int = Field(
        default=300, ge=20, le=10_000, description="Vehicles in the window of a mean."
    )
    axles: int = Field(
        default=5, ge=2, le=12, description="Least axles of the vehicles whose first axle is used."
    )
    first_axle_kg: int | None = Field(
        default=None, gt=0, description="Their mean after the last calibration; else learned."
    )
    dead_after: int = Field(
        default=3, ge=1, le=100, description="Vehicles in a row without one side: it is dead."
    )


@dataclass
class Mean:
    """A windowed mean beside its reference, both with their standard errors.

    Attributes:
        reference: What it should be; learned from the first full window when None.
    """

    size: int
    reference: float | None = None
    _error: float = 0.0
    _values: deque[float] = field(default_factory=deque)
    _sum: float = 0.0
    _squares: float = 0.0

    def take(self, value: float) -> None:
        """One more value; the window slides."""
        self._values.append(value)
        self._sum += value
        self._squares += value * value
        if len(self._values) > self.size:
            old = self._values.popleft()
            self._sum -= old
            self._squares -= old * old
        if self.reference is None and len(self._values) == self.size:
            self.reference, self._error = self._now()
            self._values.clear()
            self._sum = self._squares = 0.0

    def deviation(self) -> tuple[float, float] | None:
        """Relative deviation and its standard error; None before the window is full."""
        if self.reference is None or len(self._values) < self.size:
            return None
        mean, error = self._now()
        return mean / self.reference - 1, sqrt(error**2 + self._error**2) / self.reference

    def _now(self) -> tuple[float, float]:
        count = len(self._values)
        mean = self._sum / count
        return mean, sqrt(max(0.0, self._squares / count - mean * mean) / count)


@dataclass
class _Lane:
    level: Mean
    balance: Mean
    silent: dict[str, int] = field(default_factory=lambda: {"left": 0, "right": 0})
    state: int = 0


class ScaleWatch:
    """Watches the lanes of one station."""

    def __init__(self, settings: DriftSettings) -> None:
        self._settings = settings
        self._lanes: dict[str, _Lane] = {}
        self._raised: set[str] = set()

    def states(self, states: dict[str, int]) -> None:
        """Lane states as the station tells them."""
        for lane, state in states.items():
            self._lane(lane).state = state

    def take(self, reading: AxlesReading) -> None:
        """One vehicle more."""
        lane = self._lane(reading.lane)
        axles = [axle for axle in reading.axles if axle.left or axle.right]
        if axles and OUT_OF_RANGE not in reading.flags:
            no_left = all(_empty(axle.left, axle.right) for axle in axles)
            no_right = all(_empty(axle.right, axle.left) for axle in axles)
            lane.silent["left"] = lane.silent["left"] + 1 if no_left else 0
            lane.silent["right"] = lane.silent["right"] + 1 if no_right else 0
        if reading.flags or not all(axle.left and axle.right for axle in reading.axles):
            return  # a doubtful weight says nothing about the scale
        left = sum(axle.left or 0 for axle in reading.axles)
        right = sum(axle.right or 0 for axle in reading.axles)
        if left + right:
            lane.balance.take(left / (left + right))
        if len(reading.axles) >= self._settings.axles:
            first = reading.axles[0]
            lane.level.take((first.left or 0) + (first.right or 0))

    def tell(self, notices: Notices, at: Stamp) -> list[ConditionReading]:
        """Conditions that are news."""
        told = []
        for name, lane in sorted(self._lanes.items()):
            for notice, active in self._conditions(name, lane):
                told += notices.state(notice, at, active=active)
        return told

    def figures(self) -> dict[str, int]:
        """Deviations and what they can resolve, per mille, of lanes whose windows are full."""
        found = {}
        for name, lane in sorted(self._lanes.items()):
            for what, mean in (("level", lane.level), ("balance", lane.balance)):
                deviation = mean.deviation()
                if deviation is not None:
                    found[f"lane-{name}-{what}-permille"] = round(deviation[0] * 1000)
                    found[f"lane-{name}-{what}-sure-permille"] = round(_SURE * deviation[1] * 1000)
        return found

    def _lane(self, name: str) -> _Lane:
        if name not in self._lanes:
            size = self._settings.vehicles
            first_axle = self._settings.first_axle_kg
            self._lanes[name] = _Lane(Mean(size, first_axle), Mean(size))
        return self._lanes[name]

    def _conditions(self, name: str, lane: _Lane) -> list[tuple[Notice, bool]]:
        look, again = "Have the sensors and their cables looked at", "Have the station calibrated"
        where, state = f"Lane {name}: ", lane.state
        patience = self._settings.dead_after
        left = bool(state >> _LEFT_DEAD & 1) or lane.silent["left"] >= patience
        right = bool(state >> _RIGHT_DEAD & 1) or lane.silent["right"] >= patience
        level = self._drifts(f"level {name}", lane.level, 1.0)
        # One channel that weighs x too much moves the share of its side by about x / 2.
        balance = self._drifts(f"balance {name}", lane.balance, 0.5)

        def told(code: str, text: str, do: str = again, *, critical: bool = False) -> Notice:
            severity: Severity = "critical" if critical else "warning"
            return Notice(f"{code}-lane-{name}", severity, where + text, do)

        return [
            (told("left-dead", "the left channel measures nothing", look, critical=True), left),
            (told("right-dead", "the right channel measures nothing", look, critical=True), right),
            (
                told("temperature", "outside the temperatures that the station compensates"),
                bool(state >> _TEMPERATURE & 1),
            ),
            (told("calibration", "calibration expired"), bool(state >> _CALIBRATION & 1)),
            (told("closed", "weighing is switched off", ""), bool(state >> _CLOSED & 1)),
            (told("drift", "weights drift" + _by(lane.level)), level),
            (told("balance", "left and right drift apart" + _by(lane.balance)), balance),
        ]

    def _drifts(self, key: str, mean: Mean, share: float) -> bool:
        """Whether a mean is beyond its limit, with hysteresis, and surely so."""
        deviation = mean.deviation()
        if deviation is not None:
            limit = share * self._settings.percent / 100
            far = abs(deviation[0])
            if far > limit and far > _SURE * deviation[1]:
                self._raised.add(key)
            elif far < _CLEAR * limit:
                self._raised.discard(key)
        return key in self._raised


def _by(mean: Mean) -> str:
    deviation = mean.deviation()
    return "" if deviation is None else f" by {100 * deviation[0]:+.1f} %"


def _empty(here: int | None, there: int | None) -> bool:
    return (here or 0) <= _DEAD_SHARE * (there or 0)
