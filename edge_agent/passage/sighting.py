"""Where a lane's sensors stand, and what each of their readings says in the terms of pairing."""

from dataclasses import dataclass

from edge_agent.device.readings import AxlesReading, CrossingReading, TagReading, VehicleClass
from edge_agent.passage.fused import Member
from edge_agent.passage.lanes import LaneSettings
from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.sight import Build, Sight

Sensor = tuple[str, str]
"""A device and which of its lines, antennas or lanes."""

_TWO_WHEELS = frozenset({VehicleClass.MOTORBIKE, VehicleClass.BICYCLE})
_BETWEEN = frozenset({VehicleClass.MINIBUS, VehicleClass.LIGHT_TRUCK})
_HEAVY = frozenset({VehicleClass.BUS, VehicleClass.TRUCK, VehicleClass.TRACTOR_TRAILER})
_FOUR_WHEELS: frozenset[Build] = frozenset({"light", "heavy"})
_LEAST_SPREAD_MS = {"camera": 20, "plate": 20, "axles": 5, "tag": 30}
_LIGHT_KG = 3500
_LIGHT_CM = 600
_MPS_PER_DKMH = 1 / 36


@dataclass(frozen=True, slots=True)
class Layout:
    """One lane's sensors that have a place.

    Attributes:
        places: By sensor, in the direction of driving.
        forward: Name of the direction of driving.
        backward: Name of the other.
    """

    places: dict[Sensor, Place]
    forward: str
    backward: str

    @property
    def pairs(self) -> bool:
        """Whether there is anything to pair: sensors at two places or more."""
        return len(self.places) > 1


def layout(settings: LaneSettings) -> Layout:
    """Of a lane as the site file declares it."""
    places: dict[Sensor, Place] = {}
    names: dict[Sensor, tuple[str, str]] = {}
    for line in settings.lines:
        if line.at is not None:
            sensor = line.device, line.line
            places[sensor] = Place(_key(sensor), "camera", line.at, line.spread_m)
            names[sensor] = line.ab, line.ba
    for scale in settings.scales:
        if scale.at is not None:
            sensor = scale.device, scale.lane
            places[sensor] = Place(_key(sensor), "axles", scale.at, scale.spread_m, False)
    for tag in settings.tags:
        if tag.at is not None:
            sensor = tag.device, str(tag.antenna)
            places[sensor] = Place(_key(sensor), "tag", tag.at, tag.spread_m, False)
    ordered = dict(sorted(places.items(), key=lambda item: item[1].at))
    ab, ba = next((names[sensor] for sensor in ordered if sensor in names), ("in", "out"))
    return Layout(ordered, ba, ab) if ab == settings.against else Layout(ordered, ab, ba)


def _key(sensor: Sensor) -> str:
    return "/".join(sensor)


def plan(settings: LaneSettings, where: Layout, *, reverse: bool = False) -> LanePlan:
    """The lane for those who drive along it, or against."""
    sign = -1 if reverse else 1
    return LanePlan(
        [
            Place(place.key, place.kind, sign * place.at, place.spread_m, place.two_wheels)
            for place in where.places.values()
        ],
        typical_ms=settings.typical_kmh / 3.6,
        horizon_ms=settings.horizon_ms,
    )


def sight(member: Member) -> Sight:
    """A reading as pairing sees it; the member comes back with its vehicle."""
    reading = member.reading
    speed = length = axles = None
    builds: frozenset[Build] = frozenset()
    plate = track = ""
    if isinstance(reading, CrossingReading):
        speed = _mps(reading.speed)
        builds = _builds(reading.vehicle)
        plate = reading.plate.text if reading.plate is not None else ""
        track = member.id
    elif isinstance(reading, AxlesReading):
        speed = _mps(reading.speed)
        length = reading.length / 100 if reading.length else None
        axles = len(reading.axles) or None
        builds = _weighed(reading)
    elif isinstance(reading, TagReading):
        builds = _FOUR_WHEELS
    return Sight(
        id=member.id,
        place=member.place,
        t_ms=member.at.mono_ns / 1e6,
        spread_ms=max(member.at.spread_ms, _LEAST_SPREAD_MS[member.kind]),
        speed=speed,
        builds=builds,
        length=length,
        axles=axles,
        plate=plate,
        track=(member.device, track) if track else None,
        reading=member,
    )


def _mps(speed: int | None) -> float | None:
    return speed * _MPS_PER_DKMH if speed else None


def _builds(vehicle: VehicleClass) -> frozenset[Build]:
    if vehicle in _TWO_WHEELS:
        return frozenset({"two-wheels"})
    if vehicle is VehicleClass.CAR:
        return frozenset({"light"})
    if vehicle in _BETWEEN:
        return _FOUR_WHEELS
    return frozenset({"heavy"}) if vehicle in _HEAVY else frozenset()


def _weighed(reading: AxlesReading) -> frozenset[Build]:
    """By axles, length and weight, as far as they tell."""
    if len(reading.axles) > 2:  # noqa: PLR2004 - a light vehicle has two axles
        return frozenset({"heavy"})
    light = (reading.gross or 0) < _LIGHT_KG and (reading.length or 0) < _LIGHT_CM
    return _FOUR_WHEELS if light or reading.gross is None else frozenset({"heavy"})
