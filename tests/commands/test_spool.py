import asyncio
import json
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.clock import ManualClock
from edge_agent.contract import ulid
from edge_agent.contract.events import Passage, Signal
from edge_agent.exits import Exit
from edge_agent.spool import Spool, SpoolPolicy

Shown = pytest.CaptureFixture[str]


def passage(clock: ManualClock) -> Passage:
    now = clock.utc_ms()
    return Passage.model_validate(
        {
            "id": ulid.new(now),
            "u": "u1",
            "d": "l1",
            "t": now,
            "tq": 5,
            "ts": "ntp",
            "lane": "l1",
            "dir": "in",
            "cls": "car",
            "clsp": 900,
            "spd": None,
            "parts": [{"k": "camera", "d": "cam1", "i": "1"}],
        }
    )


def signal(clock: ManualClock) -> Signal:
    now = clock.utc_ms()
    head = {"id": ulid.new(now), "u": "u1", "d": "ctl1", "t": now, "tq": 5, "ts": "ntp"}
    return Signal.model_validate(head | {"ph": {"1": "g"}, "chg": []})


@pytest.fixture
def state(tmp_path: Path) -> Path:
    async def fill() -> None:
        clock = ManualClock()
        spool = Spool(tmp_path / "spool.db", SpoolPolicy(ballast_mb=0), clock, "u1")
        spool.open()
        for _ in range(5):
            spool.append(passage(clock), "evt/passage")
            clock.advance(1)
        spool.append(signal(clock), "evt/signal")
        await spool.flush()
        await spool.close()

    asyncio.run(fill())
    return tmp_path


def test_show(state: Path, capsys: Shown) -> None:
    assert cli.main(["spool", "show", "--state-dir", str(state)]) == Exit.OK
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert rows["passage"][1:3] == ["5", "1–5"]
    assert rows["signal"][1:3] == ["1", "1"]


def test_show_as_json(state: Path, capsys: Shown) -> None:
    assert cli.main(["spool", "show", "--state-dir", str(state), "--json"]) == Exit.OK
    answer = json.loads(capsys.readouterr().out)
    streams = {stream["name"]: stream for stream in answer["streams"]}
    assert streams["passage"]["rows"] == 5
    assert streams["passage"]["ranges"] == [[1, 5]]
    assert len(answer["epoch"]) == 8


def test_export(state: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    words = ["spool", "export", "--file", str(state / "spool.db")]
    assert cli.main(words) == Exit.OK
    everything = capsysbinary.readouterr().out
    events = [json.loads(line) for line in everything.splitlines()]
    assert [(event["st"], event["sq"]) for event in events] == [
        *(("passage", number) for number in range(1, 6)),
        ("signal", 1),
    ]
    out = tmp_path / "out.ndjson"
    assert cli.main([*words, "--out", str(out)]) == Exit.OK
    assert out.read_bytes() == everything
    assert cli.main([*words, "--stream", "passage", "--from", "4"]) == Exit.OK
    some = [json.loads(line)["sq"] for line in capsysbinary.readouterr().out.splitlines()]
    assert some == [4, 5]


@pytest.mark.parametrize("what", ["show", "export"])
def test_no_spool(what: str, tmp_path: Path, capsys: Shown) -> None:
    assert cli.main(["spool", what, "--state-dir", str(tmp_path)]) == Exit.NEGATIVE
    assert "no such spool" in capsys.readouterr().err
    (tmp_path / "spool.db").write_bytes(b"not a database, but long enough to look like one" * 99)
    assert cli.main(["spool", what, "--state-dir", str(tmp_path)]) == Exit.NEGATIVE
    assert "spool.db" in capsys.readouterr().err
