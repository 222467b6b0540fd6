import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.vision.frame import Frame, framed
from edge_agent.vision.lookout import Lookout, Seen
from edge_agent.vision.looks import Agreed
from tests.vision.eyekit import Found, Workshop

CAR = (100.0, 100.0, 400.0, 300.0)


def frame(number: int) -> Frame:
    picture = np.full((720, 1280, 3), 90, np.uint8)
    return framed(picture, number / 10, Stamp(number * 100, number * 100_000_000))


def plate(x: float, y: float, text: str = "30A12345", width: float = 80) -> Found:
    return Found(text, (x - width / 2, y - width / 6, x + width / 2, y + width / 6))


def text(lookout: Lookout, track: int) -> str:
    verdict = lookout.verdict(track)
    return verdict.reading.text if isinstance(verdict, Agreed) else f"({verdict})"


def test_a_vehicle_is_looked_at_until_its_plate_is_sure() -> None:
    shop = Workshop([plate(250, 250)])
    lookout = shop.lookout()
    for number in range(10):
        lookout.step(frame(number), [Seen(1, CAR)])
    assert text(lookout, 1) == "30A12345"
    assert lookout.settled(1)
    assert len(shop.asked) == len(shop.read) == 3
    verdict = lookout.verdict(1)
    assert isinstance(verdict, Agreed)
    assert verdict.colour == "yellow"
    assert verdict.best.box == (210, 237, 291, 264)


def test_what_is_far_away_costs_nothing_and_says_so() -> None:
    shop = Workshop([plate(250, 250, width=20)])
    lookout = shop.lookout()
    lookout.step(frame(0), [Seen(1, (100, 100, 170, 140))])
    assert shop.asked == []
    assert text(lookout, 1) == "(too-small)"
    assert text(lookout, 99) == "(too-small)"
    lookout.step(frame(1), [Seen(1, CAR)])  # near, and its plate is small all the same
    assert text(lookout, 1) == "(too-small)"
    assert shop.read == []


def test_a_vehicle_without_a_plate_is_asked_less_and_less() -> None:
    shop = Workshop()
    lookout = shop.lookout()
    for number in range(50):
        lookout.step(frame(number), [Seen(1, CAR)])
    assert text(lookout, 1) == "(not-found)"
    assert len(shop.asked) < 14


def crowd(count: int) -> tuple[list[Seen], list[Found]]:
    """Cars side by side, each with a plate of its own."""
    seen = [Seen(n, (n * 200.0, 100, n * 200.0 + 180, 300)) for n in range(count)]
    return seen, [plate(n * 200 + 90, 260, f"30A1234{n}", 60) for n in range(count)]


def test_no_frame_takes_longer_than_its_budget_and_nobody_is_forgotten() -> None:
    seen, plates = crowd(6)
    shop = Workshop(plates, find_ms=5, read_ms=3)
    lookout = shop.lookout(budget_s=0.010)
    for number in range(40):
        before = shop._now_ns
        lookout.step(frame(number), seen)
        assert shop._now_ns - before <= 10e6 + 3e6  # one call may be under way when time is up
    assert lookout.counts.put_off > 0
    assert [text(lookout, one.track) for one in seen] == [f"30A1234{n}" for n in range(6)]
    assert lookout.counts.waiting == 0
    assert lookout.counts.finder_calls == len(shop.asked)
    assert lookout.counts.reader_calls == len(shop.read)


def test_who_has_crossed_comes_first() -> None:
    seen, plates = crowd(6)
    shop = Workshop(plates, find_ms=5, read_ms=3)
    lookout = shop.lookout(budget_s=0.009)
    hurried = [*seen[:4], Seen(4, seen[4].box, urgent=True), seen[5]]
    lookout.step(frame(0), hurried)
    assert shop.asked[0] == seen[4].box
    assert shop.read[0] == "30A12344"


def test_motorbikes_abreast_keep_their_own_plates() -> None:
    left, right = (100.0, 100.0, 260.0, 400.0), (200.0, 110.0, 360.0, 410.0)
    shop = Workshop([plate(180, 300, "59X312345", 50), plate(282, 310, "51F198765", 50)])
    lookout = shop.lookout()
    for number in range(4):
        lookout.step(frame(number), [Seen(1, left), Seen(2, right)])
    assert (text(lookout, 1), text(lookout, 2)) == ("59X312345", "51F198765")


def test_a_network_that_fails_is_told_and_takes_nothing_down() -> None:
    shop = Workshop([plate(250, 250)], broken=True)
    lookout = shop.lookout()
    lookout.step(frame(0), [Seen(1, CAR)])
    assert "finder.onnx fails" in lookout.failed
    shop.broken = False
    for number in range(1, 5):
        lookout.step(frame(number), [Seen(1, CAR)])
    assert lookout.failed == ""
    assert text(lookout, 1) == "30A12345"


def test_another_reader_begins_anew() -> None:
    shops = [Workshop([plate(250, 250)]), Workshop([plate(250, 250, "51F98765")])]
    lookout = shops[0].lookout()
    lookout.step(frame(0), [Seen(1, CAR)])
    other = shops[1].lookout()
    lookout.tools = other.tools
    for number in range(1, 4):
        lookout.step(frame(number), [Seen(1, CAR)])
    assert text(lookout, 1) == "51F98765"


def test_who_is_gone_is_forgotten() -> None:
    shop = Workshop([plate(250, 250)])
    lookout = shop.lookout()
    lookout.step(frame(0), [Seen(1, CAR)])
    lookout.forget([1])
    assert lookout._vehicles == {}


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.0, 0.0), (-50.0, -50.0, 2000.0, 900.0)])
def test_odd_boxes_break_nothing(box: tuple[float, float, float, float]) -> None:
    shop = Workshop([plate(5, 5), Found("", (300, 300, 300, 300))])
    lookout = shop.lookout()
    for number in range(3):
        lookout.step(frame(number), [Seen(1, box)])
    assert lookout.counts.finder_calls == len(shop.asked)
