import json
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from edge_agent.drivers.camera import KIND
from edge_agent.drivers.camera.settings import CameraSettings, check
from edge_agent.vision.child import configured
from tests.drivers.camera.kit import Heard, driver, settings


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("rtsp://admin:pa/ss@192.0.2.1/live", "username and password"),
        ("rtsp://admin@192.0.2.1/live", "username and password"),
        ("rtsp:///live", "needs a host"),
        ("rtsp://192.0.2.1:99999/live", "not a URL"),
        ("http://192.0.2.1/live", "unknown kind"),
        ("v4l2:///dev/video0", "by-id"),
        ("file://clip.mp4", "three slashes"),
    ],
)
def test_urls_that_cannot_be_used_say_what_would_be_right(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(url)


def test_the_password_in_a_url_is_not_repeated_by_our_words() -> None:
    with pytest.raises(ValidationError) as caught:
        settings("rtsp://admin:geheim@192.0.2.1/live")
    assert all("geheim" not in problem["msg"] for problem in caught.value.errors())


@pytest.mark.parametrize(
    ("more", "key", "words"),
    [
        ({"picture": (1280, 720), "lines": {"a": (0, 0, 1300, 10)}}, "lines.a", "1280 x 720"),
        ({"lines": {"a": (160, 0, 160, 176)}}, "lines.a", "for pixels set picture"),
        ({"lines": {"a": (0.5, 0.5, 0.5, 0.5)}}, "lines.a", "no length"),
        ({"zones": {"z": ((0.0, 0.0), (1.0, 1.0))}}, "zones.z", "three corners"),
        ({"zones": {"z": ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))}}, "zones.z", "no area"),
        ({"zones": {"z": ((0.0, 0.0), (0.5, 0.5), (2.0, 1.0))}}, "zones.z", "outside"),
        ({"stretches": {"s": ((0.0, 0.0), (1.0, 1.0))}}, "stretches.s", "three corners"),
        ({"stretches": {"s": ((0.0, 0.0), (0.5, 0.9), (2.0, 1.0))}}, "stretches.s", "outside"),
        ({"against": {"stop": "ba"}}, "against.stop", "no such line"),
        ({"picture": (0, 720)}, "picture", "above 0"),
        ({"password": "env:X"}, "username", "without a user"),
    ],
)
def test_nonsense_that_a_model_cannot_see(more: dict[str, Any], key: str, words: str) -> None:
    complaints = check(settings("rtsp://192.0.2.1/live", **more))
    assert any(found == key and words in told for found, told in complaints)


def test_a_sound_table_has_no_complaints_and_offers_its_names() -> None:
    own = settings(
        "rtsp://192.0.2.1/live",
        picture=(1280, 720),
        lines={"stop": (0, 360, 1280, 360)},
        zones={"queue": ((0, 0), (100, 0), (100, 100))},
    )
    assert check(own) == []
    assert KIND.offers(own) == {"line": frozenset({"stop"}), "zone": frozenset({"queue"})}
    assert own.share(640, 360) == (0.5, 0.5)


MARKS = [(10, 90, 0, 0), (90, 90, 7, 0), (30, 20, 0, 40), (70, 20, 7, 40)]


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (MARKS[:3], "3 points; 4 to 8"),
        (MARKS * 3, "12 points; 4 to 8"),
        ([*MARKS[:3], (170, 20, 7, 40)], "outside the picture"),
        ([*MARKS, (50, 90, 3, 0)], "on one line"),
        ([*MARKS[:3], (71, 20, 0, 20)], "on one line"),
    ],
)
def test_points_of_the_road_that_measure_nothing_are_refused(
    marks: list[tuple[float, float, float, float]], words: str
) -> None:
    own = settings("rtsp://192.0.2.1/live", picture=(100, 100), ground=marks)
    assert any(words in wrong for _, wrong in check(own))


def test_points_of_the_road_are_given_as_shares_to_the_child() -> None:
    own = settings("rtsp://192.0.2.1/live", picture=(100, 100), ground=MARKS, plates=True)
    assert check(own) == []
    told = driver(own, Heard())._config(probe=False)
    assert told["ground"][1] == (0.9, 0.9, 7, 0)
    config = configured(json.dumps(told).encode())
    assert config.eyes().plates
    assert not config.eyes().bare


def test_networks_lie_at_an_absolute_path() -> None:
    own = settings("rtsp://192.0.2.1/live", models="models")
    assert [where for where, _ in check(own)] == ["models"]


def test_a_usb_camera_has_one_user_and_may_be_missing() -> None:
    usb = settings("v4l2:///dev/v4l/by-id/usb-cam")
    assert KIND.claims(usb) == frozenset({"v4l2:/dev/v4l/by-id/usb-cam"})
    assert not KIND.present(usb)
    rtsp = settings("rtsp://192.0.2.1/live")
    assert KIND.claims(rtsp) == frozenset()
    assert KIND.present(rtsp)


def test_the_sample_is_valid() -> None:
    text = (files("edge_agent.drivers.camera") / "sample.toml").read_text(encoding="utf-8")
    [table] = tomllib.loads(text)["device"].values()
    assert check(CameraSettings.model_validate(table)) == []
