"""A unit of the toll plaza from nothing to its signed acceptance: real devices, real processes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from edge_agent import cli, settings, status
from edge_agent.discover import toml
from edge_agent.exits import Exit
from edge_agent.provision import service
from edge_agent.simulators.plugin.stand import Recorded, Stand

NAMES = ("cam1", "anpr-front", "anpr-rear", "etc1", "wim1", "cab1")
LIVE_S = 16
WITHIN_S = 110.0
LOOK_S = 0.2


@pytest.fixture
def plaza(tmp_path: Path) -> Iterator[Stand]:
    with Stand("toll-plaza", 7, tmp_path) as stand:
        for name in NAMES:
            stand.device(name)
        # Not the stand's own centre: that one, and its sockets, would live as long as the stand.
        with Recorded(stand.broker().url, tmp_path / "centre.db"):
            yield stand
            service.stop(tmp_path / "state")


def script(stand: Stand, folder: Path) -> dict[str, Any]:
    ready = {name: device.ready for name, device in stand.devices.items()}
    devices: dict[str, Any] = {}
    for name, told in ready.items():
        at = urlsplit(told["url"]).netloc
        devices[name] = {"at": f"{at}#1" if name in ("wim1", "cab1") else at}
        if told.get("line"):
            lines = {told["line"]["name"]: told["line"]["points"]}
            devices[name] |= {"lines": lines, "ground": told["ground"], "analyse_fps": 4}
    devices["map2"] = {"leave_out": True}
    broker = stand.broker()
    ports = ",".join(str(urlsplit(told["url"]).port) for told in ready.values())
    return {
        "technician": "Trần Thị Hoa",
        "unit": {"province": "hanoi", "site": "plaza", "id": "u1"},
        "search": {
            "net": ["127.0.0.1"], "ports": ports, "serial": ["none"], "units": "1-3",
            "announce": False, "user": "viewer", "password": f"file:{stand.place.secret}",
        },
        "uplink": {"broker": broker.url, "protocol": broker.ready["protocol"]},
        "device": devices,
        "more": {"metrics": {"enabled": False}},
        "live": {"seconds": LIVE_S},
        "weigh": {"tickets": str(folder / "tickets.jsonl")},
        "walk": {"passes": str(folder / "passes.jsonl")},
        "apply": {"how": "process", "confirm": True},
        "soak": {"seconds": 5},
    }  # fmt: skip


def wait(what: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + WITHIN_S
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(LOOK_S)


def write_lines(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def known_vehicles(stand: Stand, folder: Path) -> None:
    """What a weighbridge and a walk with tags would have told of the time of the live test."""
    seen = json.loads((folder / "state" / "provision" / "observed.json").read_text())
    axles, tags = (
        [row["at_ms"] for row in seen[name] if row["device"] == device]
        for name, device in (("axles", "wim1"), ("tags", "etc1"))
    )
    tickets = [
        {"at_ms": row["t"], "lane": str(row["lane"]), "gross_kg": row["gross"],
         "axles_kg": [left + right for left, right, _ in row["axles"]]}
        for row in stand.devices["wim1"].truth()
        if row["what"] == "vehicle" and min(axles) <= row["t"] <= max(axles) and not row["flags"]
    ]  # fmt: skip
    write_lines(folder / "tickets.jsonl", tickets)
    passes = [
        {"at_ms": row["t"], "antenna": row["port"], "epc": row["epc"]}
        for row in stand.devices["etc1"].truth()
        if row["what"] == "tag-in" and min(tags) <= row["t"] < max(tags)
    ]
    write_lines(folder / "passes.jsonl", passes)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_from_nothing_to_a_running_unit(
    plaza: Stand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, state, config = tmp_path / "script.toml", tmp_path / "state", tmp_path / "unit.toml"
    answers.write_text(toml.table((), script(plaza, tmp_path)))
    words = ["--script", str(answers), "--config", str(config), "--state-dir", str(state)]
    live = state / "provision" / "steps" / "live.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "edge_agent", "provision", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait(live.exists, process)
    finally:
        process.kill()
        process.communicate()
    known_vehicles(plaza, tmp_path)

    code = cli.main(["provision", *words, "--json"])

    out = capsys.readouterr().out
    told = json.loads(out.splitlines()[-1])
    assert code == Exit.OK, out
    assert "Live test · Thử trực tiếp: ok (done before)" in out
    running = status.ask(state)
    assert running.config == settings.examine(config).fingerprint
    assert {part.id for part in running.devices} == set(NAMES)
    assert running.uplink.connected
    acceptance = Path(told["acceptance"]["signed"])
    assert cli.main(["provision", "--verify", str(acceptance)]) == Exit.OK
    document = json.loads(acceptance.read_text())["document"]
    by_id = {step["id"]: step for step in document["steps"]}
    scale = by_id["weighing"]["facts"]["stations"]["wim1"]
    assert scale["matched"] >= 0.7 * scale["tickets"] > 0
    assert abs(scale["gross"]["worst_permille"]) < 300
    antennas = by_id["walking"]["facts"]["antennas"].values()
    assert sum(each["seen"] for each in antennas) >= 0.6 * sum(each["of"] for each in antennas) > 0
    assert len(document["models"]) > 0
    assert Path(told["acceptance"]["report"]).read_bytes().startswith(b"%PDF-")
    whole = acceptance.read_text() + Path(told["acceptance"]["page"]).read_text()
    assert plaza.place.secret.read_text().strip() not in whole
