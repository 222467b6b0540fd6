"""Drivers: how each one follows, and which rules it keeps.

Car following is the intelligent driver model (Treiber, Hennecke, Helbing, Phys. Rev. E 62, 2000).
"""

from dataclasses import dataclass

from edge_agent.simulators.world.chance import bell, stream
from edge_agent.simulators.world.vehicles import Vehicle

COMFORTABLE = 3.5
"""Braking that a driver still accepts at a signal, m/s²."""

_SPEEDER_OVER_KMH = 12


@dataclass(frozen=True, slots=True)
class Driver:
    """Traits.

    Attributes:
        desired: Free speed, m/s.
        accel: Greatest acceleration, m/s².
        brake: Comfortable braking, m/s².
        headway: Time kept to the vehicle ahead, s.
        standstill: Distance kept in a queue, m.
        side: Distance kept beside others, m.
        restless: Looks for a way past whoever is ahead.
        runs_red: Goes on red where it sees nobody.
        stops_after: Stops at the kerb this far into a stretch where stopping happens, as a share of
            it; None for those who do not.
        stop_ms: For how long.
    """

    desired: float
    accel: float
    brake: float
    headway: float
    standstill: float
    side: float
    restless: bool
    runs_red: bool
    stops_after: float | None
    stop_ms: int


def driver(seed: int, vehicle: Vehicle, limit_kmh: int) -> Driver:
    """Who drives this vehicle, where ``limit_kmh`` is the limit."""
    rng = stream(seed, "driver", vehicle.number)
    heavy = vehicle.length > 7
    bike = vehicle.two_wheels
    speeds = rng.random()
    share = bell(rng, 0.84, 0.04) if bike or heavy else bell(rng, 0.88, 0.035)
    if vehicle.cls == "bicycle":
        desired = bell(rng, 15, 2)
    elif speeds < 0.02 and not heavy:
        desired = limit_kmh + _SPEEDER_OVER_KMH + 18 * rng.random()
    else:
        desired = min(limit_kmh * share, limit_kmh - 1)
    stops = stream(seed, "stop", vehicle.number)
    return Driver(
        desired=desired / 3.6,
        accel=bell(rng, 2.0, 0.2) if bike else bell(rng, 0.9 if heavy else 1.6, 0.12),
        brake=2.2 if heavy else 2.8,
        headway=bell(rng, 0.75, 0.08) if bike else bell(rng, 1.15, 0.12),
        standstill=0.6 if bike else 1.6,
        side=0.15 if bike else 0.3,
        restless=bike or (not heavy and rng.random() < 0.6),
        runs_red=stream(seed, "red", vehicle.number).random() < (0.12 if bike else 0.05),
        stops_after=0.2 + 0.6 * stops.random() if stops.random() < 0.004 else None,
        stop_ms=20_000 + round(60_000 * stops.random()),
    )
