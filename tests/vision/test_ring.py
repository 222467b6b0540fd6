from hashlib import sha256

import cv2
import numpy as np
import pytest

from edge_agent.clock import Stamp
from edge_agent.device.pictures import Wanted
from edge_agent.vision.album import Album
from edge_agent.vision.frame import Frame, framed
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.ring import PACE_S, Ring
from tests.vision.test_pipeline import SCENE, film


def frame(t: float, *, colour: bool = True, wide: int = 800) -> Frame:
    """A frame whose grey level tells its time."""
    level = round(t * 10) % 250
    shape = (wide // 2, wide, 3) if colour else (wide // 2, wide)
    return framed(np.full(shape, level, np.uint8), t, Stamp(round(t * 1000), round(t * 1e9)))


def _shown(ring: Ring, t: float) -> float | None:
    """When the frame was taken that is shown for a moment."""
    pictures = list(ring.show(Wanted({"at": round(t * 1e9)}), Album()))
    if not pictures:
        return None
    (picture,) = pictures
    assert picture.at is not None
    pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    height, width = pixels.shape[:2]
    assert picture.size == (width, height)
    seen = float(pixels.mean()) / 10
    assert seen == pytest.approx(picture.at.mono_ns / 1e9 % 25, abs=0.11), "another frame"
    return picture.at.mono_ns / 1e9


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "luma"])
def test_shows_the_nearest_frame_at_full_size(colour: bool) -> None:
    ring = Ring(8.0)
    for step in range(100):
        ring.take(frame(1 + step / 10, colour=colour), None, crossed=False)
    for moment in (3.0, 5.17, 10.5):
        shown = _shown(ring, moment)
        assert shown is not None
        assert abs(shown - moment) <= PACE_S


def test_what_is_too_old_or_still_to_come_is_not_shown() -> None:
    ring = Ring(3.0)
    for step in range(100):
        ring.take(frame(1 + step / 10), None, crossed=False)
    assert _shown(ring, 6.0) is None
    assert _shown(ring, 12.0) is None
    assert _shown(ring, 9.0) is not None


def test_the_frame_of_a_crossing_is_kept_whatever_the_pace_and_for_longer() -> None:
    ring = Ring(3.0)
    for step in range(100):
        ring.take(frame(1 + step / 10), None, crossed=step in (15, 61))
    assert _shown(ring, 2.5) == pytest.approx(2.5)
    assert _shown(ring, 7.1) == pytest.approx(7.1)


def test_memory_is_bounded() -> None:
    ring = Ring(1000.0, most_bytes=200_000)
    noise = np.random.default_rng(3)
    for step in range(60):
        t = step / 2
        picture = noise.integers(0, 255, (200, 300, 3), np.uint8)
        ring.take(framed(picture, t, Stamp(0, round(t * 1e9))), None, crossed=True)
        assert ring.bytes <= 400_000
    assert ring.bytes > 200_000


def test_nothing_is_kept_where_nobody_will_ask() -> None:
    ring = Ring(0.0)
    ring.take(frame(1.0), None, crossed=True)
    assert ring.bytes == 0


def test_a_stream_that_begins_anew_is_kept_again() -> None:
    ring = Ring(8.0)
    ring.take(frame(5000.0), None, crossed=False)
    ring.take(frame(1.0), None, crossed=False)
    assert _shown(ring, 1.0) == 1.0


def test_tells_who_was_in_the_frame_of_the_crossing() -> None:
    pipeline, ring = Pipeline(SCENE, MotionDetector(), "r"), Ring(8.0)
    for each in film(6, [(1.0, 80.0, 60, 60, 30, 220)]):
        before = pipeline.crossings
        pipeline.feed(each)
        ring.take(each, pipeline.tracks, crossed=pipeline.crossings > before)
        if pipeline.crossings:
            break
    (picture,) = ring.show(Wanted({"at": each.at.mono_ns}), Album())
    (vehicle,) = picture.vehicles
    x1, y1, x2, y2 = vehicle.box
    assert x1 < 160 < x2 + 8
    assert y1 < 75 < y2


def test_crops_come_from_the_album() -> None:
    album = Album(most=1)
    digest = album.keep(np.full((32, 64), 120, np.uint8))
    wanted = Wanted({}, (digest, "0" * 64))
    (picture,) = Ring(0.0).show(wanted, album)
    assert picture.name == digest == sha256(picture.data).hexdigest()
