from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.owners import owners

Box = tuple[float, float, float, float]


def plate(x: float, y: float, width: float = 28.0) -> Box:
    return x - width / 2, y - width / 3, x + width / 2, y + width / 3


def test_two_motorbikes_abreast_keep_their_own() -> None:
    bikes: dict[int, Box] = {7: (100, 100, 200, 300), 8: (170, 110, 270, 310)}
    plates = [plate(222, 250), plate(152, 240)]
    assert owners(plates, bikes) == {0: 8, 1: 7}


def test_a_plate_seen_past_a_motorbike_is_the_cars() -> None:
    """The motorbike rides before the car: both boxes hold the plate, only one may have it."""
    vehicles: dict[int, Box] = {1: (100, 100, 400, 320), 2: (230, 180, 320, 360)}
    assert owners([plate(250, 260, 66)], vehicles) == {0: 1}
    assert owners([plate(250, 260, 66), plate(275, 300, 26)], vehicles) == {0: 1, 1: 2}


def test_one_plate_found_twice_is_given_once() -> None:
    bikes: dict[int, Box] = {7: (100, 100, 200, 300), 8: (170, 110, 270, 310)}
    assert owners([plate(152, 240), plate(153, 241)], bikes) in ({0: 7}, {1: 7})


def test_two_plates_on_one_vehicle_leave_one() -> None:
    """A tow bar's plate, an advertisement: the more usual one stays."""
    assert owners([plate(150, 250), plate(150, 140)], {7: (100, 100, 200, 300)}) == {0: 7}


def test_what_lies_on_no_vehicle_is_nobodys() -> None:
    assert owners([plate(500, 500)], {7: (100, 100, 200, 300)}) == {}
    assert owners([plate(150, 110)], {7: (100, 100, 200, 300)}) == {}
    assert owners([plate(150, 250)], {}) == {}


PLACES = st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(0, 300), st.floats(0, 300)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(st.lists(PLACES, max_size=6), st.dictionaries(st.integers(1, 9), PLACES, max_size=6))
def test_nobody_has_two_and_nothing_belongs_to_two(
    plates: list[Box], vehicles: dict[int, Box]
) -> None:
    found = owners(plates, vehicles)
    assert len(set(found.values())) == len(found)
    assert set(found) <= set(range(len(plates)))
    assert set(found.values()) <= set(vehicles)
