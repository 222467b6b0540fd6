"""``edge-agent replay --readings``: a file of what devices said, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge_agent import cli
from edge_agent.commands.replay_readings import parse
from edge_agent.device.readings import to_wire
from edge_agent.exits import Exit
from tests.passage.road import Car, Street

SITE = """\
version = 1
[unit]
province = "hanoi"
site = "plaza"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1"
[device.etc1]
kind = "etc_llrp"
url = "tcp://127.0.0.1:5084"
antennas = [1]
[device.wim1]
kind = "wim_modbus"
url = "tcp://127.0.0.1:502"
unit_id = 1
[lane.l1]
scales = [{ device = "wim1", lane = "1", at = 20.0 }]
tags = [{ device = "etc1", antenna = 1, at = 40.0 }]
typical_kmh = 50
purpose = "toll"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "unit.toml"
    path.write_text(SITE)
    return path


def lines(cars: int = 12) -> list[dict[str, Any]]:
    street = Street()
    said = [
        street.readings(Car(1 + 5.0 * n + n % 3, number=n), place)
        for n in range(cars)
        for place in ("wim", "tag")
    ]
    return [
        {"device": device, "at_ms": street.at(t).utc_ms, "reading": json.loads(to_wire(reading))}
        for t, device, reading in sorted(said, key=lambda each: each[0])
    ]


def write(path: Path, entries: list[Any]) -> Path:
    path.write_text(
        "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in entries)
    )
    return path


def replay(file: Path, site: Path, out: Path) -> tuple[int, list[dict[str, Any]]]:
    code = cli.main(["replay", "--readings", str(file), "--config", str(site), "--out", str(out)])
    return code, [json.loads(line) for line in out.read_text().splitlines()]


def test_readings_become_numbered_events_at_the_files_time(tmp_path: Path, site: Path) -> None:
    entries = lines()
    code, told = replay(write(tmp_path / "r.jsonl", entries), site, tmp_path / "out.jsonl")
    assert code == Exit.OK
    passages = [each for each in told if each["event"]["st"] == "passage"]
    assert len(passages) == 12
    assert [each["event"]["sq"] for each in passages] == list(range(1, 13))
    assert len(passages[-1]["event"]["parts"]) == 2
    for each in passages:
        assert each["root"] == "its/1/hanoi/plaza/u1"
        assert each["committed_ms"] >= each["event"]["t"]
        assert each["committed_ms"] <= entries[-1]["at_ms"]


def test_the_same_file_gives_the_same_events(tmp_path: Path, site: Path) -> None:
    file = write(tmp_path / "r.jsonl", lines())
    outcomes = []
    for name in ("a", "b"):
        _, told = replay(file, site, tmp_path / name)
        for each in told:
            each["event"].pop("id")
        outcomes.append(told)
    assert outcomes[0] == outcomes[1]


def test_a_state_is_heard(tmp_path: Path, site: Path) -> None:
    entries = lines()
    down = {"device": "etc1", "state": "down", "at_ms": entries[-1]["at_ms"]}
    _, told = replay(write(tmp_path / "r.jsonl", [*entries, down]), site, tmp_path / "out")
    states = [e["event"] for e in told if e["event"]["st"] == "dev" and e["event"]["d"] == "etc1"]
    assert [each["state"] for each in states] == ["ok", "down"]


def test_bad_lines_are_named_and_left_out(
    tmp_path: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries: list[Any] = lines()
    entries.insert(3, "{ no json")
    entries.insert(5, {"device": "etc1", "at_ms": 5, "reading": {"type": "tag"}})
    file = write(tmp_path / "r.jsonl", entries)
    code, told = replay(file, site, tmp_path / "out")
    assert code == Exit.NEGATIVE
    assert sum(each["event"]["st"] == "passage" for each in told) == 12
    said = capsys.readouterr().err
    assert f"{file}:4: " in said
    assert f"{file}:6: " in said
    assert "2 bad" in said


def test_nothing_to_replay_is_no_success(tmp_path: Path, site: Path) -> None:
    assert replay(write(tmp_path / "r.jsonl", []), site, tmp_path / "out") == (Exit.NEGATIVE, [])


def test_a_file_that_is_not_there_is_said(
    tmp_path: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["replay", "--readings", str(tmp_path / "none"), "--config", str(site)])
    assert code == Exit.NEGATIVE
    assert "none: No such file" in capsys.readouterr().err


def test_a_video_needs_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", "--video", "a.mp4"]) == Exit.CONFIG
    assert "--line" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"3",
        b"{}",
        b'{"device": 1, "at_ms": 1, "state": "ok"}',
        b'{"device": "a", "at_ms": true, "state": "ok"}',
        b'{"device": "a", "at_ms": -1, "state": "ok"}',
        b'{"device": "a", "at_ms": 1}',
        b'{"device": "a", "at_ms": 1, "state": "well"}',
        b'{"device": "a", "at_ms": 1, "state": ["ok"]}',
        b'{"device": "a", "at_ms": 1, "reading": null}',
        b'{"device": "a", "at_ms": 1, "reading": {"type": "zone"}}',
    ],
    ids=range(11),
)
def test_a_line_that_makes_no_sense_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(line)
