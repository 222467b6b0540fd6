from pathlib import Path

import pytest

pytest.importorskip("torch")

from edge_agent.models.detector import train
from edge_agent.models.detector.labels import HELD_OUT
from edge_agent.models.detector.streets import LESSONS
from tests.models.detector.labelled import folder, frame

CAR = ("car", [10.0, 20.0, 60.0, 50.0])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder(
        tmp_path / "data",
        frame("a", CAR, scene=HELD_OUT[0], source="TLinh2/x", licence="none given"),
        frame("b", CAR, scene="Lang-Ha-Thai-Ha", source="TLinh2/x", licence="none given"),
        frame("c", CAR, scene="abroad", source="yuskun/x", licence="CC BY 4.0"),
    )


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames were rendered, each time that some were."""
    asked: list[int] = []

    def render(place: Path, frames: int, seed: int, kind: str) -> Path:
        assert (place.name, seed) == (kind, 1)
        asked.append(frames)
        return folder(place, frame("r", CAR, source="edge-sim render-set", licence="Apache-2.0"))

    monkeypatch.setattr(train, "render", render)
    return asked


def test_streets_are_rendered_where_none_are_given(
    tmp_path: Path, data: Path, drawn: list[int]
) -> None:
    parts = train.gather(tmp_path, [data], 5, clean=False, fold=False)
    assert drawn == [round(share * 100) for _, share in LESSONS]
    assert len(parts.train) == 3 + len(LESSONS)
    train.gather(tmp_path, [data, tmp_path / "rendered" / "sites"], 5, clean=False, fold=False)
    assert len(drawn) == len(LESSONS)


def test_a_recipe_without_any_data_is_whole(tmp_path: Path, drawn: list[int]) -> None:
    parts = train.gather(tmp_path, [], 0.1, clean=True, fold=False)
    assert sum(drawn) == 40
    assert all(one.rendered for one in parts.train)


def test_clean_weights_learn_nothing_else_and_are_measured_on_it(
    tmp_path: Path, data: Path, drawn: list[int]
) -> None:
    parts = train.gather(tmp_path, [data], 5, clean=True, fold=False)
    assert sorted(one.item.path.stem for one in parts.train) == ["c", *"r" * len(LESSONS)]
    assert sorted(one.item.path.stem for one in parts.elsewhere) == ["a", "b"]


def test_a_fold_leaves_junctions_out(tmp_path: Path, data: Path, drawn: list[int]) -> None:
    parts = train.gather(tmp_path, [data], 5, clean=False, fold=True)
    assert [one.item.path.stem for one in parts.elsewhere] == ["a"]
    assert len(parts.train) == 2 + len(LESSONS)
