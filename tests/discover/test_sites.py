"""The search against the simulators of whole sites, over real sockets and pseudo-terminals."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from edge_agent import cli
from edge_agent.exits import Exit
from edge_agent.simulators.plugin.process import Program
from edge_agent.simulators.plugin.stand import Stand

_ASKED_LLRP = {"asked-1", "asked-2", "asked-14", "asked-72"}
"""Capabilities, configuration, closing, keepalive: all that changes nothing at a reader."""
_ASKED_MODULE = {"asked-03"}
"""VERSION."""

Device = tuple[str, str, int | None]


def written(name: str, report: Mapping[str, int]) -> int:
    """Requests that would have changed something."""
    if name.startswith("etc"):
        harmless = _ASKED_LLRP | _ASKED_MODULE
        return sum(
            count
            for key, count in report.items()
            if key.startswith("asked-") and key not in harmless
        )
    return report.get("writes", 0)


def expected(name: str, ready: Mapping[str, Any]) -> list[Device]:
    url = ready["url"]
    if name.startswith(("cam", "anpr")):
        return [("camera", url, None)]
    if name == "ctl1":
        return [("signal_ntcip", url, None)]
    if name == "ctl2":
        return [("signal_modbus", url, ready["unit"])]
    if name.startswith("etc"):
        return [("etc_serial" if url.startswith("pty:") else "etc_llrp", url, None)]
    if name.startswith("wim"):
        return [("wim_modbus", url, ready["unit"])]
    return [("modbus_map", url, int(unit)) for unit in ready["profiles"]]


def bare(url: str) -> str:
    return url.partition("?")[0]


SITES = {
    "toll-plaza": ("cam1", "etc1", "wim1", "cab1"),
    "junction": ("ctl1", "ctl2", "cam1", "etc1", "etc2", "wim1", "cab1"),
}


@pytest.fixture(params=sorted(SITES))
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with Stand(request.param, 7, tmp_path) as stand:
        for name in SITES[request.param]:
            stand.device(name)
        yield stand


@pytest.mark.slow
def test_every_device_of_a_site_is_found_and_none_written_to(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = {name: device.ready for name, device in stand.devices.items()}
    ports = [str(urlsplit(each["url"]).port) for each in ready.values() if "://1" in each["url"]]
    lines = [each["url"] for each in ready.values() if each["url"].startswith("pty:")]
    words = ["discover", "--net", "127.0.0.1/32", "--ports", ",".join(ports), "--units", "1-4"]
    for line in lines or ["none"]:
        words += ["--serial", line]
    words += ["--user", "viewer", "--password", f"file:{stand.place.secret}", "--no-announce"]

    assert cli.main([*words, "--seconds", "60", "--json"]) == Exit.OK

    told = json.loads(capsys.readouterr().out)
    found = {(each["kind"], bare(each["url"]), each["unit_id"]) for each in told["proposals"]}
    assert found == {device for name in ready for device in expected(name, ready[name])}
    assert all(not each["conflicts"] for each in told["proposals"])
    assert all(each["confidence"] >= 90 for each in told["proposals"])
    reports = {
        name: device.ask({"report": True})["report"] for name, device in stand.devices.items()
    }
    assert {name: written(name, report) for name, report in reports.items()} == dict.fromkeys(
        ready, 0
    )
    assert "p@ss" not in json.dumps(told)


@pytest.mark.slow
def test_units_of_a_serial_bus_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["edge_agent.simulators", "cabinet", "--pty", "--unit", "3"]
    cabinet = Program("cab", argv, tmp_path, speaks=True)
    try:
        words = ["discover", "--serial", cabinet.url, "--units", "1-6", "--no-announce", "--json"]
        assert cli.main(words) == Exit.OK
        report = cabinet.ask({"report": True})["report"]
    finally:
        cabinet.stop()
    proposals = json.loads(capsys.readouterr().out)["proposals"]
    assert [(each["unit_id"], each["table"]) for each in proposals] == [
        (3, {"profile": "cabinet_v1"}),
        (4, {"profile": "road_weather_v1"}),
    ]
    assert report == {"writes": 0}


@pytest.mark.slow
def test_a_station_that_speaks_is_heard_and_nothing_is_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["edge_agent.simulators", "wim", "--form", "line", "--pty", "--per-hour", "3600"]
    station = Program("wim", argv, tmp_path, speaks=True)
    try:
        words = ["discover", "--serial", station.url, "--no-announce", "--json"]
        assert cli.main(words) == Exit.OK
        report = station.ask({"report": True})["report"]
    finally:
        station.stop()
    (found,) = json.loads(capsys.readouterr().out)["proposals"]
    assert (found["kind"], bare(found["url"])) == ("wim_line", station.url)
    assert report == {"writes": 0}
