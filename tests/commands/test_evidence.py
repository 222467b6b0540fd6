"""The command, on a folder that a vault has sealed; the networks that mask are played."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from edge_agent.cli import main
from edge_agent.clock import ManualClock
from edge_agent.commands import evidence
from edge_agent.device.pictures import Box, Masked
from edge_agent.evidence.dossier import Case
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.retention import RetentionPolicy
from edge_agent.evidence.vault import Vault
from edge_agent.evidence.verify import open_package
from tests.evidence.cases import T0, fused, lane, picture, violation
from tests.evidence.store import Store, serving

EVENT = violation()


class _Masker:
    method = "a pencil"

    def mask(self, jpeg: bytes, others: Sequence[Box], accused: Sequence[Box]) -> Masked:
        return Masked(b"masked", 1, 0, True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    vault = Vault(tmp_path, "u1", RetentionPolicy(), ManualClock(utc_ms=T0))
    case = Case(EVENT, fused(), lane())
    case.pictures["cam1"] = [picture("at")]
    vault.seal(case.about(lambda name: Device(id=name, kind="any"), {}), case.files())
    vault.close()
    monkeypatch.setattr(evidence, "_masker", lambda _: _Masker())
    return tmp_path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with serving(tmp_path) as store:
        yield store


def _run(home: Path, *words: str) -> int:
    return main(["evidence", *words, "--state-dir", str(home)])


def _log(home: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert _run(home, "log", "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_lists_what_is_sealed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(home, "list") == 0
    said = capsys.readouterr().out
    assert EVENT.id in said
    assert "original" in said
    assert _run(home, "list", "--json") == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert (item["n"], item["event"], item["copy_of"]) == (1, EVENT.id, None)


def test_a_copy_is_masked_linked_and_on_record_and_made_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(home, "copy", "1", "--out", str(home / "a.zip")) == 0
    assert _run(home, "copy", EVENT.id, "--out", str(home / "b.zip")) == 0
    assert (home / "a.zip").read_bytes() == (home / "b.zip").read_bytes()
    key = load_public(home / "unit.pub")
    package = open_package((home / "a.zip").read_bytes(), key)
    assert package.files["cam1-at.jpg"] == b"masked"
    log = _log(home, capsys)
    assert [(line["what"], line.get("link")) for line in log] == [
        ("sealed", None),
        ("sealed", None),
        ("copied", 2),
        ("copied", 2),
    ]
    assert not examine([home / "evidence"], key).findings


def test_an_original_is_unlocked_with_a_reason_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = home / "a.zip"
    assert _run(home, "unlock", "1", "--out", str(out)) == 1
    assert "--why" in capsys.readouterr().err
    assert not out.exists()
    assert _run(home, "unlock", "1", "--out", str(out), "--why", "court 12/2026") == 0
    assert out.read_bytes() == (home / "evidence/00000001-red-light.evidence.zip").read_bytes()
    *_, line = _log(home, capsys)
    assert (line["what"], line["link"], line["why"]) == ("unlocked", 1, "court 12/2026")
    assert line["by"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["copy"], "needs an ID"),
        (["copy", "7", "--out", "x"], "no such link"),
        (["copy", "1"], "needs --out"),
        (["send", "1"], "needs ID and URL"),
        (["send", "1", "http://h/a"], "must be https"),
        (["send", "1", "https://h/a", "--original"], "--why"),
    ],
    ids=["no-id", "unknown", "no-out", "no-url", "no-tls", "no-why"],
)
def test_what_is_missing_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert _run(home, *words) == 1
    assert said in capsys.readouterr().err


def test_a_masked_copy_is_sent_and_on_record_without_the_signature(
    home: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{store.url}?sig=geheim"
    assert _run(home, "send", "1", url, "--ca", str(store.ca), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["link"], told["proof"], told["tries"]) == (2, "md5", 1)
    (content,) = store.files.values()
    assert content == (home / "evidence/00000002-red-light.evidence.zip").read_bytes()
    *_, line = _log(home, capsys)
    assert (line["what"], line["link"], line["to"]) == ("sent", 2, "127.0.0.1/bucket/a.zip")
    assert "geheim" not in (home / "evidence/ledger.jsonl").read_text()


def test_a_whole_one_is_sent_with_a_reason(
    home: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["send", "1", store.url, "--ca", str(store.ca), "--original", "--why", "court"]
    assert _run(home, *words) == 0
    assert "sent link 1" in capsys.readouterr().out
    (content,) = store.files.values()
    assert content == (home / "evidence/00000001-red-light.evidence.zip").read_bytes()


def test_retention_can_be_applied_by_hand(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site = tmp_path / "unit.toml"
    site.write_text(
        'version = 1\n[unit]\nprovince = "hanoi"\nsite = "s"\nid = "u1"\n'
        '[uplink]\nbroker = "mqtt://127.0.0.1"\n'
        "[evidence.keep]\nhigh_mb = 2000\ndays = 3650\n"
    )
    assert _run(home, "sweep", "--config", str(site)) == 0
    assert "0 dropped" in capsys.readouterr().out


def test_the_public_key_is_handed_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(home, "key") == 0
    assert capsys.readouterr().out.encode() == (home / "unit.pub").read_bytes()


def test_where_nothing_was_sealed_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "list") == 1
    assert "no evidence was sealed here" in capsys.readouterr().err
