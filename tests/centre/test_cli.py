import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_agent.centre import cli
from edge_agent.centre.keeper import Arrival, Keeper
from edge_agent.centre.sqlite_store import SqliteStore
from tests.brokers import Mosquitto, free_port, needs_mosquitto
from tests.centre.test_centre import Sender
from tests.uplink.events import EPOCH, UNIT, body, passage

TOPIC = f"{UNIT.root}/evt/passage"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "centre.db"
    store = SqliteStore(path)
    keeper = Keeper(store, lambda: 0)
    keeper.take([Arrival(TOPIC, body(passage(), sq), 0) for sq in (1, 2, 6)])
    store.close()
    return path


def test_gaps_are_listed_and_tell_by_the_exit_code(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["gaps", "--db", str(db)]) == 1
    out = capsys.readouterr().out
    assert "3…5" in out
    assert "3 missing" in out
    assert cli.main(["gaps", "--db", str(db), "--json"]) == 1
    entry = json.loads(capsys.readouterr().out)
    assert entry == {"root": UNIT.root, "ep": EPOCH, "st": "passage", "frm": 3, "to": 5}


def test_export_gives_the_events_as_they_came(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "--db", str(db), "--stream", "passage"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["sq"] for line in lines] == [1, 2, 6]
    assert cli.main(["export", "--db", str(db), "--stream", "alarm"]) == 0
    assert capsys.readouterr().out == ""


def test_export_says_when_each_came_if_asked(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "--db", str(db), "--times"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"]["sq"] for line in lines] == [1, 2, 6]
    assert {(line["root"], line["received_ms"]) for line in lines} == {(UNIT.root, 0)}


def test_a_missing_database_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gaps", "--db", str(tmp_path / "none.db")]) == 3
    assert "none.db" in capsys.readouterr().err


@pytest.mark.parametrize(
    "extra",
    [
        ["--broker", "http://x"],
        ["--broker", "mqtt://u:hunter2@h"],
        ["--broker", "mqtt://h", "--password-file", "/no/such"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_shows_no_password(
    extra: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", *extra, "--db", str(tmp_path / "c.db")]) == 2
    err = capsys.readouterr().err
    assert err
    assert "hunter2" not in err


def run(*argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "edge_agent.centre", "run", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@needs_mosquitto
def test_run_prints_an_event_a_line_and_a_summary(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        process = run("--broker", broker.url, "--db", str(tmp_path / "c.db"), "--json")
        with Sender(broker.url) as unit:
            deadline = time.monotonic() + 10
            while not unit.receipts and time.monotonic() < deadline:
                unit.send(TOPIC, body(passage(), 1).replace(b"cam1", b"cam2"))
                time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0, err
    first, *_, last = (json.loads(line) for line in out.splitlines())
    assert first["event"]["sq"] == 1
    assert first["root"] == UNIT.root
    assert last["summary"]["stored"] >= 1
    assert last["summary"]["missing"] == 0


@needs_mosquitto
def test_run_draws_a_table_where_a_person_looks(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        process = run("--broker", broker.url, "--db", str(tmp_path / "c.db"), "--seconds", "1")
        out, err = process.communicate(timeout=15)
    assert process.returncode == 0, err
    assert "connected to" in out
    assert "stream" in out


def test_run_without_a_broker_says_so(tmp_path: Path) -> None:
    url = f"mqtt://127.0.0.1:{free_port()}"
    process = run("--broker", url, "--db", str(tmp_path / "c.db"), "--json", "--seconds", "0.3")
    out, err = process.communicate(timeout=15)
    assert process.returncode == 4
    assert "never reached" in err
    assert json.loads(out)["summary"]["stored"] == 0
