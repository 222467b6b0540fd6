"""Verbs that print what is there: check, drivers, sample, schema, contract."""

import json
import tomllib
from pathlib import Path

import pytest

from edge_agent import cli, registry
from edge_agent.device.driver import DriverKind
from edge_agent.exits import Exit

Shown = pytest.CaptureFixture[str]
MINIMAL = Path(__file__).parents[2] / "config" / "examples" / "minimal.toml"


def test_check_a_sound_file(capsys: Shown) -> None:
    assert cli.main(["check", str(MINIMAL)]) == Exit.OK
    assert capsys.readouterr().out.startswith(f"{MINIMAL}: sound, fingerprint ")


def test_check_strict(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "unit.toml"
    table = 'username = "u"\npassword = "file:/none/such"\n'
    file.write_text(MINIMAL.read_text().replace("[uplink]\n", f"[uplink]\n{table}"))
    assert cli.main(["check", str(file)]) == Exit.OK
    assert "1 warning:" in capsys.readouterr().out
    assert cli.main(["check", str(file), "--strict", "--json"]) == Exit.CONFIG
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["errors"] == []
    assert [warning["where"] for warning in answer["warnings"]] == ["uplink.password"]


def test_check_a_file_that_is_not_there(tmp_path: Path, capsys: Shown) -> None:
    file = str(tmp_path / "none.toml")
    assert cli.main(["check", file, "--json"]) == Exit.CONFIG
    assert json.loads(capsys.readouterr().out)["fingerprint"] is None


def test_drivers(capsys: Shown) -> None:
    assert cli.main(["drivers"]) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == registry.kinds()
    assert cli.main(["drivers", "--json"]) == Exit.OK
    rows = json.loads(capsys.readouterr().out)
    assert {row["kind"] for row in rows} == set(registry.kinds())
    assert all(row["summary"] and row["why"] is None for row in rows)


def test_a_driver_that_cannot_be_loaded_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    load = registry.load

    def broken(name: str) -> DriverKind:
        if name == "camera":
            raise registry.RegistryError("needs cv2", "that it is installed")
        return load(name)

    monkeypatch.setattr(registry, "load", broken)
    assert cli.main(["drivers"]) == Exit.OK
    out = capsys.readouterr().out
    assert "not usable: needs cv2" in out
    assert "signal_modbus" in out


@pytest.mark.parametrize("kind", registry.kinds())
def test_samples_are_sound_tables_of_their_kind(kind: str, tmp_path: Path, capsys: Shown) -> None:
    assert cli.main(["sample", kind]) == Exit.OK
    sample = capsys.readouterr().out
    tables = tomllib.loads(sample)["device"]
    assert [table["kind"] for table in tables.values()] == [kind]
    file = tmp_path / "unit.toml"
    head = MINIMAL.read_text().partition("[device.")[0]
    file.write_text(head + sample)
    assert cli.main(["check", str(file)]) == Exit.OK, capsys.readouterr().err


def test_sample_of_no_kind(capsys: Shown) -> None:
    assert cli.main(["sample", "camra"]) == Exit.CONFIG
    assert "did you mean 'camera'?" in capsys.readouterr().err


def test_schema(capsys: Shown) -> None:
    assert cli.main(["schema"]) == Exit.OK
    schema = json.loads(capsys.readouterr().out)
    assert len(schema["properties"]["device"]["additionalProperties"]["oneOf"]) == len(
        registry.kinds()
    )


def test_contract(tmp_path: Path, capsys: Shown) -> None:
    out = tmp_path / "new" / "folder"
    assert cli.main(["contract", "--out", str(out)]) == Exit.OK
    assert str(out) in capsys.readouterr().out
    assert list(out.rglob("*.json"))
