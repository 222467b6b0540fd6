"""The messages of the contract.

Field rule on the wire: a field without a default is always written, ``null`` when the value could
not be had; a field with a default is left out when it equals the default. The head is always
written whole (``wire.encode``).
"""

from typing import ClassVar, Literal

from pydantic import Field

from edge_agent.contract.envelope import ID, Event, Head, Wire
from edge_agent.contract.vehicles import (
    PLATE_TEXT,
    Aspect,
    Axles,
    AxleWeight,
    Missing,
    Part,
    Passage,
    PassageAxles,
    PassageSignal,
    PassageTag,
    Plate,
    Tag,
    Unpaired,
    VehicleClass,
)
from edge_agent.contract.verdicts import Evidence, Excess, Incident, Rule, Violation

__all__ = [
    "EVENTS",
    "NOTICES",
    "PLATE_TEXT",
    "About",
    "AboutDevice",
    "Agg",
    "Alarm",
    "Aspect",
    "AxleWeight",
    "Axles",
    "Count",
    "DeviceState",
    "Evidence",
    "Excess",
    "Figure",
    "Health",
    "Incident",
    "Loss",
    "Missing",
    "Part",
    "Passage",
    "PassageAxles",
    "PassageSignal",
    "PassageTag",
    "Plate",
    "Rule",
    "Severity",
    "Signal",
    "State",
    "Tag",
    "Unpaired",
    "VehicleClass",
    "Violation",
]

Severity = Literal["info", "warning", "critical"]


class Signal(Event):
    """Aspects of a controller's phases at a change."""

    stream: ClassVar[str] = "signal"

    ph: dict[str, Aspect] = Field(description="Phase number to aspect; every phase of the map.")
    chg: list[int] = Field(description="Phases that changed; empty on the first after connecting.")
    first: bool = Field(default=False, description="true: the time before is unknown.")
    plan: int | None = Field(default=None, description="Plan or pattern in force.")
    cyc: int | None = Field(default=None, description="Cycle counter, ms.")
    mode: str | None = Field(default=None, description="Control mode in the controller's words.")


class Count(Wire):
    """Vehicles of one direction and class in an interval."""

    dir: str
    cls: VehicleClass
    n: int = Field(ge=0)
    unread: int | None = Field(default=None, description="Of these, plate not read.")
    spd: int | None = Field(default=None, description="Mean speed, 0.1 km/h.")
    p85: int | None = Field(default=None, description="85th percentile of speed, 0.1 km/h.")


class Agg(Event):
    """A lane over one interval."""

    stream: ClassVar[str] = "agg"

    lane: str = Field(pattern=ID)
    dur: int = Field(gt=0, description="Length of the interval that begins at t, ms.")
    src: Literal["camera", "detector"] = Field(description="What counted.")
    n: list[Count] | None = Field(description="null: not measured, see why; []: nobody came.")
    occ: int | None = Field(ge=0, le=1000, description="Occupancy, per mille of the interval.")
    que: int | None = Field(default=None, ge=0, description="Largest queue, vehicles.")
    part: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="Share of the interval that was measured, per mille; left out when all of it.",
    )
    hw: int | None = Field(
        default=None, ge=0, description="Mean headway, front to front in one lane, ms."
    )
    sat: int | None = Field(
        default=None,
        ge=0,
        description="Flow over the stop line while green, per mille of the declared saturation.",
    )
    los: Literal["free", "dense", "slow", "jammed"] | None = Field(
        default=None, description="Level of congestion by the site's thresholds."
    )
    why: str | None = Field(default=None, description="Reason for absent values.")


class Figure(Event):
    """A named figure of a device: a temperature, a voltage, a water level."""

    stream: ClassVar[str] = "figure"

    name: str = Field(min_length=1, max_length=40, description="Name in the device's map.")
    val: int | None = Field(description="Whole number of ``unit``; null when not measured.")
    unit: str = Field(default="", max_length=20)
    why: str | None = Field(default=None, description="Reason for an absent value.")


class AlarmShelf(Wire):
    """Who keeps an alarm from people."""

    who: str = Field(max_length=80)
    why: str = Field(max_length=200)
    until: int = Field(description="UTC ms of its end; the alarm is then told anew.")


class Alarm(Event):
    """A condition that somebody must know of; also retained on its own topic.

    ``shelved`` is not to be shown to people: somebody has put it away (``shelf``), or it follows
    from another alarm (``cause``). It is sent again whenever its condition changes meanwhile.
    """

    stream: ClassVar[str] = "alarm"

    code: str = Field(pattern=ID, description="What it is, unique within d.")
    state: Literal["raised", "cleared", "shelved"]
    sev: Severity
    since: int = Field(description="UTC ms since when its condition is as it is.")
    text: str = Field(default="", max_length=200)
    do: str = Field(default="", max_length=200, description="What to do about it.")
    on: bool | None = Field(default=None, description="While shelved: whether its condition holds.")
    shelf: AlarmShelf | None = Field(default=None, description="While shelved by somebody.")
    cause: str | None = Field(
        default=None, max_length=81, description="While shelved: d/code of what it follows from."
    )
    n: int | None = Field(
        default=None, ge=0, description="Where it chatters: how often it came in five minutes."
    )


class DeviceState(Event):
    """How a device is, since when and why; also retained on its own topic."""

    stream: ClassVar[str] = "dev"

    state: Literal["ok", "degraded", "down"]
    cause: str | None = Field(description="Cause code; null when ok.")
    since: int = Field(description="UTC ms of the last change of state.")
    last: int | None = Field(description="UTC ms of the last good reading; null when never.")
    detail: str = Field(default="", max_length=200)


class Loss(Event):
    """Numbers that will never come: dropped on the unit by a named policy. Closes the gap."""

    stream: ClassVar[str] = "loss"

    of: str = Field(description="Stream that lost.")
    frm: int = Field(ge=1, description="First number lost.")
    to: int = Field(ge=1, description="Last number lost.")
    n: int = Field(ge=1, description="How many.")
    why: Literal["sacrificed", "expired", "corrupt", "io", "unspooled"]


class State(Head):
    """Birth, will and goodbye of a unit. Retained."""

    state: Literal["online", "stopping", "offline"]
    boot: str = Field(description="Ties birth and will together; new at every start.")
    reason: str = Field(default="", max_length=200)
    since: int = Field(description="UTC ms.")


class AboutDevice(Wire):
    """A device as configured and as it says it is."""

    id: str = Field(pattern=ID)
    kind: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    versions: dict[str, str] = Field(default_factory=dict)


class About(Head):
    """What the unit is made of. Retained."""

    boot: str
    sw: str = Field(description="Version of the agent.")
    cfg: str = Field(description="sha256 of the site file, first 16 hex digits.")
    devices: list[AboutDevice]
    lanes: list[str]
    streams: list[str] = Field(description="Streams that this unit may send.")
    ep: str = Field(description="Epoch of the spool.")
    receipts: bool = Field(description="Whether the unit waits for receipts.")


class Health(Head):
    """Figures of the unit itself; not stored on the unit, QoS 0."""

    up: int = Field(description="Seconds since start.")
    rss: int | None = Field(description="Resident memory of the agent, kB.")
    cpu: int | None = Field(description="CPU time of the agent since start, ms.")
    rows: int = Field(description="Events in the spool.")
    bytes: int = Field(description="Bytes of the spool on disk.")
    oldest: int | None = Field(description="Age of the oldest unsent event, ms; null when none.")
    hours: int | None = Field(description="Hours until the spool is full at today's rate.")
    dropped: dict[str, int] = Field(description="Events dropped since start, by reason.")
    wrote: int | None = Field(description="Bytes written to disk since start.")
    devs: dict[str, str] = Field(description="Device to state.")
    fig: dict[str, dict[str, int]] = Field(
        default_factory=dict, description="Device to its driver's own figures."
    )


EVENTS: tuple[type[Event], ...] = (
    Passage,
    Unpaired,
    Violation,
    Evidence,
    Incident,
    Tag,
    Axles,
    Signal,
    Agg,
    Figure,
    Alarm,
    DeviceState,
    Loss,
)
"""Durable types, one stream each."""

NOTICES: tuple[type[Head], ...] = (State, About, Health)
"""Types without a number: retained or fleeting."""
