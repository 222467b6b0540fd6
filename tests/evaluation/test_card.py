"""A card is kept as data, and its text says nothing else."""

from pathlib import Path

import pytest

from edge_agent.evaluation.card import Card, CardError, Data, Result, sha256_of
from edge_agent.evaluation.split import Seen

CARD = Card(
    name="reader",
    task="reader",
    summary="Reads plates.",
    file="reader.onnx",
    sha256="a" * 64,
    parameters=460_000,
    licences="all",
    data=[Data(source="rendered", licence="Apache-2.0", items=287_000)],
    seen=Seen(sources=("x",), texts=True),
    recipe={"minutes": 19.5, "seed": 1},
    results={"sealed": Result(what="kept closed", figures={"exact": 0.9641, "n": 3}, items=363)},
    failures=["Takes M for H in the glare."],
)


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    CARD.save(path)
    assert Card.load(path) == CARD
    assert (tmp_path / "card.md").read_text(encoding="utf-8") == CARD.text()


def test_the_text_has_every_figure() -> None:
    text = CARD.text()
    assert "| rendered | Apache-2.0 | 287,000 | training |" in text
    assert "| sealed | kept closed | 363 | exact 0.964, n 3.000 |" in text
    assert "| minutes | 19.5 |" in text
    assert "- Takes M for H in the glare." in text
    assert "without a stated licence" in text
    assert "a" * 64 in text


def test_empty_parts_have_no_heading() -> None:
    text = CARD.model_copy(update={"results": {}, "failures": [], "recipe": {}}).text()
    assert "Figures" not in text
    assert "wrong" not in text


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"name": 1}'])
def test_what_is_no_card_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(CardError, match=r"card\.json"):
        Card.load(path)
    with pytest.raises(CardError, match="cannot be read"):
        Card.load(tmp_path / "none.json")


def test_the_digest_is_the_files(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x").startswith("ba7816bf8f01cfea")
