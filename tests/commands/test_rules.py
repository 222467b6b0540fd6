"""``edge-agent rules``."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge_agent.cli import main
from edge_agent.exits import Exit
from edge_agent.rules.sheet import MARK
from edge_agent.rules.tables import MODELS, SHIPPED
from tests.house.source import ROOT

DAY = ("--day", "2026-11-01")


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["rules", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_lists_every_table_with_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(capsys, *DAY)
    assert code == Exit.NEGATIVE
    assert not found["ok"]
    assert {one["kind"] for one in found["tables"]} == set(MODELS)
    speeding = [one for one in found["tables"] if one["kind"] == "speeding"]
    assert [one["state"] for one in speeding] == ["past", "unverified"]
    assert all(len(one["digest"]) == 64 and one["url"] for one in found["tables"])
    assert "speeding: table vn-speeding 2026.1 is not verified" in found["troubles"]
    assert found["next_expiry"] == "2027-06-30"


def test_on_another_day(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = told(capsys, "--day", "2030-01-01")
    assert {one["state"] for one in found["tables"]} == {"past", "expired"}
    assert found["next_expiry"] is None


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", *DAY]) == Exit.NEGATIVE
    printed = capsys.readouterr().out
    assert "vn-red-light 2026.1" in printed
    assert "next expiry: 2027-06-30" in printed


def test_own_tables_that_somebody_vouches_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in MODELS:
        text = (SHIPPED / f"{kind}-2026.toml").read_text()
        vouched = text.replace("verified = false", 'verified = true\nverified_by = "us"')
        (tmp_path / f"{kind}.toml").write_text(vouched)
    code, found = told(capsys, "--tables", str(tmp_path), *DAY)
    assert code == Exit.OK
    assert found["troubles"] == []
    assert {one["state"] for one in found["tables"]} == {"in-force"}


def test_one_table_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = SHIPPED / "speeding-2026.toml"
    code, found = told(capsys, "--check", str(good), *DAY)
    assert (code, len(found["tables"])) == (Exit.NEGATIVE, 1)
    code, found = told(capsys, "--check", str(good), "--day", "2026-01-01")
    assert (code, found["tables"][0]["state"]) == (Exit.OK, "future")
    bad = tmp_path / "bad.toml"
    bad.write_text(good.read_text().replace("above = 20, to = 35", "above = 22, to = 35"))
    assert main(["rules", "--check", str(bad)]) == Exit.CONFIG
    words = capsys.readouterr().err
    assert f"{bad}:" in words
    assert "gap: nothing is said of 20 up to 22" in words


def test_the_page_of_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--markdown"]) == Exit.OK
    assert capsys.readouterr().out.startswith(MARK)


def test_a_site_file_is_judged_with_its_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SHIPPED / "speeding-2026.toml").read_text()
    own = tmp_path / "rules"
    own.mkdir()
    (own / "speeding.toml").write_text(text.replace("tolerance_kmh = 0", "tolerance = 0"))
    site = tmp_path / "unit.toml"
    minimal = (ROOT / "config" / "examples" / "minimal.toml").read_text()
    site.write_text(f'{minimal}\n[rules]\ntables = "{own}"\n')
    assert main(["check", str(site)]) == Exit.CONFIG
    words = capsys.readouterr().out
    assert f"{own / 'speeding.toml'}:" in words
    assert "unknown key" in words
    site.write_text(minimal)
    assert main(["check", str(site)]) == Exit.OK
