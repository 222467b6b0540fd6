import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.cli import main
from edge_agent.clock import ManualClock
from edge_agent.evidence.dossier import Case
from edge_agent.evidence.keys import load_or_make
from edge_agent.evidence.manifest import About, Device, Rule, When
from edge_agent.evidence.retention import RetentionPolicy
from edge_agent.evidence.seal import Sealed, Sealer
from edge_agent.evidence.vault import Vault
from tests.evidence.cases import fused, lane, picture, violation
from tests.house.source import ROOT

T0 = 1_790_000_000_000


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    key = load_or_make(tmp_path / "unit.key")
    (tmp_path / "unit.pub").write_bytes(key.public.pem())
    about = About(
        event="01JD",
        kind="red-light",
        lane="n1",
        when=When(t=T0, tq=None, ts="ntp"),
        rule=Rule(id="red-light", version="2025-01-01", source="Law 36/2024/QH15 art. 11"),
        devices=(Device(id="ctl1", kind="signal_ntcip", serial="7", valid_to="2027-01-01"),),
        facts={"phase age ms": 4200},
    )
    sealer = Sealer(tmp_path / "evidence", "u1", key, ManualClock(utc_ms=T0))
    return sealer.seal(about, [("at.jpg", "frame-at", b"\xff\xd8" * 500)])


def _verify(tmp_path: Path, *words: str) -> int:
    return main(["verify", "--key", str(tmp_path / "unit.pub"), *words])


def test_says_ok_and_what_it_is(
    sealed: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _verify(tmp_path, str(sealed.path.parent)) == 0
    said = capsys.readouterr().out
    assert said.startswith("OK ")
    for words in ("red-light in lane n1", "Law 36/2024/QH15", "phase age ms 4200", "ctl1"):
        assert words in said
    assert "1 links, none missing" in said


def test_names_what_was_changed(
    sealed: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(sealed.path.read_bytes())
    at = data.index(b"\xff\xd8\xff\xd8") + 100
    data[at] ^= 1
    sealed.path.write_bytes(data)
    assert _verify(tmp_path, str(sealed.path), "--json") == 1
    result = json.loads(capsys.readouterr().out)
    (finding,) = result["findings"]
    assert not result["ok"]
    assert finding["part"] == "at.jpg"
    assert finding["start"] <= at < finding["end"]
    assert _verify(tmp_path, str(sealed.path)) == 1
    assert "at.jpg: changed within its bytes 0–999" in capsys.readouterr().out


def test_says_what_is_not_there(
    sealed: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _verify(tmp_path, str(tmp_path / "none.zip")) == 1
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert _verify(tmp_path, str(tmp_path / "empty")) == 1
    assert "nothing to verify" in capsys.readouterr().err
    assert main(["verify", "--key", str(tmp_path / "no.pem"), str(sealed.path)]) == 1
    assert "no.pem" in capsys.readouterr().err


def test_tells_who_what_when_by_which_rule_and_measured_against_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = Vault(tmp_path, "u1", RetentionPolicy(), ManualClock(utc_ms=T0))
    case = Case(violation(), fused(), lane())
    case.pictures["cam1"] = [picture("at")]
    case.absent["cam2"] = "timeout: no pictures for 4 s"
    vault.seal(case.about(lambda name: Device(id=name, kind="any"), {"agent": "1.2"}), case.files())
    vault.close()
    assert _verify(tmp_path, str(tmp_path / "evidence")) == 0
    said = capsys.readouterr().out
    for words in (
        "what      red-light in lane n1, unit u1",
        "who       vehicle car, plate 51F12345 (960 ‰, 4 looks), tag E200341201B802011394",
        "when      2026-09-21T14:13:20.000+00:00 (±28 ms, gnss)",
        "rule      red-light 2025-01-01: Law 36/2024/QH15 art. 11, table 0000000000000000…",
        "measured  red-age 2400 ±120 ms, allowed 0 + 500 granted ms",
        "without cam2 timeout: no pictures for 4 s",
        "with      agent 1.2",
        "file      cam1-at.jpg  frame-at",
        "link      1, signed by key",
        "chain   1 links, none missing",
    ):
        assert words in said


def test_needs_neither_configuration_nor_network(sealed: Sealed, tmp_path: Path) -> None:
    """In an empty folder, without a home, and with every socket refused."""
    sitecustomize = tmp_path / "sitecustomize.py"
    sitecustomize.write_text(
        "import socket\n"
        "def refuse(*_args, **_more):\n"
        "    raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.socket.connect_ex = refuse\n"
    )
    words = ["verify", "--key", str(tmp_path / "unit.pub"), str(sealed.path)]
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", *words],
        cwd=sealed.path.parent,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK ")
