import json
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.errors import Cause
from edge_agent.exits import Exit

SITE = """\
version = 1
unit = { province = "hanoi", site = "nts", id = "u1" }
uplink.broker = "mqtt://127.0.0.1:9"

[device.box1]
kind = "tests.commands.talker"

[device.no1]
kind = "tests.commands.talker"
mode = "refuse"
password = "env:TEST_PASSWORD"

[device.slow1]
kind = "tests.commands.talker"
mode = "hang"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEST_PASSWORD", "geheim-1234")
    file = tmp_path / "unit.toml"
    file.write_text(SITE)
    return str(file)


Shown = pytest.CaptureFixture[str]


def test_try_for_people(site: str, capsys: Shown) -> None:
    assert cli.main(["try", "box1", "--config", site, "--seconds", "0.2"]) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=1)[1] == "state      ok"
    assert lines[1].split(maxsplit=1)[1] == "signal     phases 1=g 2=r  plan 3  first yes"
    assert lines[2].split(maxsplit=1)[1] == "detector   detector d1  why counter reset"


def test_try_for_machines(site: str, capsys: Shown) -> None:
    assert cli.main(["try", "box1", "--config", site, "--seconds", "0.2", "--json"]) == Exit.OK
    state, signal, detector = map(json.loads, capsys.readouterr().out.splitlines())
    assert (state["type"], state["state"], state["device"]) == ("state", "ok", "box1")
    assert (signal["type"], signal["phases"], signal["plan"]) == ("signal", {"1": "g", "2": "r"}, 3)
    assert (detector["count"], detector["why"]) == (None, "counter reset")


def test_try_a_device_before_there_is_a_site(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[device.box1]\nkind = "tests.commands.talker"\n')
    words = ["box1", "--config", str(file)]
    assert cli.main(["try", *words, "--seconds", "0.2"]) == Exit.OK
    assert cli.main(["probe", *words]) == Exit.OK
    assert cli.main(["check", str(file)]) == Exit.CONFIG
    file.write_text('version = 1\n[device.box1]\nkind = "tests.commands.talker"\n')
    assert cli.main(["probe", *words]) == Exit.CONFIG
    assert "uplink: is missing" in capsys.readouterr().err


def test_try_what_does_not_answer(site: str, capsys: Shown) -> None:
    assert cli.main(["try", "no1", "--config", site, "--seconds", "0.2"]) == Exit.UNREACHABLE
    out, err = capsys.readouterr()
    assert "down  refused: " in out
    assert "geheim" not in out + err


def test_probe(site: str, capsys: Shown) -> None:
    assert cli.main(["probe", "box1", "--config", site]) == Exit.OK
    out = capsys.readouterr().out
    assert "model        Model 5" in out
    assert "serial       (does not say)" in out
    assert "firmware     1.2" in out
    assert cli.main(["probe", "box1", "--config", site, "--json"]) == Exit.OK
    answer = json.loads(capsys.readouterr().out)
    assert (answer["device"], answer["maker"], answer["serial"]) == ("box1", "Maker", "")


@pytest.mark.parametrize(("device", "cause"), [("no1", Cause.REFUSED), ("slow1", Cause.TIMEOUT)])
def test_probe_what_does_not_answer(site: str, device: str, cause: str, capsys: Shown) -> None:
    words = ["probe", device, "--config", site, "--seconds", "0.2"]
    assert cli.main(words) == Exit.UNREACHABLE
    out, err = capsys.readouterr()
    assert cause in err
    assert "geheim" not in out + err


@pytest.mark.parametrize("verb", ["try", "probe"])
def test_a_device_that_is_not_there(site: str, verb: str, capsys: Shown) -> None:
    assert cli.main([verb, "bax1", "--config", site]) == Exit.CONFIG
    err = capsys.readouterr().err
    assert "did you mean box1?" in err
    assert "box1, no1, slow1" in err


def test_probe_an_address(capsys: Shown) -> None:
    """Port 9 of loopback refuses; what matters is which driver was asked."""
    words = ["probe", "tcp://127.0.0.1:9", "--kind", "signal_modbus", "--seconds", "2"]
    assert cli.main(words) == Exit.UNREACHABLE
    assert "refused" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["gopher://127.0.0.1/", "rtsp://u:geheim@127.0.0.1/"])
def test_probe_an_address_of_no_kind(url: str, capsys: Shown) -> None:
    assert cli.main(["probe", url]) == Exit.CONFIG
    err = capsys.readouterr().err
    assert "no kind goes with this address" in err
    assert "geheim" not in err
