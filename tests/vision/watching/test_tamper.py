"""Each flaw, told in time, and what is none."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from edge_agent.vision.frame import Grey
from edge_agent.vision.watching.tamper import Tamper, TamperSettings
from tests.vision.watching.street import SIZE, queue, street

Film = Callable[[float], Grey]
IN_TIME_S = 60


def shown(tamper: Tamper, film: Film, begins: float, seconds: float) -> Sequence[str | None]:
    """What was told in each second."""
    told = []
    for second in np.arange(begins, begins + seconds):
        tamper.step(float(second), film(float(second)))
        told.append(tamper.flaw)
    return told


def settled(film: Film = street, seconds: float = 45) -> Tamper:
    tamper = Tamper()
    assert not any(shown(tamper, film, 0, seconds))
    return tamper


def shifted(picture: Grey, dx: float, dy: float, roll: float = 0.0) -> Grey:
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), roll, 1.0)
    matrix[:, 2] += np.array([dx, dy])
    return np.asarray(cv2.warpAffine(picture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT))


def defocused(picture: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3.0))


def fogged(picture: Grey) -> Grey:
    return np.asarray(picture * 0.25 + 100, np.uint8)


def bagged(picture: Grey) -> Grey:
    return np.asarray(60 + picture % 3, np.uint8)


def behind_a_leaf(picture: Grey) -> Grey:
    hidden = picture.copy()
    cv2.ellipse(hidden, (90, 90), (110, 60), 20, 0, 360, 50, -1)
    return hidden


def knocked(picture: Grey) -> Grey:
    return shifted(picture, 9, -5)


def turned(picture: Grey) -> Grey:
    return shifted(picture, 210, 0)


def turned_to_a_wall(picture: Grey) -> Grey:
    """Elsewhere, and there is less to see there."""
    wall = np.ascontiguousarray(picture[::-1, ::-1])
    wall[:, 100:210] = 120
    return wall


def askew(picture: Grey) -> Grey:
    return shifted(picture, 0, 0, roll=6)


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize(
    ("fault", "flaw"),
    [
        (defocused, "blurred"),
        (fogged, "blurred"),
        (bagged, "covered"),
        (behind_a_leaf, "covered"),
        (knocked, "moved"),
        (turned, "moved"),
        (turned_to_a_wall, "moved"),
        (askew, "moved"),
    ],
)
def test_a_flaw_is_told_in_time_and_taken_back(
    fault: Callable[[Grey], Grey], flaw: str, night: bool
) -> None:
    def fine(second: float) -> Grey:
        return street(second, night=night)

    tamper = settled(fine)
    told = shown(tamper, lambda second: fault(fine(second)), 45, IN_TIME_S)
    assert told[-1] == flaw
    assert set(told) <= {"", flaw}
    assert shown(tamper, fine, 45 + IN_TIME_S, 40)[-1] == ""


def test_an_empty_wall_elsewhere_is_no_blur() -> None:
    told = []
    for settings in (TamperSettings(), TamperSettings(full=9.0)):
        tamper = Tamper(settings)
        shown(tamper, street, 0, 45)
        shown(tamper, lambda second: turned_to_a_wall(street(second)), 45, 45)
        assert tamper.bare > settings.part
        told.append(tamper.flaw)
    assert told[0] == "moved"
    assert told[1] != "moved"


def test_it_says_how_far_the_camera_moved_and_how_much_is_covered() -> None:
    tamper = settled()
    shown(tamper, lambda second: shifted(street(second), 16, 12), 45, 45)
    assert tamper.shift == pytest.approx(20 / SIZE[0], abs=2 / SIZE[0])
    tamper = settled()
    shown(tamper, lambda second: np.ascontiguousarray(street(second)[::-1, ::-1]), 45, 45)
    assert tamper.flaw == "moved"
    assert tamper.shift is None
    tamper = settled()
    shown(tamper, lambda second: behind_a_leaf(street(second)), 45, 45)
    assert 0.2 < tamper.bare < 0.5


def trembling(second: float) -> Grey:
    draw = np.random.default_rng(round(second))
    return shifted(street(second), *draw.normal(0, 0.5, 2))


def flickering(second: float) -> Grey:
    lit = 0.75 + 0.25 * np.random.default_rng(round(second)).random()
    return np.asarray(street(second, night=True) * lit, np.uint8)


def exposed_anew(second: float) -> Grey:
    gain = 0.55 if second % 40 > 20 else 1.5
    return np.asarray(np.minimum(street(second) * gain, 255), np.uint8)


def glaring(second: float) -> Grey:
    picture = street(second, night=True).astype(float)
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    picture += 300 * np.exp(-np.hypot(columns - 120, rows - 120) / 14)
    return np.asarray(np.minimum(picture, 255), np.uint8)


def raining(second: float) -> Grey:
    draw = np.random.default_rng(round(second))
    picture = street(second).astype(float) * 0.7 + 40
    for x, y in draw.integers(0, SIZE, (60, 2)).tolist():
        cv2.line(picture, (x, y), (x + 2, y + 14), 220.0, 1)
    return np.asarray(np.minimum(picture, 255), np.uint8)


@pytest.mark.parametrize(
    "film",
    [
        queue,
        trembling,
        exposed_anew,
        raining,
        lambda second: street(second, busy=False),
        lambda second: street(second, night=True),
    ],
    ids=["queue", "trembling", "exposure", "rain", "empty", "lamps-on"],
)
def test_what_happens_on_every_road_by_day_is_no_flaw(film: Film) -> None:
    assert not any(shown(settled(), film, 45, 120))


@pytest.mark.parametrize(
    "film",
    [
        flickering,
        glaring,
        lambda second: street(second, night=True, busy=False),
        street,
    ],
    ids=["flicker", "headlights", "empty", "dawn"],
)
def test_what_happens_on_every_road_by_night_is_no_flaw(film: Film) -> None:
    tamper = settled(lambda second: street(second, night=True))
    assert not any(shown(tamper, film, 45, 120))


def test_a_short_cover_is_a_lorry() -> None:
    tamper = settled()
    assert not any(shown(tamper, lambda second: bagged(street(second)), 45, 12))
    assert not any(shown(tamper, street, 57, 60))


def test_where_a_bus_stood_once_the_next_gets_more_time() -> None:
    own = TamperSettings()
    tamper = settled()

    def bus(second: float) -> Grey:
        return bagged(street(second))

    told = shown(tamper, bus, 45, 70)
    assert told[-1] == "covered"
    assert shown(tamper, street, 115, 40)[-1] == ""
    assert not any(shown(tamper, bus, 155, own.patience_s - 5))
    assert shown(tamper, bus, 150 + own.patience_s, 20)[-1] == "covered"
    begins = 170 + own.patience_s
    assert shown(tamper, street, begins, 40)[-1] == ""
    assert not any(shown(tamper, bus, begins + 40, 2 * own.patience_s - 5))


def test_who_stays_was_no_visitor() -> None:
    tamper = settled()
    shown(tamper, lambda second: bagged(street(second)), 45, 300)
    shown(tamper, street, 345, 40)
    told = shown(tamper, lambda second: bagged(street(second)), 385, IN_TIME_S)
    assert told[-1] == "covered"


def test_a_bracket_that_gives_way_slowly_is_told() -> None:
    tamper = Tamper(TamperSettings(every_s=10))
    for second in range(0, 2400, 10):
        tamper.step(second, shifted(street(second), 0, max(0, second - 400) / 200))
    assert tamper.flaw == "moved"
    assert tamper.shift is not None
    assert tamper.shift > 0.01


def test_nothing_is_known_of_the_first_seconds() -> None:
    tamper = Tamper()
    assert set(shown(tamper, street, 0, 15)) == {None}


def test_one_frame_of_a_second_is_looked_at_and_a_pause_is_no_flaw() -> None:
    tamper = settled()
    for tenth in range(1, 10):
        tamper.step(44 + tenth / 10, bagged(street(44)))
    assert not any(shown(tamper, street, 45, 20))
    assert not any(shown(tamper, street, 4000, 60))


def test_another_size_begins_anew() -> None:
    tamper = settled()
    larger = (640, 480)
    told = shown(tamper, lambda second: np.asarray(cv2.resize(street(second), larger)), 45, 60)
    assert not any(told)
