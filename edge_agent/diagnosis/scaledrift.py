"""Does a scale weigh more or less than it used to, or one side more than the other?

Two quantities hardly change on a road: the steering axle of heavy vehicles (its load is the
engine's and the cab's, not the cargo's), and the balance of left and right wheels over many
vehicles. When their mean moves, it is the scale that moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log

from edge_agent.contract.events import Axles
from edge_agent.diagnosis.cusum import Cusum
from edge_agent.diagnosis.finding import Diagnosis

LEARN = 250
_HEAVY_AXLES = 3
_STEERING_KG = (2500, 9000)
_AXLE_KG = 1000


def _steering() -> Cusum:
    return Cusum(learn=LEARN, least_sigma=0.03)


def _balance() -> Cusum:
    return Cusum(learn=2 * LEARN, least_sigma=0.02)


@dataclass(slots=True)
class _Scale:
    steering: Cusum = field(default_factory=_steering)
    balance: Cusum = field(default_factory=_balance)


class ScaleDrift:
    """All scales of a unit."""

    def __init__(self) -> None:
        self._scales: dict[tuple[str, str], _Scale] = {}

    def axles(self, event: Axles) -> None:
        """A vehicle was weighed; what the station itself does not trust tells nothing."""
        if event.flags or event.rev or not event.ax:
            return
        scale = self._scales.setdefault((event.d, event.lane), _Scale())
        first = event.ax[0]
        weights = [(axle.l, axle.r) for axle in event.ax]
        if len(weights) >= _HEAVY_AXLES and first.l is not None and first.r is not None:
            weight = first.l + first.r
            if _STEERING_KG[0] <= weight <= _STEERING_KG[1]:
                scale.steering.add(log(weight))
        left = sum(pair[0] for pair in weights if None not in pair and pair[0] is not None)
        right = sum(pair[1] for pair in weights if None not in pair and pair[1] is not None)
        if left + right >= _AXLE_KG:
            scale.balance.add((left - right) / (left + right))

    def calibrated(self, device: str) -> None:
        """Somebody has calibrated it: learn anew."""
        for (station, _), scale in self._scales.items():
            if station == device:
                scale.steering.relearn()
                scale.balance.relearn()

    def diagnoses(self) -> Iterator[Diagnosis]:
        """Two for each scale, once they are learnt."""
        for (device, lane), scale in self._scales.items():
            if scale.steering.learnt is not None:
                factor = scale.steering.recent - scale.steering.learnt.mean
                moved = scale.steering.moved
                yield Diagnosis(
                    device,
                    f"drift-{lane}",
                    moved,
                    f"lane {lane}: steering axles weigh {100 * factor:+.1f} % against before"
                    if moved
                    else "",
                    "Weigh a known vehicle; if it is off by as much, calibrate lane"
                    f" {lane} by a factor of {2.718281828**-factor:.3f}."
                    if moved
                    else "",
                )
            if scale.balance.learnt is not None:
                off = scale.balance.recent - scale.balance.learnt.mean
                moved = scale.balance.moved
                side = "left" if off > 0 else "right"
                yield Diagnosis(
                    device,
                    f"balance-{lane}",
                    moved,
                    f"lane {lane}: {abs(100 * off):.1f} % more on the {side} than before"
                    if moved
                    else "",
                    "Look at the sensors and the pavement of both sides; clear stones and water."
                    if moved
                    else "",
                )
