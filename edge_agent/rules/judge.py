"""Judges vehicles by the rules of their lane, and says how much each judgement is worth. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, get_args
from zoneinfo import ZoneInfo

from edge_agent.clock import Stamp
from edge_agent.contract.verdicts import RuleKind
from edge_agent.device.readings import ConditionReading
from edge_agent.passage.fused import Fused
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules.case import Case
from edge_agent.rules.chain import InForce, Tables
from edge_agent.rules.facts import DeviceFacts, calibration_doubts
from edge_agent.rules.law import Needs
from edge_agent.rules.loads import overload
from edge_agent.rules.red import red_light
from edge_agent.rules.road import (
    forbidden_turn,
    motorbike_in_car_lane,
    no_tag,
    plate_tag_mismatch,
    stopping,
    wrong_lane,
    wrong_way,
)
from edge_agent.rules.speed import speeding
from edge_agent.rules.verdict import Finding, Grade, Outcome, Refusal, Verdict

KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Where the law's days begin, unless the unit says otherwise."""
_TRUSTED = ("gnss", "ntp")


class Judge:
    """The rules of a unit.

    Args:
        tables: All tables.
        lanes: Lanes by id; each says which rules are judged there.
        devices: What is known of the devices that measure.
        sold_for: Plate for which a tag was issued, by EPC.
        zone: Where the law's days begin.

    Attributes:
        refused: How often a rule could not be judged, by rule and reason.
        counted: Things that are counted and never a violation.
    """

    def __init__(
        self,
        tables: Tables,
        lanes: Mapping[str, LaneSettings],
        devices: Mapping[str, DeviceFacts],
        sold_for: Mapping[str, str] | None = None,
        zone: tzinfo = _ZONE,
    ) -> None:
        self._tables = tables
        self._lanes = lanes
        self._devices = devices
        self._sold_for = sold_for or {}
        self._zone = zone
        self.refused: Counter[tuple[RuleKind, str]] = Counter()
        self.counted: Counter[str] = Counter()
        self._rules: dict[RuleKind, Callable[[Case, Any], Outcome]] = {
            "overload": overload,
            "red-light": lambda case, table: red_light(case, table, self._count),
            "speeding": speeding,
            "wrong-way": wrong_way,
            "wrong-lane": wrong_lane,
            "forbidden-turn": forbidden_turn,
            "motorbike-in-car-lane": motorbike_in_car_lane,
            "stopping": stopping,
            "plate-tag-mismatch": plate_tag_mismatch,
            "no-tag": no_tag,
        }

    def judge(self, fused: Fused) -> list[Verdict]:
        """Every rule of its lane that a vehicle broke."""
        lane = self._lanes.get(fused.lane)
        if lane is None:
            return []
        case = Case(fused, lane, self._devices, self._sold_for)
        return [verdict for kind in self._kinds(lane) for verdict in self._one(kind, case)]

    def stood(self, fused: Fused, stood_ms: int) -> list[Verdict]:
        """A vehicle stood in its lane for so long, wherever it is now."""
        lane = self._lanes.get(fused.lane)
        if lane is None or "stopping" not in self._kinds(lane):
            return []
        case = Case(fused, lane, self._devices, self._sold_for, stood_ms)
        return list(self._one("stopping", case))

    def condition(self, at: Stamp) -> ConditionReading:
        """Whether every rule that this unit judges can be enforced today; else an alarm."""
        kinds = [kind for lane in self._lanes.values() for kind in self._kinds(lane)]
        troubles = self._tables.troubles(kinds, self._day(at))
        return ConditionReading(
            at,
            code="rule-tables",
            active=bool(troubles),
            severity="critical",
            text=f"For statistics only: {'; '.join(troubles)}"[:200] if troubles else "",
            do="Compare the tables with the law in force, then see `edge-agent rules`",
        )

    def figures(self) -> dict[str, int]:
        """Refusals and counts, for the unit's figures."""
        refused = {f"refused-{kind}-{why}": n for (kind, why), n in self.refused.items()}
        return refused | dict(self.counted)

    def _one(self, kind: RuleKind, case: Case) -> Iterator[Verdict]:
        day = self._day(case.fused.at)
        chosen = self._tables.at(kind, day)
        if chosen is None:
            self.refused[kind, "no-table"] += 1
            return
        outcome = self._rules[kind](case, chosen.loaded.table)
        match outcome:
            case Refusal():
                self.refused[kind, outcome.why] += 1
            case Finding():
                yield self._verdict(kind, chosen, outcome, case.fused, day)
            case None:
                pass

    def _verdict(
        self, kind: RuleKind, chosen: InForce, finding: Finding, fused: Fused, day: date
    ) -> Verdict:
        needs = chosen.loaded.table.needs
        why = (*chosen.doubts, *self._doubts(fused, needs, day), *finding.doubts)
        grade: Grade = "statistics" if why else "enforcement"
        return Verdict(kind, chosen.loaded.rule, grade, finding.excess, why)

    def _doubts(self, fused: Fused, needs: Needs, day: date) -> Iterator[str]:
        """Codes of what is not good enough in how it was measured."""
        if fused.clock_source not in _TRUSTED or fused.clock_ms is None:
            yield "clock-unsynced"
        elif fused.clock_ms > needs.clock_ms:
            yield "clock-uncertain"
        if needs.calibrated:
            measured = [one.device for one in fused.members if one.kind in needs.calibrated]
            yield from calibration_doubts(measured, self._devices, day)
        if fused.plate is None:
            yield "plate-unread"
        elif fused.plate.confidence < needs.plate:
            yield "plate-unsure"
        if fused.confidence < needs.vehicle:
            yield "class-unsure"

    def _kinds(self, lane: LaneSettings) -> list[RuleKind]:
        return [kind for kind in KINDS if kind in lane.rules]

    def _day(self, at: Stamp) -> date:
        return datetime.fromtimestamp(at.utc_ms / 1000, UTC).astimezone(self._zone).date()

    def _count(self, what: str) -> None:
        self.counted[what] += 1
