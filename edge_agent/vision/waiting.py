"""Crossings that wait a moment for what is still to be learnt of their vehicle.

A plate is often read best just after the line, or just before the vehicle is lost. A crossing is
told when its vehicle has nothing more to give, when the vehicle is gone, or when its time is up,
and never before one that happened earlier.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from edge_agent.device.readings import CrossingReading

MOST_WAIT_S = 1.5
"""How long a crossing may wait for its plate, or until it is clear what its vehicle is: one that
came over the picture's edge just now shows more of itself. Counts by the interval are given 2 s of
grace."""
SPEED_WAIT_S = 0.5
"""How long it waits for the path beyond the line, where speed is measured."""

Complete = Callable[[CrossingReading, float], CrossingReading]
"""Adds what is known of the vehicle by now; the moment of the crossing in stream time."""


@dataclass(slots=True)
class _Held:
    t: float
    reading: CrossingReading
    done: bool = False


@dataclass(slots=True)
class Waiting:
    """Crossings of one camera, in the order in which they happened.

    Args:
        complete: Called once a crossing, when it goes.
        least_s: Shortest wait after the crossing.
        most_s: Longest wait.
    """

    complete: Complete
    least_s: float = 0.0
    most_s: float = 0.0
    _held: list[_Held] = field(default_factory=list)

    @property
    def tracks(self) -> frozenset[int]:
        """Vehicles that are waited for."""
        return frozenset(held.reading.track for held in self._held if not held.done)

    def add(self, reading: CrossingReading, t: float) -> None:
        """A crossing at stream time ``t``; it may have been found late."""
        self._held.append(_Held(t, reading))
        self._held.sort(key=lambda held: held.t)

    def gone(self, tracks: Iterable[int]) -> None:
        """These vehicles will not be seen again: complete what they did while they are known."""
        lost = set(tracks)
        for held in self._held:
            if held.reading.track in lost:
                self._finish(held)

    def due(self, t: float, settled: Callable[[int], bool]) -> list[CrossingReading]:
        """Those that go now: each that is complete, settled or out of time, in order."""
        ready: list[CrossingReading] = []
        while self._held:
            held = self._held[0]
            age = t - held.t
            # Who is done may be forgotten already, and is asked nothing.
            late = held.done or age >= self.most_s
            if not (late or (age >= self.least_s and settled(held.reading.track))):
                break
            self._finish(held)
            ready.append(self._held.pop(0).reading)
        return ready

    def everything(self) -> list[CrossingReading]:
        """The stream ends: all of them."""
        held, self._held = self._held, []
        for one in held:
            self._finish(one)
        return [one.reading for one in held]

    def _finish(self, held: _Held) -> None:
        if not held.done:
            held.reading, held.done = self.complete(held.reading, held.t), True
