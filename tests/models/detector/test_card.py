from pathlib import Path

import pytest

pytest.importorskip("torch")

from edge_agent.evaluation.card import Card
from edge_agent.models.detector.card import fill_cards
from edge_agent.models.detector.classes import SIZES
from edge_agent.models.detector.labels import HELD_OUT, Lesson, read
from edge_agent.models.detector.schooling import Recipe
from tests.models.detector.labelled import folder, frame

MEASURED = {name: {"elsewhere": {"overall": {"items": 1, "ap50_any": 0.5}}} for name in SIZES}
RECIPE = Recipe(5.0)
CAR = ("car", [10.0, 20.0, 60.0, 50.0])


def lessons(place: Path, *, drawn: int = 1, scene: str = HELD_OUT[0]) -> list[Lesson]:
    real = frame("a", CAR, scene=scene, source="TLinh2/x", licence="none given")
    own = {"source": "edge-sim render-set", "licence": "Apache-2.0"}
    return read([folder(place, real, *(frame(f"r{n}", CAR, **own) for n in range(drawn)))])


def run(place: Path) -> Path:
    place.mkdir()
    for name in SIZES:
        (place / f"{name}.onnx").write_bytes(place.name.encode())
    return place


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A run whose card tells of a sister, too."""
    beside, place = tmp_path / "sister", run(tmp_path / "before")
    beside.mkdir()
    (beside / "measured.json").write_text('{"detector": {"elsewhere": {"overall": {"items": 9}}}}')
    own = lessons(tmp_path / "first", drawn=2, scene="Lang-Ha-Thai-Ha")
    fill_cards(place, own, RECIPE, MEASURED, beside, None, clean=False)
    return place


def test_what_weights_had_seen_before_they_have_seen(tmp_path: Path, before: Path) -> None:
    place = run(tmp_path / "after")
    own = lessons(tmp_path / "second", drawn=3, scene=HELD_OUT[1])
    [card, _] = fill_cards(place, own, RECIPE, MEASURED, None, before, clean=False)
    assert {one.source: one.items for one in card.data} == {
        "TLinh2/x": 1,
        "edge-sim render-set": 5,
    }
    assert Card.load(before / "card.json").seen.scenes == HELD_OUT
    assert card.seen.scenes == (HELD_OUT[0], HELD_OUT[2])
    assert str(card.recipe["began_from"]).startswith("the weights of detector.onnx ")
    assert str(card.recipe["began_from"]).endswith(
        "; minutes: 5.0; rate: 0.005; rendered: 0.2; seed: 1"
    )


def test_drawn_lessons_alone_do_not_make_weights_forget(tmp_path: Path, before: Path) -> None:
    place = run(tmp_path / "after")
    own = [one for one in lessons(tmp_path / "second") if one.rendered]
    [card, _] = fill_cards(place, own, RECIPE, MEASURED, None, before, clean=False)
    assert card.seen.sources == ("TLinh2/x",)
    assert card.seen.scenes == HELD_OUT


def test_a_sister_of_the_weights_before_is_told_as_theirs(tmp_path: Path, before: Path) -> None:
    place, own = run(tmp_path / "after"), lessons(tmp_path / "second")
    [card, small] = fill_cards(place, own, RECIPE, MEASURED, None, before, clean=False)
    told = card.results["elsewhere, fold"]
    assert told.items == 9
    assert told.what.endswith("; of the weights that these went on from")
    assert "elsewhere, fold" not in small.results
    again = run(tmp_path / "again")
    [card, _] = fill_cards(again, own, RECIPE, MEASURED, None, place, clean=False)
    assert card.results["elsewhere, fold"].what == told.what
    [card, _] = fill_cards(again, own, RECIPE, MEASURED, tmp_path / "sister", place, clean=False)
    assert card.results["elsewhere, fold"].what != told.what
