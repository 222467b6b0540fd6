"""Rules and incidents of one unit: puts the rooms ``rules`` and ``incidents`` together.

A table of rules that cannot be used stops no unit: nothing is judged, and the alarm ``rule-tables``
says which line is wrong.
"""

from collections.abc import Callable, Mapping, Sequence

import structlog

from edge_agent.clock import Stamp, stamp
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Agg, Incident
from edge_agent.device.readings import ConditionReading, Reading, StrayReading
from edge_agent.errors import ConfigError
from edge_agent.incidents.event import event
from edge_agent.incidents.incidents import Incidents, Told
from edge_agent.passage.heading import Heading
from edge_agent.passage.judging import OnViolation
from edge_agent.passage.telling import Teller
from edge_agent.rules import start
from edge_agent.rules.judge import Judge
from edge_agent.rules.standing import standing
from edge_agent.settings import UnitSettings

_DO = "Mend the table; `edge-agent rules --check FILE` says whether it can be used"
_LONGEST = 200
_LAMPS = ("signal-dark", "signal-conflict")

OnIncident = Callable[[Incident, Sequence[str], Stamp], None]
"""Told of each incident that is raised, who may show it, and when."""


class RoadWatch:
    """What should not be on the road, and who did what nobody may.

    Args:
        settings: In force.
        heading: Makes heads; has the clock.
        on_violation: Told of each violation that is made here.
        on_incident: Told of each incident.

    Attributes:
        judge: The unit's judge; None when the tables cannot be used.
    """

    def __init__(
        self,
        settings: UnitSettings,
        heading: Heading,
        on_violation: OnViolation | None = None,
        on_incident: OnIncident | None = None,
    ) -> None:
        self._lanes, self._devices = settings.lane, settings.device
        self._heading, self._clock = heading, heading.clock
        self._on_violation, self._on_incident = on_violation, on_incident
        self._teller = Teller(heading, None)
        self._incidents = Incidents(settings.lane)
        self._judged: set[tuple[str, str, int]] = set()
        self._trouble = ""
        self.judge: Judge | None = None
        try:
            self.judge = start.judge(
                settings.rules, settings.lane, settings.device, settings.unit.timezone
            )
        except ConfigError as error:
            for problem in error.problems:
                where = f"{problem.file}:{problem.line}"
                structlog.get_logger("rules").error(problem.wrong, at=where, do=problem.next)
            first = error.problems[0]
            self._trouble = f"nothing is judged: {first.file}:{first.line}: {first.wrong}"

    def reading(self, device: str, reading: Reading) -> list[Event]:
        """Take what a device said; what follows from it at once."""
        self._incidents.read(device, reading)
        if isinstance(reading, StrayReading) and reading.what == "stopped":
            return self._stood(device, reading)
        return []

    def device(self, device: str, *, up: bool) -> None:
        """A device came up or went down."""
        self._incidents.device(device, up=up)

    def aggregate(self, agg: Agg) -> None:
        """A lane's interval is over."""
        self._incidents.level(agg.lane, agg.src, agg.los, stamp(self._clock))

    def tick(self, *, everything: bool = False) -> list[Event]:
        """Incidents that began, changed or ended; with ``everything`` all end."""
        now = stamp(self._clock)
        told = self._incidents.tick(now)
        if everything:
            told += self._incidents.finish(now)
        return [self._event(one) for one in told]

    def condition(self) -> ConditionReading | None:
        """Whether the tables can be enforced today; None where no lane judges anybody."""
        now = stamp(self._clock)
        if not any(lane.rules for lane in self._lanes.values()):
            return None
        if self.judge is None:
            text = self._trouble[:_LONGEST]
            return ConditionReading(now, "rule-tables", True, "critical", text, _DO)
        return self.judge.condition(now)

    def figures(self) -> Mapping[str, int]:
        """Refusals to judge, and incidents that flap."""
        judged = {} if self.judge is None else self.judge.figures()
        flaps = self._incidents.flaps
        return judged | ({"incidents-flapping": flaps} if flaps else {})

    def _stood(self, device: str, stray: StrayReading) -> list[Event]:
        """Judge who stands: when it is told, or when it is gone and stood long enough by then."""
        lane = self._lanes.get(stray.place)
        key = device, stray.run, stray.number
        if self.judge is None or lane is None or key in self._judged:
            self._judged.discard(key)
            return []
        fused = standing(stray.place, device, stray, self._clock.quality())
        violations: list[Event] = []
        for verdict in self.judge.stood(fused, stray.lasted_ms):
            violation = self._teller.violation(verdict, fused, lane.purpose).model_copy(
                update={"pas": None}
            )
            violations.append(violation)
            if stray.active:
                self._judged.add(key)
            if self._on_violation is not None:
                self._on_violation(violation, fused, lane)
        return violations

    def _event(self, told: Told) -> Event:
        made = event(self._heading, told)
        if self._on_incident is not None and told.state == "raised":
            self._on_incident(made, self._cameras(told), told.at)
        return made

    def _cameras(self, told: Told) -> list[str]:
        """Who saw it, or else looks at the lane; for lamps, who looks at their stop lines."""
        if told.kind in _LAMPS:
            signals = (lane.signal for lane in self._lanes.values())
            found = [one.camera for one in signals if one and one.device in told.seen_by]
        else:
            own = self._lanes.get(told.lane or "")
            found = [one for one in told.seen_by if one in self._devices]
            found = found or [line.device for line in (own.lines if own else ())]
        return list(dict.fromkeys(found))
