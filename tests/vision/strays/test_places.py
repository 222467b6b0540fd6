"""Places where something stands, whatever the tracker calls it."""

from edge_agent.vision.strays.places import LOST_S, Place, Places, overlap

CAR = (40.0, 20.0)


def box(x: float, y: float, size: tuple[float, float] = CAR) -> tuple[float, float, float, float]:
    return x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2


def only(places: Places) -> Place:
    (place,) = places
    return place


def test_a_box_that_trembles_stands() -> None:
    places = Places()
    for tenth in range(100):
        places.see(tenth / 10, 1, box(100 + (tenth % 3) * 5, 50))
        assert places.leave(tenth / 10, []) == []
    assert (only(places).since, only(places).seen) == (0, 9.9)


def test_a_box_that_creeps_does_not() -> None:
    places = Places()
    for second in range(30):
        places.see(second, 1, box(100 + 4 * second, 50))
        places.leave(second, [])
    assert 30 - only(places).since < 5


def test_it_remembers_how_far_somebody_came() -> None:
    places = Places()
    for tenth in range(30):
        places.see(tenth / 10, 1, box(4.0 * tenth, 50))
        places.leave(tenth / 10, [])
    assert only(places).came > 2
    places.see(3, 2, box(300, 50))
    assert [place.came for place in places][-1] == 0


def test_a_lost_track_is_found_again_under_another_number() -> None:
    places = Places()
    places.see(0, 1, box(100, 50))
    only(places).number = 7
    places.leave(1, [1])
    for second in (5, 6, 7):
        places.see(second, 2, box(104, 52))
        places.leave(second, [])
    assert (only(places).since, only(places).track, only(places).number) == (0, 2, 7)


def test_who_drives_past_takes_nothing_over() -> None:
    places = Places()
    places.see(0, 1, box(100, 50))
    only(places).number = 7
    for tenth in range(20):
        places.see(1 + tenth / 10, 2, box(40 + 10 * tenth, 50))
        places.leave(1 + tenth / 10, [])
    assert [place.since for place in places if place.number == 7] == [0]


def test_what_is_not_seen_for_long_is_gone() -> None:
    places = Places()
    places.see(0, 1, box(100, 50))
    assert places.leave(LOST_S, [1]) == []
    (left,) = places.leave(LOST_S + 0.1, [])
    assert left.track == 1
    assert list(places) == []


def test_who_drives_on_leaves_at_once() -> None:
    places = Places()
    places.see(0, 1, box(100, 50))
    places.see(1, 1, box(160, 50))
    (left,) = places.leave(1, [])
    assert (left.at, only(places).at) == ((100, 50), (160, 50))


def test_what_the_backdrop_shows_stands_on() -> None:
    places = Places()
    places.see(0, 1, box(100, 50))
    for second in range(1, 60):
        assert places.keep(second, box(102, 52))
        assert places.leave(second, [1]) == []
    assert not places.keep(60, box(300, 50))


def test_boxes_overlap_by_the_smaller() -> None:
    assert overlap((0, 0, 100, 100), (10, 10, 20, 20))
    assert overlap((10, 10, 20, 20), (0, 0, 100, 100))
    assert not overlap((0, 0, 10, 10), (8, 0, 18, 10))
    assert not overlap((0, 0, 10, 10), (20, 20, 30, 30))
