"""The table of topics: what travels where, in which direction, how sure and whether retained.

AsyncAPI and the integrator's guide are printed from it; ``topics`` builds the same addresses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from edge_agent.contract.envelope import Event, Wire
from edge_agent.contract.events import (
    About,
    Agg,
    Alarm,
    Axles,
    DeviceState,
    Evidence,
    Figure,
    Health,
    Incident,
    Loss,
    Passage,
    Signal,
    State,
    Tag,
    Unpaired,
    Violation,
)
from edge_agent.contract.receipt import Receipt
from edge_agent.contract.topics import PREFIX

ROOT = f"{PREFIX}/{{province}}/{{site}}/{{unit}}"

PARAMETERS = {
    "province": "Province, an id.",
    "site": "Site within the province, an id.",
    "unit": "Unit within the site, an id; the same as `u` in every message.",
    "device": "Device of the unit, an id.",
    "lane": "Lane of the site, an id.",
    "code": "Code of the alarm, unique within the device.",
    "stream": "Stream whose events the batch holds.",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One row. ``below`` is the address below the unit's root, parameters in braces."""

    below: str
    carries: type[Wire]
    summary: str
    qos: int = 1
    retained: bool = False
    from_unit: bool = True

    @property
    def address(self) -> str:
        return f"{ROOT}/{self.below}"

    @property
    def name(self) -> str:
        return message_name(self.carries)


def message_name(model: type[Wire]) -> str:
    """Name of a message type in files and schemas: its stream, or the word of its topic."""
    if issubclass(model, Event):
        return model.stream
    return model.__name__.lower()


CHANNELS = (
    Channel("state", State, "Birth, goodbye and, as the broker's will, death.", retained=True),
    Channel("about", About, "Devices, lanes, versions; after every birth.", retained=True),
    Channel("health", Health, "Figures of the unit itself, every 60 s; not stored.", qos=0),
    Channel("evt/passage", Passage, "One vehicle crossed one lane."),
    Channel("evt/violation", Violation, "A rule fired, by its law and with what was measured."),
    Channel("evt/evidence", Evidence, "The sealed package of a violation or incident."),
    Channel("evt/incident", Incident, "Something on the road begins, changes or ends."),
    Channel("evt/unpaired", Unpaired, "A reading that belongs to no vehicle that is known."),
    Channel("evt/tag", Tag, "A toll tag passed an antenna."),
    Channel("evt/axles", Axles, "A vehicle was weighed in motion."),
    Channel("evt/signal", Signal, "Aspects of a controller's phases, at each change."),
    Channel("evt/figure", Figure, "A figure of a device: at a change, and now and then."),
    Channel("evt/loss", Loss, "Numbers that will never come, and why: closes a gap."),
    Channel("agg/{lane}", Agg, "A lane over one interval."),
    Channel("alarm/{device}/{code}", Alarm, "A condition raised or cleared.", retained=True),
    Channel("dev/{device}/state", DeviceState, "How a device is, and why.", retained=True),
    Channel("receipt", Receipt, "From the centre: what it has stored.", from_unit=False),
)

BULK = "bulk/{stream}"
"""Several events of one stream; its message is the batch, not a type of its own."""


def parameters(address: str) -> Iterator[str]:
    """Names in braces, in order."""
    for part in address.split("/"):
        if part.startswith("{"):
            yield part.strip("{}")
