"""Topics: ``its/1/<province>/<site>/<unit>/…``; built and taken apart here and nowhere else."""

import re
from dataclasses import dataclass

from edge_agent.contract.envelope import ID, Event
from edge_agent.contract.events import Agg, Alarm, DeviceState

PREFIX = "its/1"
_PART = re.compile(ID)


@dataclass(frozen=True, slots=True)
class UnitTopics:
    """The topics of one unit."""

    province: str
    site: str
    unit: str

    def __post_init__(self) -> None:
        for part in (self.province, self.site, self.unit):
            if not _PART.fullmatch(part):
                raise ValueError(f"{part!r} is no topic id: lower case, digits, inner hyphens")

    @property
    def root(self) -> str:
        return f"{PREFIX}/{self.province}/{self.site}/{self.unit}"

    @property
    def state(self) -> str:
        return f"{self.root}/state"

    @property
    def about(self) -> str:
        return f"{self.root}/about"

    @property
    def health(self) -> str:
        return f"{self.root}/health"

    @property
    def receipt(self) -> str:
        return f"{self.root}/receipt"

    def bulk(self, stream: str) -> str:
        return f"{self.root}/bulk/{stream}"


def below(event: Event) -> str:
    """Where a single event goes, below the unit's root, e.g. ``evt/passage``."""
    match event:
        case Agg():
            return f"agg/{event.lane}"
        case Alarm():
            return f"alarm/{event.d}/{event.code}"
        case DeviceState():
            return f"dev/{event.d}/state"
    return f"evt/{event.stream}"


@dataclass(frozen=True, slots=True)
class Address:
    """A topic taken apart: whose it is and what is below the unit, e.g. ``("evt", "passage")``."""

    unit: UnitTopics
    rest: tuple[str, ...]


def parse(topic: str) -> Address | None:
    """Take a topic apart; None when it is not one of ours."""
    parts = topic.split("/")
    if len(parts) < 6 or "/".join(parts[:2]) != PREFIX:  # noqa: PLR2004 - its/1/p/s/u/x
        return None
    try:
        return Address(UnitTopics(parts[2], parts[3], parts[4]), tuple(parts[5:]))
    except ValueError:
        return None
