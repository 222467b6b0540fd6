import io
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.centre import cli
from edge_agent.centre.sealed import Opener, SealedError, open_lines
from edge_agent.privacy.sealing import TextSeal
from tests.privacy.test_sealing import CENTRE, GOLDEN

OPENER = Opener(CENTRE)
SEAL = TextSeal(CENTRE.public_key())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "centre.key"
    path.write_bytes(
        CENTRE.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_golden_vector() -> None:
    assert OPENER.open("plate", GOLDEN) == "51F12345"


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=124))
def test_what_a_unit_seals_the_centre_opens(text: str) -> None:
    assert OPENER.open("tag", SEAL.seal("tag", text)) == text


def test_only_as_what_it_was_sealed() -> None:
    with pytest.raises(SealedError, match="no sealed tag"):
        OPENER.open("tag", GOLDEN)


def test_only_by_whom_it_was_sealed_to() -> None:
    with pytest.raises(SealedError, match="another key"):
        Opener(X25519PrivateKey.generate()).open("plate", GOLDEN)


@given(st.integers(0, len(GOLDEN) - 1), st.sampled_from("ABz09-_"))
def test_a_changed_text_is_refused(place: int, other: str) -> None:
    changed = GOLDEN[:place] + other + GOLDEN[place + 1 :]
    if changed != GOLDEN:
        with pytest.raises(SealedError):
            OPENER.open("plate", changed)


@given(st.text(max_size=200))
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(SealedError):
        OPENER.open("plate", text)


def test_events_get_their_texts_and_others_stay_as_they_came() -> None:
    passage = {"st": "passage", "plate": {"ps": "k.A", "x": SEAL.seal("plate", "51F12345")}}
    passage["tag"] = {"ps": "k.B", "x": SEAL.seal("tag", "E200")}
    tag = {"st": "tag", "ps": "k.B", "x": SEAL.seal("tag", "E201")}
    told = '{"st":"passage", "plate":{"t":"29A12345"}}'
    lines = [json.dumps(passage), json.dumps(tag), told, "no event", '{"st":"tag","x":"AAAA"}']
    (first, _), (second, _), third, fourth, fifth = open_lines(OPENER, lines)
    assert json.loads(first)["plate"]["t"] == "51F12345"
    assert json.loads(first)["tag"]["epc"] == "E200"
    assert json.loads(second)["epc"] == "E201"
    assert third == (told, "")
    assert fourth == ("no event", "not an event")
    assert fifth[1]


def test_the_command_opens_single_texts(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["open", "--key", str(key), GOLDEN]) == 0
    assert capsys.readouterr().out == "51F12345\n"
    assert cli.main(["open", "--key", str(key), "--as", "tag", GOLDEN]) == 1
    assert "no sealed tag" in capsys.readouterr().err


def test_the_command_opens_what_is_exported(
    key: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = json.dumps({"st": "passage", "plate": {"x": GOLDEN}})
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{sealed}\nbad\n"))
    assert cli.main(["open", "--key", str(key)]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[0])["plate"]["t"] == "51F12345"
    assert "line 2: not an event" in said.err


def test_a_key_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.key"
    path.write_text("no key")
    assert cli.main(["open", "--key", str(path), GOLDEN]) == 1
    assert "bad.key: not a private key" in capsys.readouterr().err
