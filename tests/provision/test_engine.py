import asyncio
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from edge_agent import settings
from edge_agent.evidence.keys import load_public
from edge_agent.provision import engine, twin
from edge_agent.provision.accepting import FOLDER, PAGE, PAPER, PUBLIC
from edge_agent.provision.answers import Remembered, Terminal, table
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.provision.snapshots import Snapshots
from edge_agent.provision.steps import STEPS
from edge_agent.provision.visit import Visit
from tests.provision.kit import SCRIPT, FakeBench, StillClock, visit

CALLS = ("search", "drive", "still", "guard", "restart", "snapshot", "doctor")
ELSEWHERE = {"key", "evidence_key", "sha256", "request", "report", "page", "signed", "snapshot"}
"""Facts that differ from one unit or folder to the next."""


def told(folder: Path) -> dict[str, Any]:
    """All results of a visit, without what differs from folder to folder."""
    steps = folder / "state" / "provision" / "steps"
    results = {file.stem: json.loads(file.read_text()) for file in sorted(steps.glob("*.json"))}
    for result in results.values():
        result["facts"] = {k: v for k, v in result["facts"].items() if k not in ELSEWHERE}
    # The reason names the folder in which the request lies.
    results["identity"]["why"] = ""
    return results


async def test_a_visit_ends_in_a_running_unit_and_a_signed_report(tmp_path: Path) -> None:
    bench = FakeBench()
    results = await engine.run(visit(tmp_path, bench), STEPS)

    assert {name: each.state for name, each in results.items()} == {
        "identity": "skipped", "clock": "ok", "discovery": "ok", "draft": "ok", "live": "ok",
        "lanes": "ok", "calibration": "ok", "weighing": "skipped", "walking": "skipped",
        "colours": "skipped", "dry-run": "ok", "apply": "ok", "soak": "ok", "acceptance": "ok",
    }  # fmt: skip
    assert bench.running == settings.examine(tmp_path / "unit.toml").fingerprint
    folder = tmp_path / "state" / "provision" / FOLDER
    assert twin.verify(folder / twin.NAME, load_public(folder / PUBLIC)) == []
    assert (folder / PAPER).read_bytes().startswith(b"%PDF-")
    page = (folder / PAGE).read_text()
    assert "Nguyễn Văn Ổn" in page
    assert "no known tag was carried past · chưa đưa thẻ biết trước nào đi qua" in page
    assert "http://" not in page


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    asyncio.run(engine.run(visit(folder), STEPS))
    return told(folder)


@pytest.mark.parametrize("call", CALLS)
async def test_killed_at_an_instrument_and_resumed(
    tmp_path: Path, call: str, undisturbed: dict[str, Any]
) -> None:
    bench = FakeBench(dies_at=call)
    with pytest.raises(KeyboardInterrupt):
        await engine.run(visit(tmp_path, bench), STEPS)
    await engine.run(visit(tmp_path, bench), STEPS)
    assert told(tmp_path) == undisturbed
    assert bench.running == settings.examine(tmp_path / "unit.toml").fingerprint


@pytest.mark.parametrize("step", [step.id for step in STEPS])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_a_step_and_resumed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    when: str,
    undisturbed: dict[str, Any],
) -> None:
    done = Record.done

    def die(self: Record, name: str, result: dict[str, Any]) -> None:
        if name == step and when == "before":
            raise KeyboardInterrupt
        done(self, name, result)
        if name == step:
            raise KeyboardInterrupt

    bench = FakeBench()
    with monkeypatch.context() as patched:
        patched.setattr(Record, "done", die)
        with pytest.raises(KeyboardInterrupt):
            await engine.run(visit(tmp_path, bench), STEPS)
    await engine.run(visit(tmp_path, bench), STEPS)
    assert told(tmp_path) == undisturbed


async def test_a_damaged_record_is_made_again(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    await engine.run(visit(tmp_path), STEPS)
    steps = tmp_path / "state" / "provision" / "steps"
    (steps / "live.json").write_text('{"state": "o')
    await engine.run(visit(tmp_path), STEPS)
    assert told(tmp_path) == undisturbed
    assert (steps / "live.broken").exists()


async def test_two_technicians_at_once(tmp_path: Path) -> None:
    first = visit(tmp_path, who="Lan")
    with (
        first.record.held("Lan", "2026-06-01T08:00:00+00:00"),
        pytest.raises(ProvisionError, match=r"Lan has been .* since 2026-06-01T08:00"),
    ):
        await engine.run(visit(tmp_path, who="Minh"), STEPS)
    await engine.run(visit(tmp_path, who="Minh"), STEPS)


async def test_a_site_file_that_cuts_the_unit_off_is_undone(tmp_path: Path) -> None:
    old = 'version = 1\nunit = { province = "hanoi", site = "plaza", id = "u1" }\n'
    old += 'uplink.broker = "mqtt://127.0.0.1:8"\n'
    (tmp_path / "unit.toml").write_text(old)
    bench = FakeBench(lost=True)
    with pytest.raises(ProvisionError, match="undone: no way to the broker"):
        await engine.run(visit(tmp_path, bench), STEPS)
    assert (tmp_path / "unit.toml").read_text() == old
    assert bench.running == settings.examine(tmp_path / "unit.toml").fingerprint
    assert not (tmp_path / "state" / "provision" / "pending.json").exists()
    bench.lost = False
    await engine.run(visit(tmp_path, bench), STEPS)
    assert (tmp_path / "unit.toml").read_text() != old


async def test_what_nobody_confirms_is_undone(tmp_path: Path) -> None:
    script = {**SCRIPT, "apply": {"how": "process", "confirm": False}}
    with pytest.raises(ProvisionError, match="nobody confirmed it"):
        await engine.run(visit(tmp_path, script=script), STEPS)
    assert not (tmp_path / "unit.toml").exists()
    kept = Snapshots(tmp_path / "state" / "provision").all()
    assert [(each.absent, each.who) for each in kept] == [(True, "Nguyễn Văn Ổn")]


async def test_a_person_has_few_inputs(tmp_path: Path) -> None:
    """Six devices, answered by a person who agrees with what is proposed."""
    typed = {
        "Province": "hanoi", "Site": "plaza", "Id of": "u1", "Network": "10.0.0.0/29",
        "Call for": "n", "Broker": "mqtt://127.0.0.1:9", "Serial": "none", "Restart": "process",
        "The unit runs": "y",
    }  # fmt: skip

    def answer(question: str) -> str:
        return next((text for start, text in typed.items() if question.startswith(start)), "")

    person = Terminal(answer)
    record = Record(tmp_path / "state")
    remembered = Remembered(person, record)
    folder = tmp_path / "state"
    bench = FakeBench()
    one = Visit(tmp_path / "unit.toml", folder, "Lan", record, remembered, bench, StillClock())
    results = await engine.run(one, STEPS)
    assert len(results["draft"].facts["devices"]) == 6
    assert person.inputs <= 25


HOSTILE = ['"; drop', "a\nb", "\x1b[31m", "../../etc", "x" * 500, "<script>alert(1)</script>", ""]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_names_are_refused_in_words(tmp_path: Path, name: str) -> None:
    script = {**SCRIPT, "unit": {"province": name, "site": "plaza", "id": "u1"}}
    with pytest.raises(ProvisionError):
        await engine.run(visit(tmp_path, script=script), STEPS)
    assert not (tmp_path / "unit.toml").exists()


async def test_hostile_words_stay_words(tmp_path: Path) -> None:
    words = '<script>alert("1")</script>'
    script = {**SCRIPT, "unit": {**SCRIPT["unit"], "name": words}}
    await engine.run(visit(tmp_path, script=script, who=words), STEPS)
    page = (tmp_path / "state" / "provision" / FOLDER / PAGE).read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_person_may_name_a_file_for_a_table(tmp_path: Path) -> None:
    file = tmp_path / "lanes.toml"
    file.write_text('[l1]\nname = "Làn 1"\n')
    typed = iter(["no/such/file", str(file)])
    person = Terminal(lambda _question: next(typed), io.StringIO())
    remembered = Remembered(person, Record(tmp_path / "state"))
    assert remembered.get("lane", "Lanes", table, {}) == {"l1": {"name": "Làn 1"}}
    assert person.inputs == 2
    assert remembered.get("lane", "Lanes", table, {}) == {"l1": {"name": "Làn 1"}}


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
async def test_what_root_makes_belongs_to_the_agent(tmp_path: Path) -> None:
    one = visit(tmp_path)
    for folder in (tmp_path, tmp_path / "state"):
        os.chown(folder, 12_345, 12_346)
    await engine.run(one, STEPS)
    made = [*(tmp_path / "state").rglob("*"), tmp_path / "unit.toml"]
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in made} == {(12_345, 12_346)}
