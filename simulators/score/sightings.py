"""Who was seen by which reading: as the truth says it, or else by device and time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edge_agent.simulators.score.items import Item, Line, Names, Stored
from edge_agent.simulators.score.match import match

_WINDOWS_MS = {"camera": 1500, "axles": 700, "tag": 1200}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One reading of a sensor, and what it truly is.

    Attributes:
        t: When it truly was, UTC ms.
        kind: ``camera``, ``axles`` or ``tag``.
        id: The device's own number of it.
        vehicle: Number in the world; a negative one of its own for what is no vehicle.
        place: Sensor within the lane.
        stamp: When the device says it was.
        told: When it reached the unit; None when that is not known.
        judge: Rules that it is enough for.
    """

    t: int
    device: str
    kind: str
    id: str
    vehicle: int
    lane: str
    place: str
    stamp: int
    told: int | None = None
    judge: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """A reading as a stored event names it; ``of`` is the place of that event among the stored."""

    device: str
    kind: str
    id: str
    lane: str
    t: int
    cls: str
    of: int


class Book:
    """Sightings, found by what stored events say of readings."""

    def __init__(self, sightings: Iterable[Sighting]) -> None:
        self.all = list(sightings)
        # With the lane: one track may cross the lines of two.
        self._by_id: dict[tuple[str, str, str, str], Sighting] = {}
        self._by_stamp: dict[tuple[str, str, str, int], list[Sighting]] = {}
        for each in self.all:
            self._by_id[each.device, each.kind, each.lane, each.id] = each
            key = each.device, each.kind, each.lane, each.stamp
            self._by_stamp.setdefault(key, []).append(each)

    def find(self, claim: Claim) -> Sighting | None:
        """By its number; by its time where the unit numbers what the device does not."""
        known = self._by_id.get((claim.device, claim.kind, claim.lane, claim.id))
        if known is not None:
            return known
        near = self._by_stamp.get((claim.device, claim.kind, claim.lane, claim.t), [])
        return near[0] if len(near) == 1 else None


def claims(stored: Sequence[Stored]) -> Iterator[Claim]:
    """Readings of all passages and of all that are unpaired."""
    for number, event in enumerate(stored):
        body = event.body
        match body["st"]:
            case "passage":
                told = set()
                for part in body["parts"]:
                    kind = "camera" if part["k"] == "plate" else str(part["k"])
                    if (part["d"], kind, part["i"]) in told:
                        continue  # a camera's crossing and its plate are one reading
                    told.add((part["d"], kind, part["i"]))
                    t, lane = body["t"] + part.get("dt", 0), str(body["lane"])
                    yield Claim(part["d"], kind, part["i"], lane, t, str(body["cls"]), number)
            case "unpaired":
                kind = "camera" if body["k"] == "plate" else str(body["k"])
                yield Claim(
                    str(body["d"]), kind, str(body["i"]), str(body["lane"]), body["t"], "", number
                )


def book(truth: Sequence[Line], stored: Sequence[Stored], names: Names) -> Book:
    """Of the truth's own ``seen`` lines; where it has none, by device, lane and time."""
    seen = [line for line in truth if line["what"] == "seen"]
    return Book(_seen(seen) if seen else _inferred(truth, stored, names))


def _seen(lines: Iterable[Line]) -> Iterator[Sighting]:
    for number, line in enumerate(lines, start=1):
        vehicle = line["vehicle"]
        yield Sighting(
            line["t"],
            str(line["device"]),
            str(line["kind"]),
            str(line["id"]),
            -number if vehicle is None else int(vehicle),
            str(line["lane"]),
            str(line["place"]),
            line["stamp"],
            line.get("told"),
            frozenset(line.get("judge", ())),
        )


def _inferred(truth: Sequence[Line], stored: Sequence[Stored], names: Names) -> Iterator[Sighting]:
    """Each stored reading is of the vehicle that was there then; of none it is a ghost."""
    there = [*_passed(truth, names)]
    lines = {id(item): line for item, line in there}
    for kind, window_ms in _WINDOWS_MS.items():
        said = [
            (Item(claim.t, (claim.device, kind, claim.lane), cls=claim.cls or None), claim)
            for claim in claims(stored)
            if claim.kind == kind
        ]
        of = {id(item): claim for item, claim in said}
        true = [item for item, _ in there if item.key[1] == kind]
        found = match(true, [item for item, _ in said], window_ms)
        for item, other in found.pairs:
            line = lines[id(item)]
            judge = frozenset(map(str, line.get("judge", ())))
            yield _of_claim(of[id(other)], int(line["vehicle"]), item.t, judge)
        for ghost, other in enumerate(found.extra, start=1):
            claim = of[id(other)]
            yield _of_claim(claim, -ghost - 100_000 * len(kind), claim.t, frozenset())


def _of_claim(claim: Claim, vehicle: int, t: int, judge: frozenset[str]) -> Sighting:
    # A stored part does not tell its line; a camera's lines of one lane count as one place.
    place = f"{claim.device}/{claim.kind}"
    device, kind, lane = claim.device, claim.kind, claim.lane
    return Sighting(t, device, kind, claim.id, vehicle, lane, place, claim.t, None, judge)


def _passed(truth: Sequence[Line], names: Names) -> Iterator[tuple[Item, Line]]:
    """Vehicles where a sensor could see them, as the unit's lanes call the places."""
    for line in truth:
        match line["what"]:
            case "crossing":
                device = str(line.get("device", ""))
                lane = line.get("spot") or names.lane_of(str(line["line"]), line.get("lane"))
                yield _item(line, names, device, "camera", lane), line
            case "tag-in":
                reader, _, port = str(line["antenna"]).rpartition("-")
                lane = line.get("spot") or names.lane_of(str(line["antenna"]), port)
                yield _item(line, names, reader, "tag", lane), line
            case "axle" if line["axle"] == 1:
                lane = line.get("spot") or names.lane_of(str(line["station"]), line["lane"])
                yield _item(line, names, str(line["station"]), "axles", lane), line


def _item(line: Line, names: Names, device: str, kind: str, lane: str) -> Item:
    cls = line.get("cls")
    key = names.device.get(device, device), kind, lane
    return Item(line["t"], key, cls=None if cls is None else str(cls))
