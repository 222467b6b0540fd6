"""Driving over the stop line on red, judged only where the age of the red is certain."""

from collections.abc import Callable

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import Colour
from edge_agent.passage.fused import Fused, SignalMoment
from edge_agent.rules.case import Case, clause_of
from edge_agent.rules.law import RedLightTable, Yellow
from edge_agent.rules.verdict import Finding, Outcome, Refusal

_MS_PER_S = 1000


def red_light(case: Case, table: RedLightTable, count: Callable[[str], None]) -> Outcome:
    """Judge one vehicle.

    Flashing aspects, dark and conflicting heads are no red. Yellow is counted, never a violation:
    the law lets pass who can no longer stop, and only an officer can say who could have.
    """
    fused, moment = case.fused, case.fused.signal
    if fused.direction == case.lane.against:
        return None  # whoever comes from behind the signal does not see it
    if moment is None or (missing := _missing(case)):
        return Refusal("signal-unknown" if moment is None else missing)
    if moment.colour is Colour.YELLOW and could_have_stopped(fused, moment, table.yellow):
        count("yellow-could-stop")
    if moment.colour is not Colour.RED:
        return None
    return _red(case, moment, table)


def _missing(case: Case) -> str:
    """Why this vehicle cannot be held against a signal; empty when it can."""
    source = case.lane.signal
    if source is None:
        return "no-signal"
    return "" if f"{source.camera}/{source.line}" in case.fused.crossings else "no-stop-line"


def _red(case: Case, moment: SignalMoment, table: RedLightTable) -> Outcome:
    if moment.stale or moment.spread_ms > table.uncertain_ms:
        return Refusal("signal-stale" if moment.stale else "signal-coarse")
    if moment.age_ms + moment.spread_ms <= table.grace_ms:
        return None
    if moment.age_ms - moment.spread_ms <= table.grace_ms:
        return Refusal("signal-uncertain")
    if case.fused.speed is None or case.fused.speed <= 10 * table.moving_kmh:
        return Refusal("speed-unknown" if case.fused.speed is None else "standing")
    clause = clause_of(case, table)
    if isinstance(clause, Refusal):
        return clause
    excess = Excess(
        of="red-age",
        val=moment.age_ms,
        lim=0,
        tol=table.grace_ms,
        u=moment.spread_ms,
        band=clause.id,
    )
    return Finding((excess,))


def could_have_stopped(fused: Fused, moment: SignalMoment, yellow: Yellow) -> bool:
    """Whether the way to the line at the onset was longer than the way to stop.

    With the speed v, at the onset the vehicle was v·age before the line; it needs v·reaction and
    v²/2a.
    """
    if fused.speed is None:
        return False
    v_cms = fused.speed * 100 / 36
    return 2 * yellow.braking_cms2 * (moment.age_ms - yellow.reaction_ms) > v_cms * _MS_PER_S
