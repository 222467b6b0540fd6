"""A card, its weights and the manifest tell the same, and the card's figure can be had again."""

from pathlib import Path

import pytest

from edge_agent.evaluation.card import Card, sha256_of
from edge_agent.models.cards import BAND, CHECK, card_of, measured
from edge_agent.models.rendered import check_sets
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import models

LARGEST = 4 * 2**20
SHIPS = {"detector", "detector-small", "finder", "reader"}
MANIFEST = models()
ENTRIES = pytest.mark.parametrize(
    "entry", MANIFEST.entries.values(), ids=lambda entry: str(entry.name)
)


def test_all_that_the_eyes_need_ships() -> None:
    assert set(MANIFEST.entries) >= SHIPS


@ENTRIES
def test_card_weights_and_manifest_agree(entry: Entry) -> None:
    weights, path = MANIFEST.path(entry), card_of(MANIFEST, entry)
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
@pytest.mark.timeout(900)
@ENTRIES
def test_the_cards_figure_can_be_measured_again(entry: Entry, sets: dict[str, Path]) -> None:
    told = Card.load(card_of(MANIFEST, entry)).results[CHECK].figures
    again = measured(MANIFEST, entry, sets).figures
    assert again == pytest.approx(told, abs=BAND)
