"""One lane with several sensors: its readings on their way to its vehicles, in both directions."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from edge_agent.contract.events import Missing
from edge_agent.device.readings import TagReading
from edge_agent.passage.fused import Member
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.pairing.clocks import Clocks
from edge_agent.passage.pairing.lane import LanePairer, Vehicle, Why
from edge_agent.passage.pairing.place import Place
from edge_agent.passage.pairing.sight import Sight
from edge_agent.passage.pairing.trust import Trust
from edge_agent.passage.sighting import Layout, plan, sight

_AHEAD_MS = 60_000.0
"""Stamped later than this from now, a reading would be waited with in vain."""
_REMEMBERED = 32
"""Tags of one lane."""
_SAME_TAG_MS = 10_000.0
"""A tag read again in the same field within this is the same pass."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A vehicle of which nothing more is expected.

    Attributes:
        direction: By the name that the site file gives it.
        members: In the order in which it was seen.
        missing: Place to why it has nothing of there.
        alone: Of a single reading that is no proof of a vehicle: why it belongs to none.
    """

    lane: str
    direction: str
    members: tuple[Member, ...]
    missing: Mapping[str, Why] = field(default_factory=dict)
    alone: Missing | None = None


class PairedLane:
    """State of one lane.

    Args:
        lane: Its id.
        settings: Of the site file.
        where: Its sensors.
        trusts: What is known of the devices' clocks, shared by all lanes.
    """

    def __init__(
        self, lane: str, settings: LaneSettings, where: Layout, trusts: dict[str, Trust]
    ) -> None:
        self.id = lane
        self.settings = settings
        self.where = where
        self._places = {place.key: place for place in where.places.values()}
        along = plan(settings, where)
        self.clocks = Clocks(along, trusts)
        self.ahead = LanePairer(along, self.clocks)
        # Too few drive against the lane to judge clocks by them.
        against = plan(settings, where, reverse=True)
        self.against = LanePairer(against, self.clocks, judges=False)
        self._tags: deque[Sight] = deque(maxlen=_REMEMBERED)

    @property
    def ways(self) -> tuple[tuple[str, LanePairer], ...]:
        """Direction's name and who pairs those who drive that way."""
        return (self.where.forward, self.ahead), (self.where.backward, self.against)

    def where_is(self, place: str) -> Place:
        """A place by its key."""
        return self._places[place]

    def at(self, place: str) -> float:
        """Metres along the lane."""
        return self._places[place].at

    def down(self, device: str, *, down: bool) -> None:
        """A device went down or came back."""
        for (owner, _), place in self.where.places.items():
            if owner == device:
                self.ahead.down(place.key, down=down)
                self.against.down(place.key, down=down)

    def add(self, member: Member, direction: str, now_ms: float) -> Closed | None:
        """Take a reading; what can belong to nobody any more comes straight back.

        Args:
            member: The reading.
            direction: In which the sensor saw it drive; the lane's own when it cannot tell.
            now_ms: Monotonic.
        """
        pairer = self._pairer(direction)
        seen = sight(member)
        alone: Missing | None = None
        if self._again(seen):
            alone = "not-detected"
        elif pairer.due_of(seen) < now_ms:
            # Late by its own clock, which may be what is wrong.
            self.clocks.saw(seen)
            alone = "stale" if self.clocks.of(member.place)[0] is not False else "clock-off"
        elif seen.t_ms > now_ms + _AHEAD_MS:
            alone = "clock-off"
        if alone is None:
            pairer.add(seen)
            if isinstance(member.reading, TagReading):
                self._tags.append(seen)
            return None
        return Closed(self.id, direction, (member,), alone=alone)

    def withdraw(self, member: Member, direction: str) -> bool:
        """A tag turns out to be another lane's; whether it was still waiting here."""
        pairer = self._pairer(direction)
        return any(pairer.discard(seen) for seen in self._tags if seen.reading is member)

    def _pairer(self, direction: str) -> LanePairer:
        return self.ahead if direction == self.where.forward else self.against

    def _again(self, seen: Sight) -> bool:
        """Whether a tag was read already in the same pass."""
        tag = seen.reading.reading
        return isinstance(tag, TagReading) and any(
            before.place == seen.place
            and before.reading.reading.epc == tag.epc
            and abs(before.t_ms - seen.t_ms) < _SAME_TAG_MS
            for before in self._tags
        )


def stands_alone(vehicle: Vehicle) -> Missing | None:
    """Why a single sight is no proof of a vehicle in this lane; None when it is one."""
    if len(vehicle.parts) > 1:
        return None
    ((seen, _),) = vehicle.parts.values()
    if vehicle.doubt is not None:
        return vehicle.doubt
    # A tag is read across lanes, and its owner may walk by: it proves no vehicle here.
    return "not-detected" if isinstance(seen.reading.reading, TagReading) else None
