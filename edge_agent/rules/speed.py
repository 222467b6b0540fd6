"""Driving faster than the limit: what is surely above it counts, and no more."""

from edge_agent.contract.verdicts import Excess
from edge_agent.rules import bands
from edge_agent.rules.case import Case
from edge_agent.rules.limits import SpeedingTable
from edge_agent.rules.verdict import Finding, Outcome, Refusal

_PER_KMH = 10
"""Speeds are told in tenths of km/h."""


def speeding(case: Case, table: SpeedingTable) -> Outcome:
    """Judge one vehicle; the band is the one of the least speed that it surely had."""
    fused, limit_kmh = case.fused, case.lane.limit_kmh
    if limit_kmh is None or fused.speed is None:
        return Refusal("no-limit" if limit_kmh is None else "speed-unknown")
    limit, tolerance = limit_kmh * _PER_KMH, table.tolerance_kmh * _PER_KMH
    if fused.speed <= limit + tolerance:
        return None
    scale = table.scale_of(fused.vehicle)
    if scale is None:
        return Refusal("class-not-in-table")
    band = bands.where(scale.bands, fused.speed - limit, _PER_KMH)
    if band is None:
        return None  # so little is not punished
    if fused.spread is None:
        return Refusal("speed-uncertain")
    spread = table.coverage * fused.spread
    least = fused.speed - spread
    sure = bands.where(scale.bands, least - limit, _PER_KMH) if least > limit + tolerance else None
    excess = Excess(
        of="speed", val=fused.speed, lim=limit, tol=tolerance, u=spread, band=(sure or band).id
    )
    return Finding((excess,), () if sure else ("within-uncertainty",))
