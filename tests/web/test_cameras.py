"""The cameras' page: masked for everybody; plain for a minute, for who said why; asked rarely."""

import json
import re
from typing import Any

import httpx2 as httpx
import pytest

from edge_agent.web.access.role import Role
from edge_agent.web.pages.cameras import PLAIN_S
from edge_agent.web.sources.agent import STATUS
from tests.snapshots import NOW
from tests.web.unit import Browser, Unit, look

LIVE = {"x-part": "live", "accept-language": "en"}
WHY = {"of": "cam2", "reason": "the zoom was set anew"}


def _pictures(answer: httpx.Response) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(r'<img src="([^"]+)"', answer.text)]


def _head(kind: str = "view") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(look(kind).partition(b"\n")[0])
    return told


async def test_a_camera_is_shown_with_what_is_found_in_it_now(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    answer = await browser.get("/cameras", **LIVE)
    (picture,) = _pictures(answer)
    assert picture == f"/cameras/picture?of=cam2&at={NOW - 400}"
    jpeg = await browser.get(picture)
    assert (jpeg.content, jpeg.headers["content-type"]) == (b"view's JPEG\n", "image/jpeg")
    assert jpeg.headers["cache-control"] == "no-store"
    for words in ("#12 Car 43 km/h", "main", "shoulder", "box", "cam2: 1 Car", "0.4 s", "9.8"):
        assert words in answer.text, words
    assert "1280 × 720" in answer.text
    assert '<rect x="100" y="80" width="120" height="80"' in answer.text


async def test_one_that_is_away_says_why_instead_of_a_picture(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/cameras?of=cam1", **LIVE)).text
    assert "No picture" in text
    assert "No answer in time" in text
    assert "cam2" not in text


@pytest.mark.parametrize(
    "told", [b"", b"{}\nx", b"[]\nx", b"no\nx", b'{"at": 1, "age_ms": "x"}\nx', None]
)
async def test_a_window_that_makes_no_sense_is_no_picture(there: Unit, told: bytes | None) -> None:
    if told is None:
        (there.house.state_dir / "view-cam2.sock").unlink()
    else:
        there.seen["view"] = told
    browser = await there.logged_in(Role.VIEWER)
    answer = await browser.get("/cameras", **LIVE)
    assert answer.status_code == 200
    assert _pictures(answer) == []
    assert "No picture yet" in answer.text


async def test_all_who_look_together_ask_once_a_second(there: Unit) -> None:
    one, other = await there.logged_in(Role.VIEWER), await there.logged_in(Role.TECHNICIAN)
    for _ in range(10):
        await one.get("/cameras", **LIVE)
        await other.get("/cameras")
    assert there.asked["view"] == 1
    assert "plain" not in there.asked
    there.clock.advance(1.0)
    await other.get("/cameras")
    assert there.asked["view"] == 2


async def test_a_picture_can_still_be_had_when_the_next_ones_are_there(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    known = []
    for step in range(6):
        head = _head() | {"at": NOW + step * 1000}
        there.seen["view"] = json.dumps(head).encode() + b"\n%d" % step
        there.clock.advance(1.0)
        known += _pictures(await browser.get("/cameras", **LIVE))
    had = [(await browser.get(picture)).status_code for picture in known]
    assert had == [404, 404, 404, 200, 200, 200]
    there.clock.advance(11.0)
    await browser.get("/cameras?of=cam1", **LIVE)
    assert (await browser.get(known[-1])).status_code == 404


async def test_what_is_wrong_with_the_picture_stands_beside_it(there: Unit) -> None:
    there.told[STATUS]["alarms"].append(
        {"device": "cam2", "code": "picture-frozen", "severity": "warning", "since_ms": NOW,
         "text": "the picture does not change", "do": "power-cycle the camera"}
    )  # fmt: skip
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/cameras", **LIVE)).text
    assert "Picture stands still" in text
    assert "the picture does not change" in text
    assert "→ power-cycle the camera" in text


async def _unveiled(there: Unit, role: Role = Role.TECHNICIAN, **form: str) -> Browser:
    browser = await there.logged_in(role)
    answer = await browser.post("/cameras/unveil", WHY | form)
    assert answer.headers.get("location") == "/cameras/plain?said=said-unveiled", answer.text
    return browser


async def test_plain_for_a_minute_for_who_said_why_and_on_record(there: Unit) -> None:
    browser = await _unveiled(there)
    answer = await browser.get("/cameras/plain", **LIVE)
    (picture,) = _pictures(answer)
    assert (await browser.get(picture)).content == b"plain's JPEG\n"
    (line,) = (await there.house.safe.read(9))["lines"]
    facts = {"who": "a-technician", "camera": "cam2", "reason": WHY["reason"], "s": PLAIN_S}
    assert (line["what"], line["facts"]) == ("camera-unveiled", facts)
    there.clock.advance(PLAIN_S - 0.1)
    assert _pictures(await browser.get("/cameras/plain", **LIVE)) == [picture]
    assert (await browser.get(picture)).status_code == 200
    there.clock.advance(0.2)
    assert (await browser.get(picture)).status_code == 403
    assert (await browser.get("/cameras/plain")).headers["location"] == "/cameras"
    assert (await browser.get("/cameras/plain", **LIVE)).status_code == 401


async def test_it_is_masked_again_at_once_when_asked(there: Unit) -> None:
    browser = await _unveiled(there, Role.ADMIN)
    (picture,) = _pictures(await browser.get("/cameras/plain", **LIVE))
    assert (await browser.post("/cameras/veil")).headers["location"] == "/cameras"
    assert (await browser.get(picture)).status_code == 403


async def test_nobody_else_sees_what_was_unveiled_for_one(there: Unit) -> None:
    browser = await _unveiled(there)
    (picture,) = _pictures(await browser.get("/cameras/plain", **LIVE))
    colleague = await there.logged_in(Role.TECHNICIAN)
    assert (await colleague.get("/cameras/plain", **LIVE)).status_code == 401
    assert (await colleague.get(picture)).status_code == 403
    assert (await browser.get(picture.replace("cam2", "cam1"))).status_code == 403
    (masked,) = _pictures(await colleague.get("/cameras", **LIVE))
    assert (await colleague.get(masked)).content == b"view's JPEG\n"


@pytest.mark.parametrize(
    "form", [{"reason": "why"}, {"reason": " \t " * 9}, {"reason": "x" * 201}, {"of": "ctl1"}]
)
async def test_without_a_reason_or_a_camera_nothing_is_shown(
    there: Unit, form: dict[str, str]
) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    assert (await browser.post("/cameras/unveil", WHY | form)).status_code == 400
    assert (await browser.get("/cameras/plain")).headers["location"] == "/cameras"
    assert (await there.house.safe.read(9))["total"] == 0


async def test_what_cannot_be_recorded_is_not_shown(there: Unit) -> None:
    async def full(*_: Any) -> dict[str, Any]:
        return {"trouble": "no space left"}

    browser = await there.logged_in(Role.TECHNICIAN)
    there.house.safe._ask = full
    assert (await browser.post("/cameras/unveil", WHY)).status_code == 503
    assert (await browser.get("/cameras/plain")).headers["location"] == "/cameras"


async def test_a_viewer_is_offered_no_unveiling(there: Unit) -> None:
    viewer, technician = await there.logged_in(Role.VIEWER), await there.logged_in(Role.TECHNICIAN)
    assert "/cameras/unveil" not in (await viewer.get("/cameras")).text
    assert "/cameras/unveil" in (await technician.get("/cameras")).text


async def test_hostile_words_of_a_camera_stay_words(there: Unit) -> None:
    bad = "\"'><script>alert(1)</script>"
    head = _head() | {
        "lines": {bad: [0, 0, 1, 1]}, "zones": {bad: [[0, 0], [1, 0], [1, 1]]},
        "vehicles": [{"id": bad, "cls": bad, "box": [1, 2, 90, 4], "plate": bad}],
    }  # fmt: skip
    there.seen["view"] = json.dumps(head).encode() + b"\nx"
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/cameras")).text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
