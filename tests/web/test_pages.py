"""What the pages show: of a healthy agent, of none, and of one whose every word is hostile."""

import html
import json
from pathlib import Path
from typing import Any

import pytest

from edge_agent.web.access.role import Role
from edge_agent.web.gate import FIELDS_MAX, Row
from edge_agent.web.routes import ROUTES, menu
from edge_agent.web.sources.agent import ALARMS, PASSAGES, STATUS
from edge_agent.web.words import word
from tests.snapshots import NOW
from tests.web.unit import BESIDE, Unit, passages, unit

PAGES = [row.path for row in ROUTES if row.method == "GET" and row.path not in BESIDE]
HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7919*7919 }}\u202ejavascript:\x00"
)
FIELDS = (
    *("name", "code", "password", "again", "old", "role", "text", "base", "fingerprint"),
    *("back", "lang", "theme", "of", "reason", "id", "why", "length"),
)
MANY = b"&".join(b"f%d=1" % n for n in range(FIELDS_MAX + 1))
_KEPT = {"state", "severity", "source", "cls", "a"}
"""Words of closed lists, which the agent's own types hold."""


def _poisoned(value: Any, key: str = "") -> Any:
    match value:
        case dict():
            return {name: _poisoned(item, name) for name, item in value.items()}
        case list():
            return [_poisoned(item, key) for item in value]
        case str() if key not in _KEPT and key != "tz":
            return HOSTILE
    return value


@pytest.mark.parametrize("path", PAGES)
async def test_hostile_words_stay_words(there: Unit, path: str) -> None:
    there.told[STATUS] = _poisoned(there.told[STATUS]) | {"config_problems": 3}
    told = _poisoned(passages())
    for event in told["signals"]:
        event["ph"] = {HOSTILE: "g", "2": HOSTILE}
    there.told[PASSAGES] = told
    there.told[ALARMS] = _poisoned(there.told[ALARMS])
    browser = await there.logged_in(Role.ADMIN)
    await there.house.safe.note(HOSTILE, "login", address=HOSTILE)
    there.house.config.write_text(f"# {HOSTILE}")
    for answer in (await browser.get(path), await browser.get(path, **{"x-part": "live"})):
        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert "<img" not in answer.text
        assert "62710561" not in answer.text


@pytest.mark.parametrize(
    "row", [row for row in ROUTES if row.method == "POST"], ids=lambda row: row.path
)
async def test_hostile_words_in_every_field_of_every_form(there: Unit, row: Row) -> None:
    browser = await there.logged_in(Role.ADMIN)
    answer = await browser.post(row.path, dict.fromkeys(FIELDS, HOSTILE))
    assert answer.status_code < 500
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert there.house.config.read_text().startswith("version = 1")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_stands_without_an_agent(tmp_path: Path, path: str) -> None:
    async with unit(tmp_path, agent=False) as alone:
        browser = await alone.logged_in(Role.ADMIN)
        assert (await browser.get(path)).status_code == 200


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_page_is_titled_in_both_languages(there: Unit, language: str) -> None:
    browser = await there.logged_in(Role.ADMIN)
    for link in menu():
        answer = await browser.get(link.path, **{"accept-language": language})
        title = word(language, link.key)  # type: ignore[arg-type]
        assert f"<h1>{html.escape(title)}</h1>" in answer.text
        assert f'<html lang="{language}"' in answer.text


async def test_the_overview_says_the_worst_first_with_since_why_and_next(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/", **{"accept-language": "en"})).text
    assert 'class="banner warning"' in text
    assert text.index("cam1") < text.index("ctl1")
    assert "No answer in time" in text
    assert "→ clean the lens" in text
    assert "72 h" in text
    assert 'title="2026-09-21 14:13:20.000 UTC">21/09/2026 21:13:20' in text


async def test_the_overview_tells_of_flash_that_wears_out(there: Unit) -> None:
    there.told[STATUS]["process"] |= {"life_used": 90, "spares_used": 80}
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/", **{"accept-language": "en"})).text
    assert '<p class="why">at most 90 % of its life used</p>' in text
    assert '<p class="why">few spare blocks left</p>' in text


async def test_masked_stays_masked_and_a_lane_can_be_chosen(there: Unit) -> None:
    browser = await there.logged_in(Role.VIEWER)
    text = (await browser.get("/passages?lane=lane-2", **{"x-part": "live"})).text
    assert "29A•••" in text
    assert "lane-2" in text
    assert "lane-3" not in text


async def test_all_tabs_together_ask_the_agent_once_a_second(there: Unit) -> None:
    viewer, other = await there.logged_in(Role.VIEWER), await there.logged_in(Role.VIEWER)
    for _ in range(10):
        await viewer.get("/", **{"x-part": "live"})
        await other.get("/passages")
    assert there.asked == {STATUS: 1, PASSAGES: 1}
    there.clock.advance(1.1)
    await viewer.get("/")
    assert there.asked == {STATUS: 2, PASSAGES: 2}


async def test_the_live_part_holds_no_form_and_nobodys_name(there: Unit) -> None:
    browser = await there.logged_in(Role.ADMIN)
    for link in menu():
        if link.path in ("/config", "/accounts", "/audit"):
            continue
        text = (await browser.get(link.path, **{"x-part": "live"})).text
        assert "<form" not in text
        assert "token" not in text
        assert "boss" not in text


@pytest.mark.parametrize("size", [1_300_000, 2_000_000_000])
async def test_a_huge_upload_is_refused_before_it_is_read(there: Unit, size: int) -> None:
    browser = await there.logged_in(Role.TECHNICIAN)
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < size:
            sent += 65536
            yield b"x" * 65536

    for headers in ({"content-length": str(size)}, {}):
        sent = 0
        answer = await browser.client.post(
            "/config/check", content=endless(),
            headers={**headers, "content-type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert answer.status_code in (411, 413)
        assert there.house.config.read_text().startswith("version = 1")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"token=a&token=b", "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (MANY, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"--x", "multipart/form-data; boundary=x", 415),
        (b"x", "text/plain", 415),
    ],
)
async def test_a_form_that_is_none_is_refused(
    there: Unit, body: bytes, kind: str, status: int
) -> None:
    browser = await there.logged_in(Role.ADMIN)
    answer = await browser.client.post("/accounts", content=body, headers={"content-type": kind})
    assert answer.status_code == status


async def test_evidence_is_listed_from_the_ledger(there: Unit) -> None:
    folder = there.house.state_dir / "evidence"
    folder.mkdir()
    facts = {"kind": "overload", "file": "00000001-overload.evidence.zip", "size": 123_456}
    lines: list[dict[str, Any]] = [
        {"n": 1, "t": NOW, "what": "sealed", "facts": facts},
        {"n": 2, "t": NOW, "what": "sealed", "facts": {**facts, "copy_of": "0", "file": "<b>"}},
        {"n": 3, "t": NOW, "what": "dropped", "facts": {"link": 1, "why": "age", "file": "x"}},
    ]
    (folder / "ledger.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\nrubbish\n")
    browser = await there.logged_in(Role.TECHNICIAN)
    text = (await browser.get("/evidence", **{"accept-language": "en"})).text
    assert "00000001-overload.evidence.zip" in text
    assert "dropped" in text
    assert "masked copy" in text
    assert "&lt;b&gt;" in text


async def test_the_log_is_shown_from_a_level_on_without_secrets(tmp_path: Path) -> None:
    async with unit(tmp_path) as there:
        file = tmp_path / "agent.log"
        there.house.log._file = file
        lines: list[str] = [
            json.dumps({"at": "2026-09-21T14:00:00Z", "level": "info", "msg": "all is calm"}),
            json.dumps({"level": "error", "logger": "cam", "msg": "down", "url": "rtsp://a:b@c"}),
            "not JSON, password=hunter22",
        ]
        file.write_text("\n".join(lines))
        browser = await there.logged_in(Role.TECHNICIAN)
        text = (await browser.get("/log")).text
        assert "all is calm" in text
        assert "hunter22" not in text
        assert "a:b@c" not in text
        assert "all is calm" not in (await browser.get("/log?level=error")).text
