"""Answers from a form: the table names all that is asked; what is typed becomes what is meant."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.provision import certificate, engine
from edge_agent.provision.answers import Parse, Remembered, Script, text
from edge_agent.provision.filled import GIVEN, SECRETS, Filled, wait_for_word
from edge_agent.provision.forms import CONFIRM, FORMS, IDS, form_of
from edge_agent.provision.guard import Guard
from edge_agent.provision.record import ProvisionError, Record
from edge_agent.provision.snapshots import Snapshots
from edge_agent.provision.steps import STEPS
from edge_agent.provision.visit import Visit
from tests.provision.kit import GROUND, NOW_MS, OBSERVED, SCRIPT, FakeBench, StillClock, visit
from tests.provision.test_certificate import issued

DEVICES = ("cam1", "etc1", "wim1", "ctl1", "map1", "etc2")
TYPED: dict[str, dict[str, str]] = {
    "identity": {"unit.province": "hanoi", "unit.site": "plaza", "unit.id": "u1"},
    "discovery": {"search.net": "10.0.0.0/29", "search.serial": "none", "search.announce": ""},
    "draft": {
        "uplink": "mqtt://127.0.0.1:9",
        **{f"device.{n}.at": name for n, name in enumerate(DEVICES)},
        **{f"device.{n}.name": name for n, name in enumerate(DEVICES)},
        **{f"device.{n}.take": "y" for n in range(len(DEVICES))},
        "device.more": "[ctl1]\ndetectors = {}\n",
    },
    "live": {"live.seconds": "5"},
    "lanes": {
        "camera": "cam1", "line.0.name": "main", "line.0.lane": "l1", "line.0.x1": "10",
        "line.0.y1": "80", "line.0.x2": "90,0", "line.0.y2": "80",
    },
    "calibration": {"camera": "cam1"}
    | {
        f"point.{n}.{name}": str(value * (100 if name in "xy" else 1))
        for n, row in enumerate(GROUND)
        for name, value in zip(("x", "y", "east", "north"), row, strict=True)
    },
    "apply": {"apply.how": "process"},
    "soak": {"soak.seconds": "10"},
}  # fmt: skip


def yes() -> bool:
    return True


def by_form(folder: Path, bench: FakeBench, step: str, typed: dict[str, str]) -> Visit:
    record = Record(folder / "state")
    answers = Remembered(Filled(step, typed, record, yes), record)
    config, state = folder / "unit.toml", folder / "state"
    return Visit(config, state, "Lan", record, answers, bench, StillClock())


async def fill(folder: Path, bench: FakeBench, step: str, typed: dict[str, str]) -> dict[str, Any]:
    """One step, as the page has it made."""
    one = by_form(folder, bench, step, typed)
    results = await engine.run(one, STEPS, only=step, forget=form_of(step).keys)
    return results[step].as_json()


async def test_forms_lead_where_a_script_leads(tmp_path: Path) -> None:
    bench = FakeBench()
    for step in IDS:
        result = await fill(tmp_path, bench, step, TYPED.get(step, {}))
        assert result["state"] in ("ok", "skipped"), (step, result)
    by_forms = tomllib.loads((tmp_path / "unit.toml").read_text())
    (tmp_path / "b").mkdir()
    await engine.run(visit(tmp_path / "b"), STEPS)
    assert by_forms == tomllib.loads((tmp_path / "b" / "unit.toml").read_text())


async def test_each_step_asks_what_its_form_says(tmp_path: Path) -> None:
    asked: dict[str, set[str]] = {step: set() for step in IDS}

    class Noting(Script):
        def get(self, key: str, question: str, parse: Parse, default: Any) -> Any:
            asked[now[0]].add(key)
            return super().get(key, question, parse, default)

    now = [""]
    told: Callable[[str], None] = lambda words: now.__setitem__(  # noqa: E731
        0, next((form.id for form in FORMS if f" {form.en} · " in words), now[0])
    )
    content = SCRIPT | {
        "identity": {"certificate": "x", "authorities": "y"},
        "search": {**SCRIPT["search"], "user": "viewer", "password": "env:HOME"},
    }
    record = Record(tmp_path / "state")
    one = Visit(
        tmp_path / "unit.toml", tmp_path / "state", "Lan", record,
        Remembered(Noting(content), record), FakeBench(), StillClock(), told,
    )  # fmt: skip
    with pytest.raises(ProvisionError, match="No such file"):
        await engine.run(one, STEPS)
    content["identity"] = {}
    await engine.run(one, STEPS)
    known = {form.id: set(form.keys) - {"technician"} for form in FORMS}
    assert asked == known


async def test_a_step_before_its_turn_is_refused_and_one_made_anew_takes_those_after_it(
    tmp_path: Path,
) -> None:
    bench = FakeBench()
    with pytest.raises(ProvisionError, match="Identity comes first"):
        await fill(tmp_path, bench, "clock", {})
    for step in IDS[:4]:
        await fill(tmp_path, bench, step, TYPED.get(step, {}))
    await fill(tmp_path, bench, "clock", {})
    steps = tmp_path / "state" / "provision" / "steps"
    assert sorted(file.stem for file in steps.glob("*.json")) == ["clock", "identity"]


async def to(folder: Path, step: str) -> FakeBench:
    """All steps before this one."""
    bench = FakeBench()
    for each in IDS[: IDS.index(step)]:
        await fill(folder, bench, each, TYPED.get(each, {}))
    return bench


async def test_lines_that_were_drawn_stand_in_the_draft_and_gone_ones_do_not(
    tmp_path: Path,
) -> None:
    bench = await to(tmp_path, "lanes")
    result = await fill(tmp_path, bench, "lanes", TYPED["lanes"])
    assert result["pictures"] == ["cam1-lines.png"]
    draft = tmp_path / "state" / "provision" / "draft.toml"
    content = tomllib.loads(draft.read_text())
    assert content["device"]["cam1"]["lines"] == {"main": [0.1, 0.8, 0.9, 0.8]}
    assert content["lane"]["l1"]["lines"] == [{"device": "cam1", "line": "main"}]
    other = {**TYPED["lanes"], "line.0.name": "stop", "line.0.lane": ""}
    await fill(tmp_path, bench, "lanes", other)
    content = tomllib.loads(draft.read_text())
    assert list(content["device"]["cam1"]["lines"]) == ["stop"]
    assert content["lane"]["l1"]["lines"] == []


async def test_who_draws_sees_the_same_picture_again(tmp_path: Path) -> None:
    bench = await to(tmp_path, "lanes")
    await fill(tmp_path, bench, "lanes", {"lanes.fresh": "y"})
    assert bench.calls.count("still") == 1
    await fill(tmp_path, bench, "lanes", TYPED["lanes"])
    assert bench.calls.count("still") == 1
    await fill(tmp_path, bench, "lanes", {"lanes.fresh": "y"})
    assert bench.calls.count("still") == 2
    content = tomllib.loads((tmp_path / "state" / "provision" / "draft.toml").read_text())
    assert list(content["device"]["cam1"]["lines"]) == ["main"]


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("lanes", {"line.0.x2": "101"}, "errors"),
        ("lanes", {"line.0.x2": "nan"}, "out of all measure"),
        ("lanes", {"line.0.x2": "1e400"}, "out of all measure"),
        ("lanes", {"line.0.x2": ""}, "no number"),
        ("lanes", {"line.0.name": ""}, "short name of its own"),
        ("lanes", {"camera": "<b>no</b>"}, "no such device"),
        ("lanes", {"line.0.name": "a" * 300}, "short name of its own"),
        ("calibration", {"point.3.x": "20", "point.3.y": "90"}, "errors"),
        ("calibration", {"point.0.east": "x"}, "no number"),
        ("calibration", {"camera": "wim1"}, "errors"),
    ],
)
async def test_what_cannot_be_drawn_leaves_the_draft_as_it_was(
    tmp_path: Path, step: str, typed: dict[str, str], words: str
) -> None:
    bench = await to(tmp_path, step)
    draft = tmp_path / "state" / "provision" / "draft.toml"
    before = draft.read_bytes()
    with pytest.raises(ProvisionError, match=words):
        await fill(tmp_path, bench, step, TYPED[step] | typed)
    assert draft.read_bytes() == before
    assert (await fill(tmp_path, bench, step, TYPED[step]))["state"] == "ok"


@pytest.mark.parametrize(("days", "state"), [((-1, 90), "ok"), ((-90, -1), "expired on")])
async def test_a_certificate_that_was_pasted_is_proved(
    tmp_path: Path, days: tuple[int, int], state: str
) -> None:
    bench, root_key = FakeBench(), ec.generate_private_key(ec.SECP256R1())
    await fill(tmp_path, bench, "identity", TYPED["identity"])
    own = certificate.key(tmp_path / "state" / "identity")
    typed = {
        **TYPED["identity"],
        "identity.certificate": issued("u1", own, "root", root_key, days=days).decode(),
        "identity.authorities": issued("root", root_key, "root", root_key, ca=True).decode(),
    }
    if state == "ok":
        assert (await fill(tmp_path, bench, "identity", typed))["state"] == state
        assert (tmp_path / "state" / "identity" / "unit.crt").exists()
        return
    with pytest.raises(ProvisionError, match=state):
        await fill(tmp_path, bench, "identity", typed)
    assert not (tmp_path / "state" / "identity" / "unit.crt").exists()


async def test_weights_typed_beside_vehicles_are_judged(tmp_path: Path) -> None:
    bench = await to(tmp_path, "weighing")
    typed: dict[str, str] = {}
    for n, row in enumerate(OBSERVED.axles):
        typed |= {
            f"vehicle.{n}.at_ms": str(row["at_ms"]), f"vehicle.{n}.lane": row["lane"],
            f"vehicle.{n}.gross": "10000", f"vehicle.{n}.axles": "4000 6000",
        }  # fmt: skip
    result = await fill(tmp_path, bench, "weighing", typed)
    assert result["facts"]["stations"]["wim1"]["matched"] == 5
    assert result["facts"]["stations"]["wim1"]["gross"]["worst_permille"] == 40


async def test_lamps_of_a_controller_are_compared_with_what_a_camera_sees(tmp_path: Path) -> None:
    bench = await to(tmp_path, "colours")
    typed = {
        "controller": "ctl1", "camera": "cam1", "seconds": "30", "head.0.phase": "1",
        "head.0.x1": "10", "head.0.y1": "10", "head.0.x2": "20", "head.0.y2": "40",
    }  # fmt: skip
    result = await fill(tmp_path, bench, "colours", typed)
    assert result["facts"]["ctl1"] == {"agreed": 8, "of": 8, "cycles": 4, "late_ms": 200}
    with pytest.raises(ProvisionError, match="camera = a camera"):
        await fill(tmp_path, bench, "colours", {**typed, "camera": "nobody"})


def test_a_secret_is_kept_beside_and_known_again(tmp_path: Path) -> None:
    record = Record(tmp_path / "state")
    typed = {"search.user": "viewer", "search.password": "s3cret"}
    source = Filled("discovery", typed, record, yes)
    reference = source.get("search.password", "?", text, ...)
    file = tmp_path / "state" / SECRETS / "search.password"
    assert reference == f"file:{file}"
    assert file.read_text() == "s3cret\n"
    assert file.stat().st_mode & 0o777 == 0o600
    again = Filled("discovery", {"search.user": "viewer"}, record, yes)
    assert again.get("search.password", "?", text, ...) == reference


def test_a_file_that_was_pasted_is_kept_whole(tmp_path: Path) -> None:
    record = Record(tmp_path / "state")
    line = json.dumps({"at_ms": NOW_MS, "antenna": 1, "epc": "E200"})
    source = Filled("walking", {"walk.passes": f"{line}\r\n{line}"}, record, yes)
    path = Path(source.get("walk.passes", "?", text, ""))
    assert path.parent == record.folder / GIVEN
    assert len(path.read_text().splitlines()) == 2


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=40), max_size=8))
def test_whatever_is_typed_ends_in_words(
    tmp_path_factory: pytest.TempPathFactory, typed: dict[str, str]
) -> None:
    record = Record(tmp_path_factory.mktemp("typed"))
    for form in FORMS:
        try:
            source = Filled(form.id, typed, record, yes)
        except ProvisionError:
            continue
        for key in form.keys:
            if key != CONFIRM:
                source.get(key, "?", str, "")


@pytest.mark.parametrize("word", ["confirmed", "late", "hurried"])
def test_the_word_that_is_waited_for(tmp_path: Path, word: str) -> None:
    config = tmp_path / "unit.toml"
    config.write_text("new")
    record = Record(tmp_path / "state")
    guard = Guard(record.folder)
    kept = Snapshots(record.folder).take(config, NOW_MS, "Lan", "")
    guard.expect(kept.id, "process", "Lan", -1 if word == "late" else 90)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if word == "confirmed":
            guard.confirm()
        else:
            guard.hurry()

    assert wait_for_word(guard, lambda: True, sleep) is (word == "confirmed")
    assert len(waits) == (0 if word == "late" else 1)
