"""Changing the site file: judged as the command line does, on trial, undone, by two at once."""

import asyncio
import html
import json
import signal
from pathlib import Path

import pytest

from edge_agent.web.access.role import Role
from edge_agent.web.change.trial import TRIAL_S, Conflict
from edge_agent.web.change.versions import KEPT, Versions, fingerprint
from edge_agent.web.house import House
from edge_agent.web.pages.config import difference
from edge_agent.web.words import word
from tests.snapshots import snapshot
from tests.web.unit import HOST, SITE, Browser, Unit, _at_once, unit

OTHER = SITE.replace('id = "u1"', 'id = "u2"')
BROKEN = SITE.replace("[uplink]", "[uplnik]")


def _base(there: Unit) -> str:
    return fingerprint(there.house.config.read_bytes())


async def _apply(browser: Browser, there: Unit, text: str, base: str = "") -> int:
    form = {"text": text, "base": base or _base(there)}
    return (await browser.post("/config/apply", form)).status_code


async def test_errors_are_those_of_the_command_line(there: Unit, tmp_path: Path) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    page = await browser.post("/config/check", {"text": BROKEN, "base": _base(there)})
    text = html.unescape(page.text)
    assert "uplnik" in text
    assert "did you mean uplink? rename it" in text
    assert 'data-line="8"' in text
    assert word("vi", "config-apply") not in text
    assert there.house.config.read_text() == SITE
    assert list(there.house.folder.glob("check-*")) == []


async def test_a_broken_file_is_never_put_in_force(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    assert await _apply(browser, there, BROKEN) == 422
    assert there.house.config.read_text() == SITE
    assert there.house.trials.now() is None


async def test_a_sound_file_shows_its_difference_and_is_applied_on_trial(tmp_path: Path) -> None:
    async with unit(tmp_path, restart=True) as there:
        browser = await there.logged_in(Role.TECHNICIAN)
        checked = await browser.post("/config/check", {"text": OTHER, "base": _base(there)})
        assert word("vi", "config-apply") in checked.text
        assert '<span class="new">+id = &#34;u2&#34;' in checked.text
        assert await _apply(browser, there, OTHER.replace("\n", "\r\n")) == 303
        assert there.house.config.read_text() == OTHER
        assert there.killed == [(snapshot().pid, signal.SIGTERM)]
        page = await browser.get("/")
        assert f'data-trial="{TRIAL_S}"' in page.text
        mark = fingerprint(OTHER.encode())
        answer = await browser.post("/config/confirm", {"fingerprint": mark})
        assert answer.headers["location"] == "/config?said=said-confirmed"
        assert there.house.trials.now() is None
        assert there.house.config.read_text() == OTHER
        whats = [line["what"] for line in (await there.house.safe.read(9))["lines"]]
        assert whats == ["config-confirmed", "config-applied"]


async def test_who_does_not_confirm_gets_the_former_file_back(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    watch = asyncio.create_task(there.house.trials.watch())
    await asyncio.sleep(0)
    assert await _apply(browser, there, OTHER) == 303
    there.clock.advance(TRIAL_S - 2)
    await asyncio.sleep(0.01)
    assert there.house.config.read_text() == OTHER
    for _ in range(4):
        there.clock.advance(1)
        await asyncio.sleep(0.01)
    assert there.house.config.read_text() == SITE
    (last, *_) = (await there.house.safe.read(1))["lines"]
    assert (last["what"], last["facts"]["why"]) == ("config-undone", "not confirmed")
    late = await browser.post("/config/confirm", {"fingerprint": fingerprint(OTHER.encode())})
    assert late.status_code == 409
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)


async def test_a_killed_page_undoes_what_it_left_on_trial(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    await _apply(browser, there, OTHER)
    again = House(
        there.house.config,
        there.house.state_dir,
        there.clock,
        frozenset({HOST}),
        ask_vault=_at_once,
    )
    watch = asyncio.create_task(again.trials.watch())
    for _ in range(5):
        await asyncio.sleep(0.01)
    assert there.house.config.read_text() == SITE
    assert again.trials.now() is None
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)


async def test_an_undo_does_not_trample_on_another_hands_file(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    await _apply(browser, there, OTHER)
    there.house.config.write_text("# by hand\n" + SITE)
    assert (await browser.post("/config/undo")).status_code == 303
    assert there.house.config.read_text() == "# by hand\n" + SITE


async def test_of_two_technicians_the_second_is_told(there: Unit) -> None:
    first, second = [await there.logged_in(Role.TECHNICIAN) for _ in range(2)]
    base = _base(there)
    third = SITE.replace('id = "u1"', 'id = "u3"')
    statuses = await asyncio.gather(
        _apply(first, there, OTHER, base), _apply(second, there, third, base)
    )
    assert sorted(statuses) == [303, 409]
    won = there.house.config.read_text()
    trial = there.house.trials.now()
    assert trial is not None
    await there.house.trials.confirm(trial.fingerprint, "x")
    form = {"text": third if won == OTHER else OTHER, "base": base}
    late = await second.post("/config/apply", form)
    assert late.status_code == 409
    assert word("vi", "conflict-changed") in html.unescape(late.text)
    assert there.house.config.read_text() == won


async def test_a_folder_that_cannot_be_written_leaves_all_as_it_was(
    there: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)

    def full(content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(there.house.trials, "_write", full)
    assert await _apply(browser, there, OTHER) == 503
    assert there.house.config.read_text() == SITE
    assert there.house.trials.now() is None
    assert not (there.house.folder / "trial.json").exists()


async def test_one_can_look_at_and_go_back_to_a_version(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    await _apply(browser, there, OTHER)
    await there.house.trials.confirm(fingerprint(OTHER.encode()), "x")
    page = await browser.get("/config?version=1")
    assert '<span class="new">+id = &#34;u1&#34;' in page.text
    assert (await browser.get("/config?version=99")).status_code == 200
    assert await _apply(browser, there, SITE) == 303
    assert there.house.config.read_text() == SITE


def test_old_versions_make_way(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "v")
    for number in range(KEPT + 7):
        versions.keep(f"# {number}".encode(), number)
    known = versions.all()
    assert len(known) == KEPT
    assert known[0].id == KEPT + 7
    assert versions.keep(f"# {KEPT + 6}".encode(), 99) == KEPT + 7


async def test_nothing_that_is_not_on_trial_can_be_confirmed(there: Unit) -> None:
    with pytest.raises(Conflict):
        await there.house.trials.confirm("0" * 16, "x")
    with pytest.raises(Conflict):
        await there.house.trials.undo("x", "y")


async def test_a_note_that_means_nothing_is_not_obeyed(there: Unit) -> None:
    note = there.house.folder / "trial.json"
    for content in ("", "{}", '{"before": 1}', json.dumps({"before": "x"})):
        note.write_text(content)
        there.house.trials._take_up()
        assert there.house.trials.now() is None
        assert not note.exists()


def test_a_difference_of_what_is_no_text_or_too_long_is_still_told() -> None:
    assert difference(b"\xff\n", b"\xff\n") == []
    assert difference(b"a\n" * 6000, b"b\n") == [("at", "6000 → 1")]
