"""All lanes with several sensors: readings in, closed vehicles out, each reading in one of them."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from edge_agent.clock import Stamp
from edge_agent.device.readings import TagReading
from edge_agent.passage.changing import Half, joins
from edge_agent.passage.fused import Kind, Member
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.pairedlane import Closed, PairedLane, stands_alone
from edge_agent.passage.pairing.lane import Vehicle
from edge_agent.passage.pairing.trust import Trust
from edge_agent.passage.sighting import Sensor, layout

Scores = Mapping[str, float]
"""Which device by which other, to what is known of its clock."""

_HEARD = 256
_ACROSS_NS = 3_000_000_000
"""A tag heard by two antennas within this was one vehicle between them."""


@dataclass(frozen=True, slots=True)
class ClockView:
    """How the clock of a device fits the others.

    Attributes:
        fits: False when readings of it are kept apart; None until enough was seen.
        shift_ms: By how much it is ahead, where its readings agree on that.
        against: Device by which that is known.
    """

    fits: bool | None
    shift_ms: float | None
    against: str


class Road:
    """The lanes of a unit that pair.

    Args:
        lanes: All of the site file.
        scores: What an earlier run found of the clocks.
    """

    def __init__(self, lanes: Mapping[str, LaneSettings], scores: Scores | None = None) -> None:
        self._trusts = {pair: Trust(score) for pair, score in (scores or {}).items()}
        self._lanes: dict[str, PairedLane] = {}
        self._of: dict[Sensor, PairedLane] = {}
        # Reader and tag to where it was heard last.
        self._heard: OrderedDict[tuple[str, str], tuple[PairedLane, Member, str]] = OrderedDict()
        for lane, settings in lanes.items():
            where = layout(settings)
            if where.pairs:
                self._lanes[lane] = PairedLane(lane, settings, where, self._trusts)
                self._of |= dict.fromkeys(where.places, self._lanes[lane])

    def has(self, sensor: Sensor) -> bool:
        """Whether readings of a sensor are paired."""
        return sensor in self._of

    def kinds(self, lane: str) -> dict[str, Kind]:
        """Places of a lane and what stands there; empty for a lane that does not pair."""
        known = self._lanes.get(lane)
        return {p.key: p.kind for p in known.where.places.values()} if known else {}

    def device(self, device: str, *, up: bool) -> None:
        """A device came up or went down."""
        for lane in self._lanes.values():
            lane.down(device, down=not up)

    def add(
        self,
        sensor: Sensor,
        member: Member,
        now: Stamp,
        *,
        direction: str = "",
        against: bool = False,
    ) -> list[Closed]:
        """Take a reading; what can belong to nobody comes straight back.

        Args:
            sensor: One that ``has`` knows.
            member: Its reading; the place is filled in here.
            now: When it came.
            direction: Name of the direction in which the sensor saw it drive; empty: it has none.
            against: The sensor says that it drove against the lane.
        """
        lane = self._of[sensor]
        place = lane.where.places[sensor]
        way = direction or (lane.where.backward if against else lane.where.forward)
        member = replace(member, kind=place.kind, place=place.key)
        strays: list[Closed] = []
        if isinstance(member.reading, TagReading):
            across = self._across(lane, member, way)
            if across is not None:
                strays.append(across)
            if across is not None and across.members == (member,):
                return strays
        stray = lane.add(member, way, now.mono_ns / 1e6)
        return strays if stray is None else [*strays, stray]

    def _across(self, lane: PairedLane, member: Member, way: str) -> Closed | None:
        """Of a tag that two antennas of one reader heard, the lane where it was heard less."""
        reading = member.reading
        if not isinstance(reading, TagReading):
            return None
        key = member.device, reading.epc
        known = self._heard.get(key)
        self._heard[key] = lane, member, way
        self._heard.move_to_end(key)
        if len(self._heard) > _HEARD:
            self._heard.popitem(last=False)
        if known is None or known[0] is lane:
            return None
        other, before, its_way = known
        if abs(before.at.mono_ns - member.at.mono_ns) > _ACROSS_NS:
            return None
        if _loudness(before) >= _loudness(member):
            self._heard[key] = known
            return Closed(lane.id, way, (member,), alone="ambiguous")
        gone = other.withdraw(before, its_way)
        return Closed(other.id, its_way, (before,), alone="ambiguous") if gone else None

    def take(self, now: Stamp, *, everything: bool = False) -> Iterator[Closed]:
        """Vehicles that are due, and single readings that are none."""
        roads: dict[str, list[Half]] = {}
        for lane in self._lanes.values():
            for direction, pairer in lane.ways:
                for vehicle in pairer.take(now.mono_ns / 1e6, everything=everything):
                    if lane.settings.road and pairer is lane.ahead:
                        roads.setdefault(lane.settings.road, []).append(Half(lane, vehicle, True))
                    else:
                        yield _closed(lane.id, direction, vehicle)
        for road, due in roads.items():
            yield from self._settled(road, due)

    def _settled(self, road: str, due: list[Half]) -> Iterator[Closed]:
        """Vehicles of lanes side by side, those that changed lanes in one piece."""
        changed: list[tuple[Half, Half, Vehicle]] = []
        if any(half.lacks for half in due):
            waiting = [
                Half(lane, vehicle, False)
                for lane in self._lanes.values()
                if lane.settings.road == road
                for vehicle in lane.ahead.waiting()
            ]
            changed = joins([*due, *waiting])
        gone = {id(half.vehicle) for one, two, _ in changed for half in (one, two)}
        for one, two, whole in changed:
            for half in (one, two):
                if not half.due:
                    half.lane.ahead.withdraw(half.vehicle)
            yield _closed(one.lane.id, one.lane.where.forward, whole)
        for half in due:
            if id(half.vehicle) not in gone:
                yield _closed(half.lane.id, half.lane.where.forward, half.vehicle)

    def scores(self) -> Scores:
        """What was found of the clocks, for the next run."""
        return {pair: round(trust.score, 2) for pair, trust in self._trusts.items() if trust.score}

    def clocks(self) -> dict[str, ClockView]:
        """Device to how its clock fits, the worst of all its places; anchors are left out."""
        views: dict[str, ClockView] = {}
        for lane in self._lanes.values():
            owner = {place.key: device for (device, _), place in lane.where.places.items()}
            anchor = owner[lane.clocks.anchor]
            for place, device in owner.items():
                if device == anchor:
                    continue
                fits, shift = lane.clocks.of(place)
                known = views.get(device)
                if known is None or known.fits is None or fits is False:
                    views[device] = ClockView(fits, shift, anchor)
        return views


def _loudness(member: Member) -> tuple[int, int]:
    reading = member.reading
    if not isinstance(reading, TagReading):
        return 0, 0
    return reading.reads, reading.rssi or -200


def _closed(lane: str, direction: str, vehicle: Vehicle) -> Closed:
    members = [
        replace(seen.reading, residual_ms=None if cost is None else round(cost.residual_ms))
        for seen, cost in vehicle.parts.values()
    ]
    members += [seen.reading for seen in vehicle.twins]
    members.sort(key=lambda member: member.at.mono_ns)
    return Closed(lane, direction, tuple(members), vehicle.missing, stands_alone(vehicle))
