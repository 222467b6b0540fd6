"""The alarms' page: what stands, who keeps what from people, and shelving with a reason."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from edge_agent.alarming.alarm import Shelf
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rows import table
from edge_agent.clock import stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.web.access.role import Role
from edge_agent.web.sources.agent import ALARMS
from tests.web.unit import Unit, alarm, unit

SHELVE = {"id": "cab1/mains-failed", "why": "thay cầu chì", "length": "7200"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ("3 đang báo", "Mất điện lưới", "Hỏi điện lực.", "đang thay bóng đèn", "chập chờn: 6"),
        ),
        (
            "en",
            ("3 raised", "Mains failed", "Ask the power company.", "Put away by", "follows from"),
        ),
    ],
)
async def test_the_page_says_what_why_and_what_to_do(
    there: Unit, language: str, words: tuple[str, ...]
) -> None:
    browser = await there.logged_in(Role.VIEWER)
    browser.client.cookies.set("lang", language)
    text = (await browser.get("/alarms")).text
    assert [each for each in words if each not in text] == []
    assert "Look there" in text  # the device's own words, where nobody has others
    assert text.index("mains-failed") < text.index("lamp-out") < text.index("ups-on-battery")
    assert "shelve=" not in text


async def test_a_technician_shelves_with_a_reason_and_it_is_on_record(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    page = await browser.get("/alarms")
    assert f"shelve={quote('cab1/mains-failed', safe='/')}" in page.text
    form = await browser.get("/alarms?shelve=cab1/mains-failed")
    assert 'value="cab1/mains-failed"' in form.text
    answer = await browser.post("/alarms/shelve", SHELVE)
    assert (answer.status_code, answer.headers["location"]) == (
        *(303, "/alarms?said=said-alarm-shelved"),
    )
    [order] = there.orders
    assert order == {
        "do": "shelve", "id": "cab1/mains-failed", "why": "thay cầu chì", "for_s": 7200,
        "who": "a-technician",
    }  # fmt: skip
    [line] = (await there.house.safe.read(9))["lines"]
    assert (line["what"], line["facts"]["who"]) == ("alarm-shelved", "a-technician")
    answer = await browser.post("/alarms/unshelve", {"id": "cab1/lamp-out"})
    assert answer.status_code == 303
    assert there.orders[-1] == {"do": "unshelve", "id": "cab1/lamp-out", "who": "a-technician"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": "cab1/gone"}, 409),
        ({"why": "  "}, 400),
        ({"why": "x" * 201}, 400),
        ({"length": "1"}, 400),
        ({"length": "9999999999"}, 400),
        ({"length": ""}, 400),
    ],
)
async def test_half_a_form_changes_nothing(
    there: Unit, change: dict[str, str], status: int
) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    await browser.get("/alarms")
    answer = await browser.post("/alarms/shelve", SHELVE | change)
    assert answer.status_code == status
    assert there.orders == []
    assert (await there.house.safe.read(9))["total"] == 0


async def test_what_the_agent_does_not_do_is_said(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    await browser.get("/alarms")
    there.told[ALARMS] |= {"trouble": "no"}
    assert (await browser.post("/alarms/shelve", SHELVE)).status_code == 409


async def test_of_an_alarm_that_is_over_there_is_no_form(there: Unit) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    there.told[ALARMS]["alarms"] = [alarm("door-open")]
    browser.client.cookies.set("lang", "en")
    text = (await browser.get("/alarms?shelve=cab1/mains-failed")).text
    assert "no such alarm any more" in text
    assert "<form" not in text.partition('id="form"')[2]


async def test_all_is_well(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    browser.client.cookies.set("lang", "en")
    there.told[ALARMS]["alarms"] = []
    assert "No alarm is raised." in (await browser.get("/alarms")).text


async def test_without_an_agent_nothing_is_shelved(tmp_path: Path) -> None:
    async with unit(tmp_path, agent=False) as alone:
        browser = await alone.logged_in(Role.TECHNICIAN)
        await browser.get("/alarms")
        assert (await browser.post("/alarms/shelve", SHELVE)).status_code == 503


async def test_the_page_shows_what_the_agent_itself_tells(there: Unit) -> None:
    book, now = AlarmBook(), stamp(there.clock)
    for code in ("mains-failed", "ups-on-battery", "of-a-map"):
        book.hear("cab1", ConditionReading(now, code, True, "critical", f"text of {code}"))
    book.shelve("cab1", "of-a-map", Shelf("lan", "why not", now.utc_ms + 60_000), now)
    there.told[ALARMS] = json.loads(json.dumps(table(book, now)))
    browser = await there.logged_in(Role.TECHNICIAN)
    browser.client.cookies.set("lang", "en")
    text = (await browser.get("/alarms")).text
    for words in ("1 raised", "1 shelved", "1 following", "text of mains-failed", "why not"):
        assert words in text
    assert there.told[ALARMS]["alarms"][0].keys() == alarm("x").keys()
