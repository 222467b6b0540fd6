"""One vehicle before one rule, and what every rule asks about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge_agent.contract.verdicts import Excess
from edge_agent.device.readings import VehicleClass
from edge_agent.passage.fused import Fused
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.facts import NOTHING_KNOWN, DeviceFacts
from edge_agent.rules.law import Clause, ClauseTable
from edge_agent.rules.verdict import Finding, Outcome, Refusal


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may know.

    Attributes:
        devices: Facts of the unit's devices.
        sold_for: Plate for which a tag was issued, by EPC; empty where nobody gave a list.
        stood_ms: How long it stood, where it was seen to stand.
    """

    fused: Fused
    lane: LaneSettings
    devices: Mapping[str, DeviceFacts] = field(default_factory=dict)
    sold_for: Mapping[str, str] = field(default_factory=dict)
    stood_ms: int | None = None

    def measured_by(self, kind: str) -> DeviceFacts:
        """Facts of the device whose reading of a kind the vehicle has."""
        device = next((one.device for one in self.fused.members if one.kind == kind), "")
        return self.devices.get(device, NOTHING_KNOWN)


def clause_of(case: Case, table: ClauseTable) -> Clause | Refusal:
    """What the law calls the act; refused when nobody knows what vehicle it is."""
    clause = table.clause_of(case.fused.vehicle)
    if clause is not None:
        return clause
    unknown = case.fused.vehicle in (VehicleClass.UNKNOWN, VehicleClass.OTHER)
    return Refusal("class-unknown" if unknown else "class-not-in-table")


def act(case: Case, table: ClauseTable, of: str) -> Outcome:
    """The finding of a rule that has no measure: done, where none is allowed."""
    clause = clause_of(case, table)
    if isinstance(clause, Refusal):
        return clause
    return Finding((Excess(of=of, val=1, lim=0, band=clause.id),))
