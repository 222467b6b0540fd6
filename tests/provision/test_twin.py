import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import EvidenceError
from edge_agent.evidence.keys import UnitKey, load_or_make
from edge_agent.provision import twin

DOCUMENT: dict[str, Any] = {"unit": "hanoi/plaza/u1", "who": "Nguyễn Văn Ổn", "steps": [{"n": 1}]}


@pytest.fixture
def key(tmp_path: Path) -> UnitKey:
    return load_or_make(tmp_path / "unit.key")


@pytest.fixture
def signed(tmp_path: Path, key: UnitKey) -> Path:
    folder = tmp_path / "acceptance"
    folder.mkdir()
    (folder / "acceptance.pdf").write_bytes(b"%PDF-1.4")
    return twin.sign(DOCUMENT, key, folder)


def test_as_signed(signed: Path, key: UnitKey) -> None:
    assert twin.verify(signed, key.public) == []


def test_another_key(signed: Path, tmp_path: Path) -> None:
    other = load_or_make(tmp_path / "other.key")
    (wrong,) = twin.verify(signed, other.public)
    assert "not by the key given" in wrong


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"document": 1, "signature": "zz"}'])
def test_no_acceptance(tmp_path: Path, key: UnitKey, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(EvidenceError, match="not a signed acceptance"):
        twin.verify(file, key.public)


def test_a_file_beside_it_that_was_changed_or_is_gone(signed: Path, key: UnitKey) -> None:
    pdf = signed.with_name("acceptance.pdf")
    pdf.write_bytes(b"%PDF-1.5")
    assert twin.verify(signed, key.public) == ["acceptance.pdf: changed since it was signed"]
    pdf.unlink()
    assert twin.verify(signed, key.public) == ["acceptance.pdf: No such file or directory"]


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path, key: UnitKey) -> None:
    assert twin._file(tmp_path, "../../etc/passwd", "0") == [
        "'../../etc/passwd' is no name of a file"
    ]


def test_what_is_beside_the_document_is_noticed(signed: Path, key: UnitKey) -> None:
    value = json.loads(signed.read_text())
    signed.write_text(json.dumps(value))
    assert twin.verify(signed, key.public) == ["bytes beside the signed document"]


@given(st.data())
def test_no_byte_can_be_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("twin")
    key = load_or_make(folder / "unit.key")
    (folder / "a").mkdir()
    file = twin.sign(DOCUMENT, key, folder / "a")
    raw = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes(bytes(raw))
    try:
        wrong = twin.verify(file, key.public)
    except EvidenceError:
        return
    assert wrong
