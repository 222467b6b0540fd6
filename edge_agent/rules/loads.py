"""Overload: every axle, every group of axles and the whole vehicle against what the road bears."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import AxlesReading, VehicleClass
from edge_agent.rules.axles import AxleGroup, readings
from edge_agent.rules.case import Case
from edge_agent.rules.limits import Accuracy, GrossLimit, OverloadTable, gross_limit
from edge_agent.rules.verdict import Finding, Outcome, Refusal

UNJUDGEABLE = frozenset(
    {
        "off-scale",
        "straddling",
        "tailgating",
        "speed-change",
        "missing-axle",
        "ghost-axle",
        "dead-channel",
        "out-of-range",
    }
)
"""Flags of a station with which weights, or the axles they belong to, are wrong."""


@dataclass(frozen=True, slots=True)
class _Weight:
    """One weight against one limit.

    Attributes:
        sure: Band of what it weighs at least; empty when not punished.
        band: Band of what was measured.
    """

    excess: Excess
    band: str
    sure: str

    @property
    def over(self) -> float:
        return self.excess.val / self.excess.lim


def overload(case: Case, table: OverloadTable) -> Outcome:
    """Judge one vehicle.

    It fires where some weight lies in a punished band, and is enforced where it does even at the
    lower end of the station's uncertainty. Weights above their limit but in no band are told too.
    """
    weighed = case.fused.axles
    if weighed is None:
        return None
    if UNJUDGEABLE.intersection(weighed.flags):
        return Refusal("weights-flagged")
    facts = case.measured_by("axles")
    accuracy = table.accuracy_of(facts.accuracy)
    groups = _groups(weighed, facts.spacing_cm, accuracy, table)
    if isinstance(groups, Refusal):
        return groups
    gross = _gross(case, weighed, accuracy, table)
    above = [one for one in (*groups, *gross) if one.over > 1]
    if not any(one.band for one in above):
        return None
    above.sort(key=lambda one: one.over, reverse=True)
    doubts = [] if any(one.sure for one in above) else ["within-uncertainty"]
    if accuracy is None:
        doubts = ["accuracy-unknown"]
    if weighed.flags:
        doubts.append("weights-doubtful")
    return Finding(tuple(one.excess for one in above), tuple(doubts))


def _groups(
    weighed: AxlesReading, spread: int, accuracy: Accuracy | None, table: OverloadTable
) -> list[_Weight] | Refusal:
    """The groups in their mildest reading."""
    spacings = [axle.spacing for axle in weighed.axles[1:]]
    known = [spacing for spacing in spacings if spacing is not None]
    kilos = [
        axle.left + axle.right
        for axle in weighed.axles
        if axle.left is not None and axle.right is not None
    ]
    if len(known) < len(spacings) or len(kilos) < len(weighed.axles) or not kilos:
        return Refusal("weights-missing")
    ways = readings(known, spread, table.axle)
    if ways is None:
        return Refusal("spacing-unclear")
    weights = [[_group(group, kilos, accuracy, table) for group in way] for way in ways]
    judged = [[one for one in way if one is not None] for way in weights]
    return min(judged, key=lambda way: max((one.over for one in way), default=0.0))


def _group(
    group: AxleGroup, kilos: Sequence[int], accuracy: Accuracy | None, table: OverloadTable
) -> _Weight | None:
    if group.limit is None:
        return None  # the law knows no such group; the whole vehicle is still judged
    weight = sum(kilos[group.first - 1 : group.last])
    if accuracy is None:
        percent = None
    else:
        percent = accuracy.single if group.first == group.last else accuracy.group
    other = f"{group.other} kg by the other reading of the spacing"
    return _weight(
        group.name, weight, group.limit, percent, other if group.other != group.limit else "", table
    )


def _gross(
    case: Case, weighed: AxlesReading, accuracy: Accuracy | None, table: OverloadTable
) -> list[_Weight]:
    if weighed.gross is None:
        return []
    limits = [
        row.kg
        for rows in _bodies(case, weighed, table)
        if (row := gross_limit(rows, len(weighed.axles))) is not None
    ]
    if not limits:
        return []
    percent = None if accuracy is None else accuracy.gross
    other = f"{min(limits)} kg if it is rigid" if min(limits) < max(limits) else ""
    return [_weight("gross", weighed.gross, max(limits), percent, other, table)]


def _bodies(case: Case, weighed: AxlesReading, table: OverloadTable) -> list[list[GrossLimit]]:
    """Rows of the body that it has; of both where the camera cannot be sure."""
    limits, vehicle = table.gross, case.fused.vehicle
    sure = case.fused.confidence >= table.needs.vehicle
    long = sum(axle.spacing or 0 for axle in weighed.axles) > limits.rigid_to_cm
    if vehicle in limits.rigid_classes and sure and not long:
        return [limits.rigid]
    if vehicle in limits.articulated_classes and (sure or long):
        return [limits.articulated]
    if vehicle in (VehicleClass.CAR, VehicleClass.MOTORBIKE, VehicleClass.BICYCLE) and sure:
        return []
    return [limits.rigid, limits.articulated]


def _weight(
    name: str,
    weight: int,
    limit: int,
    percent: int | None,
    other: str,
    table: OverloadTable,
) -> _Weight:
    of: Literal["gross", "axle"] = "gross" if name == "gross" else "axle"
    spread = None if percent is None else -(-weight * percent // 100)
    band = table.penalty_of(of, weight - limit, limit)
    sure = None if spread is None else table.penalty_of(of, weight - spread - limit, limit)
    told = sure or band
    excess = Excess(
        of=name,
        val=weight,
        lim=limit,
        tol=limit * table.granted_percent(of) // 100,
        u=spread,
        band=told.id if told else "",
        alt=other,
    )
    return _Weight(excess, band.id if band else "", sure.id if sure else "")
