"""From samples to readings: figures that moved, conditions that stayed. Pure state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading, FigureReading, Reading
from edge_agent.device.registers import Measured
from edge_agent.drivers.modbus_map.codec import Sample
from edge_agent.drivers.modbus_map.map import Condition, Figure, Map

Between = Callable[[int, int], Stamp]
"""Stamp of something that happened between two monotonic moments, ns."""


@dataclass
class _Told:
    """What was last told of a figure."""

    measured: Measured
    at_ns: int


@dataclass
class _State:
    """A condition: as told, and since when it looks otherwise."""

    told: bool | None = None
    raw: bool = False
    other_from_ns: int | None = None
    other_seen_ns: int = 0


class Follower:
    """Follows one device through consecutive polls."""

    def __init__(self, map_: Map, report_s: float, between: Between) -> None:
        self._map = map_
        self._report_ns = round(report_s * 1e9)
        self._between = between
        self._figures: dict[str, _Told] = {}
        self._states = {condition.code: _State() for condition in map_.condition}
        self._asked_ns: int | None = None
        self._due_ns: int | None = None

    def still(self, asked_ns: int, answered_ns: int) -> bool:
        """Whether nothing comes of a poll that shows what the one before showed; then it is fed.

        Most polls of most devices are such: they need not be decoded.
        """
        if self._due_ns is None or answered_ns >= self._due_ns:
            return False
        self._asked_ns = asked_ns
        return True

    def take(self, sample: Sample, asked_ns: int, answered_ns: int) -> list[Reading]:
        """Feed a poll that was asked and answered at these monotonic moments."""
        since_ns = asked_ns if self._asked_ns is None else self._asked_ns
        readings: list[Reading] = []
        for figure in self._map.figure:
            measured = sample.figures[figure.name]
            if self._is_news(figure, measured, answered_ns):
                self._figures[figure.name] = _Told(measured, answered_ns)
                value = None if measured.value is None else round(measured.value)
                at = self._between(asked_ns, answered_ns)
                unit = figure.at.unit
                readings.append(FigureReading(at, figure.name, value, unit, measured.why))
        readings += self._conditions(sample, since_ns, answered_ns)
        self._asked_ns = asked_ns
        self._due_ns = self._next_ns(answered_ns)
        return readings

    def _next_ns(self, now_ns: int) -> int:
        """When time alone may make something of the same registers."""
        waits = any(state.other_from_ns is not None for state in self._states.values())
        if waits:
            return now_ns
        oldest_ns = min((told.at_ns for told in self._figures.values()), default=now_ns)
        return oldest_ns + self._report_ns

    def _is_news(self, figure: Figure, measured: Measured, now_ns: int) -> bool:
        told = self._figures.get(figure.name)
        if told is None or now_ns - told.at_ns >= self._report_ns:
            return True
        before = told.measured
        if measured.value is None or before.value is None:
            return measured != before
        moved = abs(measured.value - before.value)
        return moved > figure.deadband and round(measured.value) != round(before.value)

    def _conditions(
        self, sample: Sample, since_ns: int, answered_ns: int
    ) -> Iterator[ConditionReading]:
        for condition in self._map.condition:
            state = self._states[condition.code]
            holds = _holds(condition, sample, before=state.raw)
            if holds is None:
                continue  # not measured speaks neither way
            state.raw = holds
            if state.told is None and not holds:
                # An earlier run may have left it raised.
                state.told = False
                yield self._reading(condition, False, since_ns, answered_ns)
                continue
            if holds is bool(state.told):
                state.other_from_ns = None
                continue
            if state.other_from_ns is None:
                state.other_from_ns, state.other_seen_ns = since_ns, answered_ns
            delay_s = condition.on_s if holds else condition.off_s
            if answered_ns - state.other_seen_ns < delay_s * 1e9:
                continue
            # It began when it was first seen, not when it had lasted long enough.
            yield self._reading(condition, holds, state.other_from_ns, state.other_seen_ns)
            state.told, state.other_from_ns = holds, None

    def _reading(
        self, condition: Condition, active: bool, from_ns: int, to_ns: int
    ) -> ConditionReading:
        return ConditionReading(
            self._between(from_ns, to_ns),
            condition.code,
            active,
            condition.severity,
            condition.text,
            condition.do,
        )


def _holds(condition: Condition, sample: Sample, *, before: bool) -> bool | None:
    """Whether it looks so now, with the hysteresis of what looked so before."""
    if condition.at is not None:
        return sample.bits[condition.code]
    value = sample.figures[condition.of].value
    if value is None:
        return None
    margin = condition.hysteresis if before else 0.0
    if condition.above is not None:
        return value > condition.above - margin
    if condition.below is not None:
        return value < condition.below + margin
    return None
