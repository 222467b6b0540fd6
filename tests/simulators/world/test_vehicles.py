import re
from collections import Counter

import pytest

from edge_agent.simulators.world.axles import allowed
from edge_agent.simulators.world.chance import bell, exponential, stream, weighted
from edge_agent.simulators.world.plates import PROVINCES
from edge_agent.simulators.world.vehicles import CITY, FREIGHT, Vehicle, make

FIRST, SECOND = "A-HK-NPS-VX-Z", "A-HK-NPR-VX-Z"
BIKES = (
    r"\d{2}M[ĐD][1-9]\d{5}",
    rf"\d{{2}}[{FIRST}][{SECOND}]\d{{5}}",
    rf"\d{{2}}[{FIRST}][1-9]\d{{4,5}}",
    r"\d{5}(NG|QT|CV|NN)\d{3}",
    r"[A-Z]{2}\d{3}",
)
CARS = (
    r"\d{2}(KT|LD|DA)\d{5}",
    rf"\d{{2}}[{FIRST}]\d{{4,5}}",
    r"\d{5}(NG|QT|CV|NN)\d{2}",
    r"[A-DHKPQTV][A-X]\d{4}",
)


@pytest.fixture(scope="module")
def crowd() -> list[Vehicle]:
    return [make(7, number, CITY if number % 2 else FREIGHT) for number in range(1, 6001)]


def test_every_plate_follows_the_grammar(crowd: list[Vehicle]) -> None:
    for vehicle in crowd:
        if vehicle.cls == "bicycle":
            assert vehicle.plate.text == ""
            continue
        forms = BIKES if vehicle.two_wheels else CARS
        text = vehicle.plate.text
        assert any(re.fullmatch(form, text) for form in forms), text
        for face in filter(None, (vehicle.plate.front, vehicle.plate.rear)):
            assert re.sub(r"[.-]", "", "".join(face.lines)) == text


def test_all_colours_states_and_layouts_occur(crowd: list[Vehicle]) -> None:
    plates = [vehicle.plate for vehicle in crowd if vehicle.cls != "bicycle"]
    assert {plate.colour for plate in plates} == {"white", "yellow", "blue", "red"}
    assert {plate.state for plate in plates} == {"clean", "dirty", "missing"}
    assert {len(plate.rear.lines) for plate in plates if plate.rear} == {1, 2}
    assert any("Đ" in plate.text for plate in plates)


def test_two_wheels_have_one_plate_in_two_lines_and_no_tag(crowd: list[Vehicle]) -> None:
    for vehicle in filter(lambda each: each.two_wheels, crowd):
        assert vehicle.tag is None
        assert vehicle.plate.front is None
        assert vehicle.plate.rear is None or len(vehicle.plate.rear.lines) == 2


def test_plates_and_tags_are_unique(crowd: list[Vehicle]) -> None:
    texts = Counter(vehicle.plate.text for vehicle in crowd if vehicle.plate.text)
    short = [text for text, count in texts.items() if count > 1]
    # Army motorbikes have a thousand numbers a prefix; everybody else is unique.
    assert all(len(text) <= 6 for text in short)
    epcs = [vehicle.tag.epc for vehicle in crowd if vehicle.tag]
    assert len(set(epcs)) == len(epcs)
    assert all(re.fullmatch(r"[0-9A-F]{24}", epc) for epc in epcs)


def test_some_tags_sit_on_the_wrong_vehicle_and_some_cars_have_none(crowd: list[Vehicle]) -> None:
    cars = [vehicle for vehicle in crowd if vehicle.cls == "car"]
    wrong = [v for v in crowd if v.tag and v.tag.sold_for != v.plate.text]
    assert 0 < len(wrong) < 0.03 * len(crowd)
    assert 0.02 < sum(v.tag is None for v in cars) / len(cars) < 0.12
    everybody = {vehicle.plate.text for vehicle in crowd}
    assert not any(v.tag and v.tag.sold_for in everybody for v in wrong)


def test_a_vehicle_is_a_function_of_seed_and_number_alone() -> None:
    assert make(7, 99, CITY) == make(7, 99, CITY)
    assert make(8, 99, CITY) != make(7, 99, CITY)


def test_axles_lie_under_the_vehicle_and_carry_weight(crowd: list[Vehicle]) -> None:
    for vehicle in crowd:
        offsets = [axle.offset_cm for axle in vehicle.load.axles]
        assert offsets == sorted(set(offsets))
        assert offsets[0] > 0
        assert offsets[-1] < vehicle.length * 100
        assert all(axle.left_kg > 0 and axle.right_kg > 0 for axle in vehicle.load.axles)


def test_overload_is_rare_among_cars_and_usual_enough_among_lorries(crowd: list[Vehicle]) -> None:
    heavy = [v for v in crowd if v.cls in {"truck", "tractor_trailer"}]
    over = [v for v in heavy if any(name == "gross" for name, _ in v.load.over)]
    assert 0.03 < len(over) / len(heavy) < 0.15
    assert not any(v.load.over for v in crowd if v.cls in {"car", "motorbike"})
    assert any(v.load.lifted for v in heavy)
    assert any(v.load.ambiguous for v in heavy)


@pytest.mark.parametrize(
    ("axles", "spacing", "kg"),
    [
        (1, 0, 10_000),
        (2, 99, 11_000),
        (2, 100, 16_000),
        (2, 129, 16_000),
        (2, 130, 18_000),
        (3, 130, 21_000),
        (3, 131, 24_000),
    ],
)
def test_allowance_steps_where_the_circular_says(axles: int, spacing: int, kg: int) -> None:
    assert allowed(axles, spacing) == kg


def test_province_codes_are_those_in_use() -> None:
    assert len(PROVINCES) == 80  # and 80 itself, the traffic police's
    assert not {"13", "42", "44", "45", "46", "87", "91", "96"} & set(PROVINCES)


def test_chance_has_the_moments_that_it_claims() -> None:
    rng = stream(1, "test")
    waits = [exponential(rng) for _ in range(20_000)]
    assert sum(waits) / len(waits) == pytest.approx(1.0, abs=0.03)
    assert sum(wait > 1 for wait in waits) / len(waits) == pytest.approx(0.3679, abs=0.015)
    heights = [bell(rng, 10.0, 2.0) for _ in range(20_000)]
    mean = sum(heights) / len(heights)
    assert mean == pytest.approx(10.0, abs=0.06)
    assert sum((h - mean) ** 2 for h in heights) / len(heights) == pytest.approx(4.0, abs=0.15)
    picks = Counter(weighted(rng, (("a", 3.0), ("b", 1.0))) for _ in range(8000))
    assert picks["a"] / 8000 == pytest.approx(0.75, abs=0.02)


def test_streams_of_two_purposes_have_nothing_in_common() -> None:
    assert stream(1, "class", 5).random() != stream(1, "plate", 5).random()
    assert stream(1, "class", 5).random() == stream(1, "class", 5).random()
