"""The visit on the page: the engine's steps by forms, resumed, contested, confirmed or undone."""

import asyncio
import html
import json
import os
import re
import sys

import pytest

from edge_agent.evidence.keys import load_public
from edge_agent.provision import twin
from edge_agent.provision.forms import FORMS, IDS
from edge_agent.provision.guard import Guard
from edge_agent.provision.turn import Turn
from edge_agent.web.access.role import Role
from edge_agent.web.change.trial import Conflict
from edge_agent.web.change.versions import fingerprint
from edge_agent.web.pages.provision import work
from edge_agent.web.words import word, words
from tests.web.unit import SITE, Browser, Unit
from tests.web.visiting import asking, finished, record, step, until


async def test_from_forms_to_a_signed_acceptance(there: Unit, browser: Browser) -> None:
    for name in IDS:
        page = await browser.get("/provision")
        assert f'name="step" value="{name}"' in page.text or name != IDS[0], name
        told = await step(there, browser, name)
        assert told["state"] == "done", told
        assert (await browser.get(f"/provision?step={name}")).status_code == 200
    assert 'id = "u1"' in there.house.config.read_text()
    assert there.house.config.read_text() != SITE
    for kind, start in (("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("json", b"{")):
        got = await browser.get(f"/provision/report?file={kind}")
        assert got.content.startswith(start)
        assert "attachment" in got.headers["content-disposition"]
    folder = record(there).folder / "acceptance"
    assert twin.verify(folder / twin.NAME, load_public(folder / "unit.pub.pem")) == []
    assert Turn(record(there).folder).holder(there.clock.utc_ms()) is None
    noted = [line["what"] for line in (await there.house.safe.read(50))["lines"]]
    assert noted.count("provision-step") == len(IDS)
    assert "provision-confirmed" in noted


async def test_a_browser_that_comes_back_finds_its_place(there: Unit, browser: Browser) -> None:
    await until(there, browser, "draft")
    again = await there.logged_in(Role.TECHNICIAN)
    page = html.unescape((await again.get("/provision?step=draft")).text)
    assert 'name="device.0.at" value="cam1"' in page
    for found in ("Dome 4", "rtsp://10.0.0.2:554/live", "95 %"):
        assert found in page
    assert (await again.get("/provision?step=identity")).text.count('value="plaza"') == 1


async def test_what_was_typed_survives_a_refusal(there: Unit, browser: Browser) -> None:
    await until(there, browser, "draft")
    told = await step(there, browser, "draft", uplink="no-broker")
    assert told["state"] == "stopped"
    page = html.unescape((await browser.get("/provision")).text)
    assert 'value="no-broker"' in page
    assert word("vi", "provision-stopped") in page
    assert there.house.config.read_text() == SITE


async def test_a_kill_in_mid_step_is_told_and_the_step_made_again(
    there: Unit, browser: Browser
) -> None:
    await step(there, browser, "identity")
    record(there).forget("identity")
    (record(there).folder / "now.json").write_text('{"step": "identity", "state": "running"}')
    page = html.unescape((await browser.get("/provision")).text)
    assert word("vi", "provision-interrupted") in page
    assert (await step(there, browser, "identity"))["state"] == "done"


async def test_an_empty_form_is_refused_in_words(there: Unit, browser: Browser) -> None:
    form = {"unit.province": "", "unit.site": "", "unit.id": ""}
    told = await step(there, browser, "identity", **form)
    assert told["why"] == "Identity: Province, as the centre spells it: an answer is needed"
    assert "phải điền mục này" in html.unescape((await browser.get("/provision")).text)


@pytest.mark.parametrize("what", ["steps", "unknown"])
async def test_no_step_before_its_turn(there: Unit, browser: Browser, what: str) -> None:
    name = {"steps": "soak", "unknown": "../apply"}[what]
    answer = await browser.post("/provision/make", {"step": name})
    assert answer.status_code == 409
    assert 'data-why="conflict-step"' in answer.text


async def test_what_nobody_confirms_is_undone(there: Unit, browser: Browser) -> None:
    await until(there, browser, "apply")
    await browser.post("/provision/make", {"step": "apply", "apply.how": "process"})
    await asking(there)
    assert there.house.config.read_text() != SITE
    page = await browser.get("/provision")
    assert 'data-trial="' in page.text
    assert "/provision/confirm" in page.text
    with pytest.raises(Conflict, match="conflict-provision"):
        await there.house.trials.apply(b"x", fingerprint(there.house.config.read_bytes()), "x")
    pending = record(there).side("pending.json") or {}
    (record(there).folder / "pending.json").write_text(json.dumps(pending | {"deadline_ns": 0}))
    late = await browser.post("/provision/confirm")
    assert late.status_code == 409
    await finished(there)
    assert there.house.config.read_text() == SITE
    told = record(there).side("now.json") or {}
    assert "nobody confirmed it" in told["why"]
    assert (await step(there, browser, "apply"))["state"] == "done"


async def test_nothing_is_applied_while_the_editor_has_a_file_on_trial(
    there: Unit, browser: Browser
) -> None:
    await until(there, browser, "apply")
    other = SITE.replace('id = "u1"', 'id = "u2"')
    await there.house.trials.apply(other.encode(), fingerprint(SITE.encode()), "x")
    answer = await browser.post("/provision/make", {"step": "apply"})
    assert 'data-why="conflict-trial"' in answer.text
    assert there.house.config.read_text() == other


async def test_a_step_of_another_account_is_not_ended_from_here(
    there: Unit, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await step(there, browser, "identity")
    ended: list[int] = []

    def kill(number: int, _signal: int) -> None:
        ended.append(number)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("edge_agent.web.pages.provision.facts.maker", lambda _record: 4711)
    monkeypatch.setattr("edge_agent.web.pages.provision.facts.os.kill", kill)
    answer = await browser.post("/provision/stop")
    assert 'data-why="conflict-other-account"' in answer.text
    assert ended == [4711]


async def test_undone_at_once_when_asked_for(there: Unit, browser: Browser) -> None:
    await until(there, browser, "apply")
    await browser.post("/provision/make", {"step": "apply", "apply.how": "process"})
    await asking(there)
    assert (await browser.post("/provision/undo")).status_code == 303
    await finished(there)
    assert there.house.config.read_text() == SITE
    assert (await browser.post("/provision/undo")).status_code == 409
    assert Guard(record(there).folder).pending() is None


async def test_the_second_technician_is_told_and_may_take_over(
    there: Unit, browser: Browser
) -> None:
    await step(there, browser, "identity")
    there.clock.advance(600)
    second = await there.logged_in(Role.ADMIN)
    page = html.unescape((await second.get("/provision")).text)
    assert word("vi", "provision-taken", who="a-technician") in page
    assert 'action="/provision/make"' not in page
    refused = await second.post("/provision/make", {"step": "clock"})
    assert 'data-why="conflict-taken"' in refused.text
    blind = await second.post("/provision/take", {"from": "somebody"})
    assert blind.status_code == 409
    assert (await second.post("/provision/take", {"from": "a-technician"})).status_code == 303
    assert (await step(there, second, "clock"))["state"] == "done"
    former = await browser.post("/provision/make", {"step": "discovery"})
    assert 'data-why="conflict-taken"' in former.text
    (line, *_) = [
        each
        for each in (await there.house.safe.read(9))["lines"]
        if each["what"] == "provision-taken-over"
    ]
    assert line["facts"] == {"who": "boss", "former": "a-technician"}


async def test_who_has_gone_home_holds_nobody_up(there: Unit, browser: Browser) -> None:
    await step(there, browser, "identity")
    there.clock.advance(5 * 3600)
    second = await there.logged_in(Role.ADMIN)
    assert 'action="/provision/make"' in (await second.get("/provision")).text


async def test_two_forms_at_once_make_one_step(there: Unit, browser: Browser) -> None:
    form = {"step": "identity", "unit.province": "hanoi", "unit.site": "s", "unit.id": "u"}
    codes = [(await browser.post("/provision/make", form)).status_code for _ in range(2)]
    assert codes == [303, 409]
    await finished(there)


async def test_passes_are_marked_by_the_units_clock(there: Unit, browser: Browser) -> None:
    form = {"epc": "e200ab12", "antenna": "1"}
    assert (await browser.post("/provision/mark", form)).status_code == 303
    there.clock.advance(5)
    await browser.post("/provision/mark", {**form, "antenna": "2"})
    text = (record(there).folder / "given" / "walk.passes").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["antenna"] for row in rows] == [1, 2]
    assert rows[1]["at_ms"] - rows[0]["at_ms"] == 5000
    for wrong in (
        {"epc": "xyz"},
        {"epc": ""},
        {"antenna": "0"},
        {"antenna": "٣"},
        {"epc": "A" * 129},
    ):
        assert (await browser.post("/provision/mark", {**form, **wrong})).status_code == 400


async def test_drawn_and_measured_on_the_page(there: Unit, browser: Browser) -> None:
    await until(there, browser, "weighing")
    page = html.unescape((await browser.get("/provision?step=lanes")).text)
    assert 'name="line.0.x2" type="number"' in page
    assert 'value="90.0"' in page
    fit = html.unescape((await browser.get("/provision?step=calibration")).text)
    assert word("vi", "fit-error") in fit
    assert "cam1-plates.png" in fit
    got = await browser.get("/provision/picture?name=cam1-plates.png")
    assert got.content.startswith(b"\x89PNG")
    for wrong in ("../pictures/cam1.png", "/etc/passwd", "", "nothing.png"):
        none = await browser.client.get("/provision/picture", params={"name": wrong})
        assert none.headers["content-type"] == "image/svg+xml"


async def test_six_devices_take_few_inputs(there: Unit, browser: Browser) -> None:
    """Fields that must be typed, and one button a step; what is found and proposed stands there."""
    needed = {
        "identity": {"unit.province": "hanoi", "unit.site": "plaza", "unit.id": "u1"},
        "discovery": {"search.net": "10.0.0.0/29"},
        "draft": {"uplink": "mqtt://127.0.0.1:9"},
        "apply": {"apply.how": "process"},
        "soak": {"soak.seconds": "0"},
    }
    inputs = 0
    for name in IDS:
        page = (await browser.get(f"/provision?step={name}")).text
        stands = {
            html.unescape(key): html.unescape(value)
            for key, value in re.findall(r'<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page)
            if name == "draft" and key.startswith("device.")
        }
        typed = needed.get(name, {})
        answer = await browser.post("/provision/make", {"step": name, **stands, **typed})
        assert answer.status_code == 303
        if name == "apply":
            await asking(there)
            await browser.post("/provision/confirm")
            inputs += 1
        await finished(there)
        assert (record(there).side("now.json") or {})["state"] == "done", record(there).side(
            "now.json"
        )
        inputs += len(typed) + 1
    assert len((record(there).result("draft") or {})["facts"]["devices"]) == 6
    assert inputs <= 25


async def test_who_takes_over_ends_the_step_that_is_being_made(
    there: Unit, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await step(there, browser, "identity")
    holding = (
        "import json,os,signal,sys;from edge_agent.provision.record import Record;"
        "from pathlib import Path;r=Record(Path(sys.argv[1]));"
        "h=r.held('Lan','x');h.__enter__();print(json.dumps({}),flush=True);signal.pause()"
    )
    child = [sys.executable, "-c", holding, str(there.house.state_dir), "provision"]
    with monkeypatch.context() as patch:
        patch.setattr(
            there.house.chores, "_run", type(there.house.chores)._run.__get__(there.house.chores)
        )
        patch.setattr(work, "worker", lambda *_: child)
        await browser.post("/provision/make", {"step": "clock"})
        lock = record(there).folder / "lock"
        while f'"pid": {os.getpid()}' in lock.read_text():  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(0.01)
        second = await there.logged_in(Role.ADMIN)
        await second.get("/provision")
        await second.post("/provision/take", {"from": "a-technician"})
        await finished(there)
    assert (await step(there, second, "clock"))["state"] == "done"


def test_every_field_of_every_form_has_its_words() -> None:
    for language in ("vi", "en"):
        known = words(language)
        for form in FORMS:
            assert {f"about-{form.id}", f"do-{form.id}"} <= known.keys()
            for field in form.fields:
                key = field.key.replace(".", "-")
                assert field.kind == "own" or f"ask-{key}" in known
                assert all(f"choice-{each or 'usual'}" in known for each in field.choices)
