"""``edge-agent alarms`` against a desk that answers as the agent's does."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.alarming import kept
from edge_agent.alarming.alarm import Change
from edge_agent.alarming.desk import SOCKET, AlarmDesk
from edge_agent.alarming.rules import AlarmRule
from edge_agent.clock import ManualClock, stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.door import AskedDoor
from edge_agent.exits import Exit
from edge_agent.web.access.audit import Audit


@dataclass
class Unit:
    desk: AlarmDesk
    clock: ManualClock
    folder: Path
    told: list[Change] = field(default_factory=list)

    def hear(self, about: str, code: str, *, on: bool, text: str = "", do: str = "") -> None:
        reading = ConditionReading(stamp(self.clock), code, on, "warning", text, do)
        self.desk.book.hear(about, reading)

    async def do(self, *words: str) -> int:
        return await asyncio.to_thread(
            cli.main, ["alarms", *words, "--state-dir", str(self.folder), "--who", "lan"]
        )


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Unit]:
    clock = ManualClock(utc_ms=1_790_000_000_000)
    made = Unit(AlarmDesk({}, tmp_path, clock), clock, tmp_path)

    def tell(changes: Sequence[Change]) -> None:
        made.told.extend(changes)

    made.desk.tell = tell
    made.hear("cab1", "mains-failed", on=True, text="No mains", do="Check the fuse")
    made.hear("cab1", "ups-on-battery", on=True)
    made.hear("ctl1", "from-a-map", on=True, text="Something of a map")
    clock.advance(90)
    async with AskedDoor(tmp_path, SOCKET, made.desk.answer):
        yield made


async def test_the_list_says_since_when_why_and_what_to_do(
    unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await unit.do() == Exit.NEGATIVE
    said = capsys.readouterr().out
    assert "2 raised, 0 shelved, 1 following from others" in said
    assert "Mains failed — No mains" in said
    assert "→ Check the fuse" in said
    assert "(1 min 30 s)" in said
    assert "follows from cab1/mains-failed" in said


async def test_the_list_for_machines_has_both_languages(
    unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    await unit.do("list", "--json")
    told = json.loads(capsys.readouterr().out)
    rows = {row["id"]: row for row in told["alarms"]}
    assert rows["cab1/mains-failed"]["name"]["vi"] == "Mất điện lưới"
    assert rows["ctl1/from-a-map"]["name"] is None
    assert rows["cab1/ups-on-battery"]["state"] == "shelved"
    assert told["counts"]["hushed"] == 1


async def test_shelving_is_on_record_and_survives_a_restart(
    unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("shelve", "cab1/mains-failed", "--for", "2h", "--why", "the pole is being moved")
    assert await unit.do(*words) == Exit.OK
    assert "shelved by lan for 2 h 0 min more: the pole is being moved" in capsys.readouterr().out
    [change] = unit.told
    assert (change.state, change.code) == ("shelved", "mains-failed")
    [line] = Audit(unit.folder / "web", 0).read(9).lines
    assert (line.what, line.facts["who"], line.facts["why"]) == (
        *("alarm-shelved", "lan", "the pole is being moved"),
    )
    again = AlarmDesk({}, unit.folder, unit.clock)
    [alarm] = [each for each in again.book.alarms() if each.shelf is not None]
    assert alarm.name == "cab1/mains-failed"
    assert await unit.do("unshelve", "cab1/mains-failed") == Exit.OK
    assert [each.state for each in unit.told] == ["shelved", "raised"]
    record = Audit(unit.folder / "web", 0).read(9)
    assert (record.wrong, [line.what for line in record.lines]) == (
        *("", ["alarm-unshelved", "alarm-shelved"]),
    )


@pytest.mark.parametrize(
    "words",
    [
        ("shelve", "cab1/mains-failed", "--for", "2h"),
        ("shelve", "cab1/mains-failed", "--why", "x"),
        ("shelve", "--for", "2h", "--why", "x"),
        ("shelve", "cab1/nothing", "--for", "2h", "--why", "x"),
        ("unshelve", "cab1/mains-failed"),
        ("unshelve",),
    ],
)
async def test_half_an_order_changes_nothing(unit: Unit, words: tuple[str, ...]) -> None:
    assert await unit.do(*words) == Exit.NEGATIVE
    assert unit.told == []
    assert all(alarm.shelf is None for alarm in unit.desk.book.alarms())


@pytest.mark.parametrize("length", ["8d", "0h", "2", "2 h", ".5h", "1e9d", "nan", ""])
def test_a_length_that_is_none(length: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["alarms", "shelve", "a/b", "--for", length, "--why", "x"])
    assert "30m" in capsys.readouterr().err


def test_without_an_agent_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alarms", "--state-dir", str(tmp_path)]) == Exit.UNREACHABLE
    assert "no agent is running" in capsys.readouterr().err


def test_the_rules_in_force_say_whose_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "unit.toml"
    site.write_text(
        'version = 1\n[unit]\nprovince = "p"\nsite = "s"\nid = "u1"\n'
        '[uplink]\nbroker = "mqtt://127.0.0.1:1883"\n'
        "[alarms.door-open]\non_s = 77\n[alarms.of-a-map]\noff_s = 5\n"
    )
    assert cli.main(["alarms", "rules", "--json", "--config", str(site)]) == Exit.OK
    rows = {row["code"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["door-open"]["on_s"], rows["door-open"]["from"]) == (77, "site")
    assert rows["of-a-map"]["off_s"] == 5
    assert rows["unit-hot"]["from"] == "shipped"
    assert cli.main(["alarms", "rules", "--config", str(tmp_path / "none")]) == Exit.OK
    assert "80 °C ± 5" in capsys.readouterr().out


@pytest.mark.parametrize(
    "question",
    [
        b"{",
        b"[]",
        b"3",
        b'{"do":"dance"}',
        b'{"do":"shelve"}',
        b'{"do":"shelve","id":"cab1/mains-failed","who":"x","why":"y","for_s":1e400}',
        b'{"do":"shelve","id":"cab1/mains-failed","who":"x","why":"y","for_s":"soon"}',
        b'{"do":"shelve","id":"cab1/mains-failed","who":"","why":"y","for_s":60}',
        b'{"do":"unshelve","id":"cab1/mains-failed","who":" "}',
        b'{"do":"unshelve","id":7,"who":"x"}',
        b"[" * 16_000,
        b"\xff\xfe",
    ],
    ids=range(12),
)
async def test_nonsense_is_answered_in_words_and_changes_nothing(
    unit: Unit, question: bytes
) -> None:
    told = json.loads(await unit.desk.answer(question))
    assert told["trouble"]
    assert unit.told == []
    assert all(alarm.shelf is None for alarm in unit.desk.book.alarms())


async def test_a_disk_that_fails_does_not_keep_people_from_shelving(unit: Unit) -> None:
    (unit.folder / f".{os.getpid()}.{kept.FILE}").mkdir()
    asked = {"do": "shelve", "id": "cab1/mains-failed", "who": "x", "why": "y", "for_s": 60}
    told = json.loads(await unit.desk.answer(json.dumps(asked).encode()))
    assert "a restart forgets it" in told["warning"]
    assert told["counts"]["shelved"] == 1
    await unit.desk.keep()


def test_a_site_may_change_a_rule(tmp_path: Path) -> None:
    desk = AlarmDesk({"door-open": AlarmRule(on_s=99)}, tmp_path, ManualClock())
    assert desk.book.rules.of("cab1", "door-open").on_s == 99
