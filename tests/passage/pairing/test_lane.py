"""Roads of our own making, where it is known who is who."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.passage.pairing.lane import LanePairer, Vehicle
from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.sight import Build, Sight

ARRIVE = Place("arrive", "camera", 0.0, 0.8)
WIM = Place("wim", "axles", 20.0, 0.1, two_wheels=False)
TAG = Place("tag", "tag", 40.0, 2.0, two_wheels=False)
LEAVE = Place("leave", "camera", 60.0, 0.8)
PLAN = LanePlan((LEAVE, TAG, ARRIVE, WIM), typical_ms=14.0)

_DELAY_MS = {"arrive": 50, "wim": 1500, "tag": 1000, "leave": 50}
_NOISE_MS = {"arrive": 15.0, "wim": 5.0, "tag": 80.0, "leave": 15.0}


@dataclass(frozen=True)
class Car:
    """Truth."""

    number: int
    t_ms: float
    speed: float
    length: float = 4.5
    axles: int = 2
    builds: frozenset[Build] = frozenset({"light"})
    has: frozenset[str] = frozenset({"arrive", "wim", "tag", "leave"})


def sights(car: Car, chance: random.Random) -> Iterator[Sight]:
    for place in PLAN.places:
        if place.key in car.has:
            t = car.t_ms + place.at / car.speed * 1000 + chance.gauss(0, _NOISE_MS[place.key])
            sight = Sight(str(car.number), place.key, t, 20.0)
            if place.kind == "camera":
                sight = replace(sight, speed=car.speed * chance.gauss(1, 0.03), builds=car.builds)
            if place.kind == "axles":
                speed, length = car.speed * chance.gauss(1, 0.01), car.length
                sight = replace(sight, speed=speed, length=length, axles=car.axles)
            if place.kind == "tag":
                sight = replace(sight, spread_ms=100.0, builds=frozenset({"light", "heavy"}))
            yield sight


def stream(count: int, per_hour: float, chance: random.Random) -> list[Car]:
    cars, t = [], 0.0
    for number in range(count):
        heavy = chance.random() < 0.2
        headway = 0.9 + chance.expovariate(1.0) * max(0.05, 3600 / per_hour - 0.9)
        t += headway * 1000
        cars.append(
            Car(
                number,
                t,
                chance.gauss(14.0, 0.4),
                11.0 if heavy else 4.5,
                chance.choice((3, 4, 5)) if heavy else 2,
                frozenset({"heavy" if heavy else "light"}),
            )
        )
    return cars


def drive(
    cars: Iterable[Car],
    lane: LanePairer,
    chance: random.Random,
    off_ms: dict[str, float] | None = None,
) -> list[Vehicle]:
    shift = off_ms or {}
    heard = sorted(
        (
            (
                sight.t_ms + _DELAY_MS[sight.place],
                replace(sight, t_ms=sight.t_ms + shift.get(sight.place, 0)),
            )
            for car in cars
            for sight in sights(car, chance)
        ),
        key=lambda pair: pair[0],
    )
    out: list[Vehicle] = []
    for now, sight in heard:
        lane.add(sight)
        out += lane.take(now)
    return out + lane.take(heard[-1][0], everything=True)


def score(
    cars: Iterable[Car], vehicles: list[Vehicle]
) -> tuple[int, int, Counter[tuple[str, str]]]:
    """Complete and right, wrong parts, how often each sight was given out."""
    has = {str(car.number): car.has for car in cars}
    complete = wrong = 0
    given_out: Counter[tuple[str, str]] = Counter()
    for vehicle in vehicles:
        owners = Counter(sight.id for sight, _ in vehicle.parts.values())
        owner, most = owners.most_common(1)[0]
        wrong += owners.total() - most
        complete += len(owners) == 1 and set(vehicle.parts) == has[owner]
        given_out.update((place, sight.id) for place, (sight, _) in vehicle.parts.items())
        given_out.update((sight.place, sight.id) for sight in vehicle.twins)
    return complete, wrong, given_out


@pytest.mark.parametrize(("per_hour", "least"), [(1200, 0.98), (1800, 0.96)])
def test_a_lane_in_free_flow(per_hour: float, least: float) -> None:
    chance = random.Random(per_hour)
    cars = stream(600, per_hour, chance)
    complete, wrong, given_out = score(cars, drive(cars, LanePairer(PLAN), chance))
    assert complete >= least * len(cars)
    assert wrong <= 0.001 * sum(given_out.values())
    assert set(given_out.values()) == {1}
    assert given_out.total() == 4 * len(cars)


def test_sensors_that_miss_take_nobodys_place() -> None:
    chance = random.Random(5)
    cars = [
        replace(car, has=frozenset(place for place in car.has if chance.random() > 0.05))
        for car in stream(600, 1200, chance)
    ]
    cars = [car for car in cars if car.has]
    complete, wrong, given_out = score(cars, drive(cars, LanePairer(PLAN), chance))
    assert wrong <= 0.001 * given_out.total()
    assert complete >= 0.95 * len(cars)


@pytest.mark.parametrize("off_ms", [2000.0, -2000.0, 700.0])
@pytest.mark.parametrize("place", ["tag", "wim"])
def test_a_clock_that_is_off_is_said_and_pairs_nobody(place: str, off_ms: float) -> None:
    chance = random.Random(off_ms)
    cars = stream(400, 1200, chance)
    lane = LanePairer(PLAN)
    vehicles = drive(cars, lane, chance, {place: off_ms})
    trusted, shift = lane.clocks.of(place)
    assert trusted is False
    assert shift == pytest.approx(off_ms, abs=250)
    _, wrong, given_out = score(cars, vehicles)
    assert wrong == 0
    assert set(given_out.values()) == {1}
    later = vehicles[len(vehicles) // 2 :]
    assert all(place not in v.parts or len(v.parts) == 1 for v in later)
    assert any(v.missing.get(place) == "clock-off" for v in later)


def test_a_missed_lorry_between_two_does_not_shift_the_others() -> None:
    chance = random.Random(1)
    lorry = Car(0, 0, 14.0, 12.0, 3, frozenset({"heavy"}))
    cars = stream(20, 900, chance)
    end = cars[-1].t_ms + 8000
    trio = [
        replace(lorry, number=101, t_ms=end, axles=5),
        replace(lorry, number=102, t_ms=end + 1500, has=frozenset({"arrive", "leave"})),
        replace(lorry, number=103, t_ms=end + 3000, axles=4),
    ]
    vehicles = drive([*cars, *trio], LanePairer(PLAN), chance)
    by_owner = {vehicle.parts["arrive"][0].id: vehicle for vehicle in vehicles[-3:]}
    for car in trio:
        vehicle = by_owner[str(car.number)]
        assert set(vehicle.parts) == car.has
        assert {sight.id for sight, _ in vehicle.parts.values()} == {str(car.number)}
    assert by_owner["102"].missing == {"wim": "not-detected", "tag": "not-detected"}


def test_two_that_cannot_be_told_apart_are_not_told_apart() -> None:
    chance = random.Random(1)
    cars = stream(20, 900, chance)
    end = cars[-1].t_ms + 8000
    abreast = [Car(101, end, 14.0), Car(102, end + 20, 14.0)]
    vehicles = drive([*cars, *abreast], LanePairer(PLAN), chance)
    pair = [v for v in vehicles if {s.id for s, _ in v.parts.values()} & {"101", "102"}]
    assert any("ambiguous" in vehicle.missing.values() for vehicle in pair)
    _, wrong, _ = score(cars, [v for v in vehicles if v not in pair])
    assert wrong == 0


def test_a_sensor_that_is_down_is_the_reason() -> None:
    chance = random.Random(2)
    lane = LanePairer(PLAN)
    lane.down("tag", down=True)
    cars = [replace(c, has=frozenset({"arrive", "wim", "leave"})) for c in stream(30, 900, chance)]
    vehicles = drive(cars, lane, chance)
    assert {vehicle.missing["tag"] for vehicle in vehicles} == {"device-down"}


def test_one_sensor_alone_waits_for_nobody() -> None:
    lane = LanePairer(LanePlan((ARRIVE,)))
    lane.add(Sight("1", "arrive", 1000.0))
    (vehicle,) = lane.take(1000.0)
    assert vehicle.missing == {}
    assert lane.take(2000.0) == []


def test_a_reading_that_comes_late_still_finds_its_vehicle() -> None:
    chance = random.Random(3)
    lane = LanePairer(PLAN)
    drive(stream(20, 900, chance), lane, chance)
    car = Car(500, 1_000_000.0, 14.0)
    late = None
    for sight in sights(car, chance):
        if sight.place == "wim":
            late = sight
        else:
            lane.add(sight)
    assert late is not None
    leaves_ms = car.t_ms + 60 / 14.0 * 1000
    assert lane.take(leaves_ms + PLAN.horizon_ms - 500) == []
    lane.add(late)
    (vehicle,) = lane.take(leaves_ms + PLAN.horizon_ms + 500)
    assert set(vehicle.parts) == car.has


def test_what_never_leaves_is_bounded() -> None:
    lane = LanePairer(LanePlan((ARRIVE, LEAVE), horizon_ms=10**9))
    out = 0
    for number in range(5000):
        lane.add(Sight(str(number), "arrive", number * 10.0))
        if number % 500 == 499:
            out += len(lane.take(number * 10.0))
    assert lane.overflows > 0
    assert out >= lane.overflows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["arrive", "wim", "tag", "leave"]),
            st.floats(0, 30_000),
            st.one_of(st.none(), st.floats(0.1, 60)),
        ),
        max_size=60,
    )
)
def test_whatever_comes_each_sight_goes_out_once(
    came: list[tuple[str, float, float | None]],
) -> None:
    lane = LanePairer(PLAN)
    given_out: Counter[tuple[str, str]] = Counter()
    out: list[Vehicle] = []
    now = 0.0
    for number, (place, t, speed) in enumerate(came):
        now = max(now, t)
        lane.add(Sight(str(number), place, t, speed=speed))
        out += lane.take(now)
    out += lane.take(now, everything=True)
    for vehicle in out:
        given_out.update((place, sight.id) for place, (sight, _) in vehicle.parts.items())
        given_out.update((sight.place, sight.id) for sight in vehicle.twins)
    assert given_out == Counter((place, str(n)) for n, (place, _, _) in enumerate(came))


def test_a_plan_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="without sensors"):
        LanePlan(())
    with pytest.raises(ValueError, match="one name"):
        LanePlan((ARRIVE, ARRIVE))
    with pytest.raises(ValueError, match="above 0"):
        LanePlan((ARRIVE,), typical_ms=0)
