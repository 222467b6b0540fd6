"""What every weigh-in-motion driver does with records, whatever wire they came over."""

from collections import Counter

from pydantic import Field

from edge_agent.clock import Stamp, stamp
from edge_agent.device.driver import DeviceContext, DeviceSettings, Emit
from edge_agent.device.endpoint import Endpoint, EndpointUrl, parse
from edge_agent.device.notices import Notice, Notices
from edge_agent.device.readings import FigureReading, FiguresReading
from edge_agent.device.scalewatch import DriftSettings, ScaleWatch
from edge_agent.device.stationclock import StationClock
from edge_agent.device.weighing import Limits, Record, judge

UNTIMED = "time-uncertain"
"""Flag of a vehicle whose time the station did not know: the stamp is that of its arrival."""

_CLOCK_NOT_SET = 1 << 8
_CHECK = "Check the station's supply and its time source"


class WeighSettings(DeviceSettings):
    """What all stations have in common."""

    url: EndpointUrl
    limits: Limits = Field(default=Limits(), description="What a vehicle can be like.")
    drift: DriftSettings = Field(
        default=DriftSettings(), description="When a scale counts as drifting or dead."
    )
    clock_off_s: float = Field(
        default=2.0, gt=0, le=86_400, description="Error of the station's clock that is told."
    )
    fade_s: float = Field(
        default=600.0, gt=0, le=86_400, description="Lost records and restarts are told so long."
    )
    figures_s: float = Field(
        default=60.0, ge=0.1, le=3600, description="Seconds between readings of the figures."
    )
    late_days: float = Field(
        default=7.0, gt=0, le=60, description="Vehicles told as older are not placed in time."
    )
    accuracy: str = Field(
        default="",
        max_length=20,
        description='Accuracy class of its certificate, as in the table of loads: "B(10)"…',
    )
    spacing_cm: int = Field(
        default=4, ge=0, le=50, description="How well it measures axle spacings, cm."
    )

    @property
    def endpoint(self) -> Endpoint:
        return parse(self.url)


class Desk:
    """Judges the records of one station and tells what they say of it.

    Attributes:
        counts: For the figures; what was lost, doubled, repaired.
    """

    def __init__(self, settings: WeighSettings, context: DeviceContext) -> None:
        self.counts: Counter[str] = Counter()
        self.station_clock = StationClock(context.clock)
        self._settings = settings
        self._clock = context.clock
        self._watch = ScaleWatch(settings.drift)
        self._notices = Notices(settings.fade_s, ("records-lost", "station-restarted"))
        self._figures_due_ns = 0
        self._temperature: tuple[int | None, bool] = (None, False)

    def vehicle(self, record: Record, arrived: Stamp, emit: Emit) -> None:
        """One record, taken for the first time."""
        at = self._place(record, arrived)
        untimed = () if at is not None else (UNTIMED,)
        self.counts["untimed"] += len(untimed)
        reading = judge(record, at or arrived, self._settings.limits, also=untimed)
        self.counts["vehicles"] += 1
        self._watch.take(reading)
        emit(reading)

    def state(
        self, states: dict[str, int], temperature: int | None, emit: Emit, *, clock_set: bool
    ) -> None:
        """What the station says of itself now and then."""
        now = stamp(self._clock)
        self._watch.states(states)
        self._temperature = temperature, True
        not_set = Notice("clock-not-set", "warning", "The station does not know the time", _CHECK)
        found = self._notices.state(not_set, now, active=not clock_set)
        ahead = self.station_clock.ahead_ms()
        if clock_set and ahead is not None and self._clock.quality().source != "none":
            off, half = ahead
            wrong = abs(off) - half > self._settings.clock_off_s * 1000
            text = f"The station's clock is {off / 1000:+.1f} s from ours"
            found += self._notices.state(
                Notice("clock-off", "warning", text, _CHECK), now, active=wrong
            )
        for reading in [*found, *self._watch.tell(self._notices, now), *self._notices.due(now)]:
            emit(reading)
        self._figures(now, emit)

    def lost(self, count: int, which: str, emit: Emit) -> None:
        """Vehicles that the station weighed and that will never be told."""
        self.counts["lost"] += count
        text = f"{count} records lost ({which}); {self.counts['lost']} since the start"
        notice = Notice("records-lost", "warning", text, "Look at the line to the station")
        for reading in self._notices.moment(notice, stamp(self._clock)):
            emit(reading)

    def restarted(self, boot: int, emit: Emit) -> None:
        """Numbering began again."""
        self.counts["restarts"] += 1
        notice = Notice(
            "station-restarted", "info", f"The station started again, boot {boot}", _CHECK
        )
        for reading in self._notices.moment(notice, stamp(self._clock)):
            emit(reading)

    def _place(self, record: Record, arrived: Stamp) -> Stamp | None:
        if record.flags & _CLOCK_NOT_SET:
            return None
        at = self.station_clock.place(record.time_ms)
        if at is None:
            return None
        ago_ms = arrived.utc_ms - at.utc_ms
        late_ms = self._settings.late_days * 86_400_000
        # Later than its own arrival: the clock was set meanwhile, or the record is nonsense.
        doubt_ms = at.spread_ms + arrived.spread_ms + 1
        return at if -doubt_ms <= ago_ms <= late_ms else None

    def _figures(self, now: Stamp, emit: Emit) -> None:
        if now.mono_ns < self._figures_due_ns:
            return
        self._figures_due_ns = now.mono_ns + round(self._settings.figures_s * 1e9)
        value, known = self._temperature
        if known:
            why = "not-measured" if value is None else None
            emit(FigureReading(now, "pavement", value, "0.1 °C", why))
        steps = {"clock-steps": self.station_clock.steps}
        emit(FiguresReading(now, {**self.counts, **steps, **self._watch.figures()}))
