import json
import random
import zipfile
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.exits import Exit

Shown = pytest.CaptureFixture[str]

SITE = """\
version = 1
unit = { province = "hanoi", site = "nts", id = "u1" }
[uplink]
broker = "mqtt://127.0.0.1:9"
username = "u1"
password = "env:UPLINK_SECRET"
"""


def test_fifty_secrets_and_two_hundred_plates_stay_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    dice = random.Random(5)
    secrets = [f"geheim-{dice.getrandbits(64):x}@:/#%" for _ in range(50)]
    plates = [f"{dice.randint(11, 99)}F{dice.randint(10_000, 99_999)}" for _ in range(200)]
    monkeypatch.setenv("UPLINK_SECRET", secrets[0])
    site = SITE
    for number, secret in enumerate(secrets[1:]):
        monkeypatch.setenv(f"CAM{number}", secret)
        site += f'[device.cam{number}]\nkind = "camera"\nurl = "rtsp://192.0.2.1/{number}"\n'
        site += f'username = "u"\npassword = "env:CAM{number}"\n'
    config, log, out = tmp_path / "unit.toml", tmp_path / "agent.log", tmp_path / "b.zip"
    config.write_text(site)
    words = [f"rtsp://u:{secret}@192.0.2.1/1 refused {secret}" for secret in secrets]
    words += [f"crossing lane 1 plate {plate} read" for plate in plates]
    log.write_text("\n".join([*words, "the last line"]) + "\n")
    state = tmp_path / "state"
    state.mkdir()
    told = ["bundle", "--config", str(config), "--state-dir", str(state), "--out", str(out)]
    assert cli.main([*told, "--log", str(log), "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    assert said["bytes"] == out.stat().st_size
    assert any("no agent is running" in each for each in said["missing"])
    with zipfile.ZipFile(out) as bundle:
        assert {"about.json", "doctor.json", "site.toml", "log.txt"} <= set(bundle.namelist())
        text = "\n".join(bundle.read(name).decode() for name in bundle.namelist())
    assert "the last line" in text
    assert "rtsp://192.0.2.1/7" in text
    assert [secret for secret in secrets if secret in text] == []
    assert [plate for plate in plates if plate in text] == []


def test_a_broken_file_is_packed_all_the_same(tmp_path: Path, capsys: Shown) -> None:
    config, out = tmp_path / "unit.toml", tmp_path / "b.zip"
    config.write_text('version = 1\n[unit\npassword = "in the clear"\n')
    told = ["bundle", "--config", str(config), "--state-dir", str(tmp_path), "--out", str(out)]
    assert cli.main(told) == Exit.OK
    assert f"{out}: " in capsys.readouterr().out
    with zipfile.ZipFile(out) as bundle:
        assert b"[unit" in bundle.read("site.toml")
        assert b"in the clear" not in bundle.read("site.toml")


def test_a_bundle_plays_its_unit_again(tmp_path: Path, capsys: Shown) -> None:
    bundle = tmp_path / "b.zip"
    lines = []
    for n in range(3):
        at = {"utc_ms": 1_790_000_000_000 + 1000 * n, "mono_ns": n * 10**9, "spread_ms": 0}
        reading = {"type": "crossing", "at": at, "line": "main", "direction": "ab", "track": n}
        lines.append(json.dumps({"device": "cam1", "at_ms": at["utc_ms"], "reading": reading}))
    with zipfile.ZipFile(bundle, "w") as made:
        made.writestr("site.toml", SITE)
        made.writestr("readings.ndjson", "\n".join(lines) + "\n")
    out = tmp_path / "events.ndjson"
    assert cli.main(["replay", str(bundle), "--out", str(out), "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["events"]["passage"] == 3
    assert len([line for line in out.read_text().splitlines() if '"passage"' in line]) == 3


@pytest.mark.parametrize("what", ["no zip", "no readings", "missing"])
def test_what_is_no_bundle_is_said(what: str, tmp_path: Path, capsys: Shown) -> None:
    bundle = tmp_path / "b.zip"
    if what == "no zip":
        bundle.write_bytes(b"PK no")
    elif what == "no readings":
        with zipfile.ZipFile(bundle, "w") as made:
            made.writestr("site.toml", SITE)
    assert cli.main(["replay", str(bundle)]) == Exit.NEGATIVE
    assert str(bundle) in capsys.readouterr().err
