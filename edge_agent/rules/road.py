"""Rules without measures: who drives where or how nobody may, and whose tag is not his."""

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import VehicleClass
from edge_agent.rules.case import Case, act, clause_of
from edge_agent.rules.law import ClauseTable, StoppingTable
from edge_agent.rules.verdict import Finding, Outcome, Refusal

_MS_PER_S = 1000
_GUESSED = (VehicleClass.UNKNOWN, VehicleClass.OTHER)


def wrong_way(case: Case, table: ClauseTable) -> Outcome:
    """In the direction that nobody may drive here; a line or a scale has seen it."""
    axles = case.fused.axles
    backwards = axles is not None and axles.reverse
    if case.lane.against is None or not (backwards or case.fused.direction == case.lane.against):
        return None
    return act(case, table, "direction")


def forbidden_turn(case: Case, table: ClauseTable) -> Outcome:
    """On a lane that is drawn across a movement that nobody may make."""
    if case.lane.against is None or case.fused.direction != case.lane.against:
        return None
    return act(case, table, "movement")


def wrong_lane(case: Case, table: ClauseTable) -> Outcome:
    """In a lane that is not for its class; a motorbike is left to its own rule where both hold."""
    vehicle = case.fused.vehicle
    motorbike = vehicle is VehicleClass.MOTORBIKE and "motorbike-in-car-lane" in case.lane.rules
    if not case.lane.only or vehicle in case.lane.only or motorbike:
        return None
    return act(case, table, "class")


def motorbike_in_car_lane(case: Case, table: ClauseTable) -> Outcome:
    """On two wheels in a lane that is not for them."""
    vehicle = case.fused.vehicle
    if vehicle in _GUESSED and case.lane.only and vehicle not in case.lane.only:
        return Refusal("class-unknown")
    if vehicle is not VehicleClass.MOTORBIKE or not case.lane.only or vehicle in case.lane.only:
        return None
    return act(case, table, "class")


def no_tag(case: Case, table: ClauseTable) -> Outcome:
    """No tag where everybody needs one; only where the reader was listening."""
    if not case.lane.tag_needed or case.fused.tag is not None:
        return None
    why = case.fused.missing.get("tag", "not-detected")
    if why != "not-detected":
        return Refusal(f"tag-{why}")
    return act(case, table, "tag")


def plate_tag_mismatch(case: Case, table: ClauseTable) -> Outcome:
    """A tag that the list gives to another plate. The EPC itself says nothing of a plate."""
    tag, plate = case.fused.tag, case.fused.plate
    if tag is None or plate is None:
        return None
    owner = case.sold_for.get(tag.epc)
    if owner is None:
        return Refusal("tag-not-in-list")
    if owner == plate.text:
        return None
    if owner in plate.candidates:
        return Refusal("plate-ambiguous")
    return act(case, table, "plate")


def stopping(case: Case, table: StoppingTable) -> Outcome:
    """Standing longer than is let pass, where nobody may stand."""
    if case.lane.stopping or case.stood_ms is None:
        return None
    if case.stood_ms <= table.allowed_s * _MS_PER_S:
        return None
    clause = clause_of(case, table)
    if isinstance(clause, Refusal):
        return clause
    tolerance = table.allowed_s * _MS_PER_S
    return Finding((Excess(of="stood", val=case.stood_ms, lim=0, tol=tolerance, band=clause.id),))
