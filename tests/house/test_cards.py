"""A card, its weights and the manifest tell the same, and the card's figure can be had again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.evaluation.card import Card, sha256_of
from edge_agent.models.cards import BAND, CHECK, card_of, measured
from edge_agent.models.rendered import check_sets
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import SHIPPED, models

LARGEST = 4 * 2**20
SHIPS = ("detector", "detector-small", "finder", "reader")


def _entries() -> Iterator[Entry]:
    yield from models().entries.values()


def test_all_that_the_eyes_need_ships() -> None:
    assert set(SHIPS) <= {entry.name for entry in _entries()}


@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: entry.name)
def test_card_weights_and_manifest_agree(entry: Entry) -> None:
    weights, path = SHIPPED / entry.file, card_of(entry)
    card = Card.load(path)
    assert weights.stat().st_size <= LARGEST
    assert sha256_of(weights) == entry.sha256 == card.sha256
    assert (card.name, card.task, card.file) == (entry.name, entry.task, weights.name)
    assert path.with_suffix(".md").read_text(encoding="utf-8") == card.text(), "./dev eval"
    assert CHECK in card.results, "./dev eval"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return check_sets(tmp_path_factory.mktemp("rendered"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: entry.name)
def test_the_cards_figure_can_be_measured_again(entry: Entry, sets: dict[str, Path]) -> None:
    told = Card.load(card_of(entry)).results[CHECK].figures
    again = measured(entry, sets).figures
    assert again == pytest.approx(told, abs=BAND)
