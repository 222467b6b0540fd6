"""Incidents of a unit, out of what its devices say and how its lanes flow.

At most one is open for each kind and lane, or kind and device where no lane is meant. Pure state:
the caller brings readings and levels, asks ``tick`` about once a second, and publishes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge_agent.clock import Stamp
from edge_agent.contract import ulid
from edge_agent.contract.verdicts import IncidentKind
from edge_agent.device.readings import (
    Colour,
    ConditionReading,
    CrossingReading,
    Reading,
    SignalReading,
    Stray,
    StrayReading,
)
from edge_agent.incidents.open import Delays, Said, State, Watched
from edge_agent.passage.lanes import LaneSettings

_NS = 1_000_000_000
DELAYS: dict[IncidentKind, Delays] = {
    "stopped-vehicle": Delays(0, 5),  # the camera has waited already
    "wrong-way": Delays(0, 5),
    "congestion": Delays(90, 180),
    "debris": Delays(0, 10),
    "pedestrian": Delays(0, 10),
    "signal-dark": Delays(2, 5),
    "signal-conflict": Delays(0, 5),
}
WRONG_WAY_S = 60
"""For so long a driver who crossed a line the wrong way is taken to be on his way still."""
_STRAYS: dict[Stray, tuple[IncidentKind, str]] = {
    "stopped": ("stopped-vehicle", "A vehicle stands"),
    "wrong-way": ("wrong-way", "A vehicle drives against the direction"),
    "object": ("debris", "An object lies on the road"),
    "person-sized": ("pedestrian", "An object of a person's size is on the road"),
}
_LAMPS: tuple[tuple[IncidentKind, Colour, str], ...] = (
    ("signal-dark", Colour.DARK, "Dark"),
    ("signal-conflict", Colour.CONFLICT, "Lamps lit that exclude each other"),
)
_CONFLICTS = ("conflict", "lamp-conflict")
"""Conditions of controllers that name greens which exclude each other."""
JAMMED = "jammed"


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be published: the fields of the contract's ``incident``, and whose head it has.

    Attributes:
        about: Lane, or device where no lane is meant.
        inc: The same in every word about one incident.
        n: How many say so.
        seen_by: Devices that do, and with a level of congestion the kind of sensor.
        picture: SHA-256 of a picture, or None.
    """

    about: str
    at: Stamp
    inc: str
    kind: IncidentKind
    state: State
    since: Stamp
    lane: str | None
    text: str
    n: int
    picture: str | None
    seen_by: tuple[str, ...] = ()


class Incidents:
    """All incidents of a unit.

    Args:
        lanes: Lanes by id. A watched stretch that is named after a lane is that lane's.
        number: Makes the id of an incident out of UTC ms.
    """

    def __init__(
        self, lanes: Mapping[str, LaneSettings], number: Callable[[int], str] = ulid.new
    ) -> None:
        self._lanes = dict(lanes)
        self._number = number
        self._watched: dict[tuple[IncidentKind, str], Watched] = {}
        self._lines = {
            (line.device, line.line): (lane, {"ab": line.ab, "ba": line.ba})
            for lane, settings in lanes.items()
            for line in settings.lines
        }
        # A phase that no lamp hangs on is dark for ever: only one that was lit, or that a lane
        # obeys, can be missed.
        self._lit = {
            (settings.signal.device, settings.signal.phase)
            for settings in lanes.values()
            if settings.signal is not None
        }

    @property
    def open(self) -> dict[tuple[IncidentKind, str], str]:
        """Ids of the incidents that are open, by kind and lane or device."""
        return {key: one.number for key, one in self._watched.items() if one.number}

    @property
    def flaps(self) -> int:
        """How often an incident came back soon after it was cleared."""
        return sum(one.flaps for one in self._watched.values())

    def read(self, device: str, reading: Reading) -> None:
        """Take what a device says."""
        match reading:
            case StrayReading():
                self._stray(device, reading)
            case CrossingReading():
                self._crossing(device, reading)
            case SignalReading():
                self._signal(device, reading)
            case ConditionReading(code=code) if code in _CONFLICTS:
                said = Said(reading.at, text=reading.text)
                self._set("signal-conflict", device, f"{device}/{code}", said, on=reading.active)
            case _:
                pass

    def level(self, lane: str, source: str, level: str | None, at: Stamp) -> None:
        """Take a lane's level of congestion as one kind of sensor has it.

        None is not known, and so no word for or against.
        """
        if level is not None:
            said = Said(at, text="Traffic is jammed")
            self._set("congestion", lane, source, said, on=level == JAMMED)

    def device(self, device: str, *, up: bool) -> None:
        """A device that is down sees nothing: what it alone said is no longer held."""
        if not up:
            for watched in self._watched.values():
                watched.unsay_all(f"{device}/")

    def tick(self, now: Stamp) -> list[Told]:
        """What is to be published now."""
        told = []
        for (kind, where), watched in self._watched.items():
            state = watched.step(now)
            if state is not None:
                told.append(self._tell(kind, where, watched, state, now))
        return told

    def finish(self, now: Stamp) -> list[Told]:
        """The unit stops and sees nothing any more: everything that is open is cleared."""
        return [
            self._tell(kind, where, watched, "cleared", now)
            for (kind, where), watched in self._watched.items()
            if watched.number
        ]

    def _tell(
        self, kind: IncidentKind, where: str, watched: Watched, state: State, now: Stamp
    ) -> Told:
        since = watched.since or now
        if state == "raised":
            watched.number = self._number(since.utc_ms)
        told = Told(
            about=where,
            at=now,
            inc=watched.number,
            kind=kind,
            state=state,
            since=since,
            lane=where if where in self._lanes else None,
            text=watched.text,
            n=watched.count,
            picture=watched.picture or None,
            seen_by=watched.seen_by,
        )
        if state == "cleared":
            watched.close()
        return told

    def _set(self, kind: IncidentKind, where: str, who: str, said: Said, *, on: bool) -> None:
        key = kind, where
        if on:
            self._watched.setdefault(key, Watched(DELAYS[kind])).say(who, said)
        elif key in self._watched:
            self._watched[key].unsay(who)

    def _stray(self, device: str, stray: StrayReading) -> None:
        kind, text = _STRAYS[stray.what]
        lane = self._lines.get((device, stray.place), ("", {}))[0] or stray.place
        where = lane if lane in self._lanes else device
        who = f"{device}/{stray.run}-{stray.number}"
        said = Said(_earlier(stray.at, stray.lasted_ms), None, text, stray.picture)
        self._set(kind, where, who, said, on=stray.active)

    def _crossing(self, device: str, crossing: CrossingReading) -> None:
        lane, names = self._lines.get((device, crossing.line), ("", {}))
        against = self._lanes[lane].against if lane else None
        if against is None or names[crossing.direction] != against:
            return
        until = crossing.at.mono_ns + WRONG_WAY_S * _NS
        text = f"A {crossing.vehicle.value} drives against the direction"
        who = f"{device}/{crossing.run}-{crossing.track}"
        self._set("wrong-way", lane, who, Said(crossing.at, until, text), on=True)

    def _signal(self, device: str, reading: SignalReading) -> None:
        self._lit |= {
            (device, phase) for phase, shown in reading.phases.items() if shown is not Colour.DARK
        }
        for kind, colour, words in _LAMPS:
            phases = [
                str(phase)
                for phase, shown in reading.phases.items()
                if shown is colour and (device, phase) in self._lit
            ]
            said = Said(reading.at, text=f"{words}, phases: {', '.join(phases)}")
            self._set(kind, device, f"{device}/lamps", said, on=bool(phases))


def _earlier(at: Stamp, ms: int) -> Stamp:
    return Stamp(at.utc_ms - ms, max(0, at.mono_ns - ms * 1_000_000), at.spread_ms)
