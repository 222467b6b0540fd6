import pytest

torch = pytest.importorskip("torch")

from edge_agent.models.detector.assign import (  # noqa: E402 - after the skip
    Truth,
    assign,
    losses,
    overlap,
)
from edge_agent.models.detector.classes import CLASSES  # noqa: E402 - after the skip
from edge_agent.models.detector.net import Found, cells  # noqa: E402 - after the skip

SIZE = 128


def truth(*boxes: list[float], **other: object) -> Truth:
    count = max(1, len(boxes))
    made = Truth(
        boxes=torch.tensor([list(boxes) or [[0.0] * 4]]),
        kinds=torch.zeros(1, count, dtype=torch.int64),
        real=torch.full((1, count), bool(boxes)),
        known=torch.ones(1, 5, dtype=torch.bool),
        blank=torch.full((1, 1, 4), -1.0),
        above=torch.zeros(1),
        lowest=torch.zeros(1),
        frame=torch.tensor([[-1e6, -1e6, 1e6, 1e6]]),
        doubt=torch.ones(1),
    )
    return made._replace(**other)


def found(score: float = 0.0, reach: float = 1.5) -> Found:
    """Every cell sees a square of ``reach`` strides around itself."""
    centres, strides = cells(SIZE, SIZE)
    half = (strides * reach)[:, None]
    boxes = torch.cat((centres - half, centres + half), 1)[None]
    count = len(centres)
    return Found(boxes, torch.full((1, count), score), torch.zeros(1, count, 5))


def test_overlap_by_hand() -> None:
    one = torch.tensor([0.0, 0.0, 2.0, 2.0])
    other = torch.tensor([1.0, 0.0, 3.0, 2.0])
    assert float(overlap(one, other)) == pytest.approx(1 / 3)
    assert float(overlap(one, other, general=True)) == pytest.approx(1 / 3)
    far = torch.tensor([4.0, 0.0, 6.0, 2.0])
    assert float(overlap(one, far, general=True)) == pytest.approx(-1 / 3)


def test_a_box_goes_to_cells_of_its_size_at_its_middle() -> None:
    box = [48.0, 48.0, 72.0, 72.0]
    owner, fit = assign(found(), truth(box), *cells(SIZE, SIZE))
    centres, strides = cells(SIZE, SIZE)
    taken = owner[0] == 0
    assert taken.any()
    assert (strides[taken] == 8).all()
    assert ((centres[taken] - 60).abs() < 16).all()
    assert float(fit[0].max()) > 0.7
    assert (fit[0][~taken] == 0).all()


def test_no_cell_answers_for_two_and_every_truth_has_one() -> None:
    boxes = [[40.0, 40.0, 64.0, 64.0], [52.0, 40.0, 76.0, 64.0]]
    owner, _ = assign(found(), truth(*boxes), *cells(SIZE, SIZE))
    assert {0, 1} <= set(owner[0].tolist())


def test_an_empty_picture_assigns_nothing_and_blames_every_sure_find() -> None:
    owner, _ = assign(found(), truth(), *cells(SIZE, SIZE))
    assert (owner == -1).all()
    parts = losses(found(3.0), truth(), *cells(SIZE, SIZE), trusting=False)
    assert float(parts.any) > 1
    assert float(parts.box) == 0


@pytest.mark.parametrize(
    "silent",
    [
        {"blank": torch.tensor([[[0.0, 0.0, SIZE, SIZE]]])},
        {"lowest": torch.tensor([1e4])},
        {"frame": torch.tensor([[60.0, 60.0, 61.0, 61.0]])},
    ],
)
def test_where_labels_say_nothing_nobody_is_blamed(silent: dict[str, object]) -> None:
    parts = losses(found(3.0), truth(**silent), *cells(SIZE, SIZE), trusting=False)
    assert float(parts.any) == 0


def test_above_the_labelled_road_blame_is_small_but_not_nothing() -> None:
    far = truth(above=torch.tensor([1e4]))
    plain = losses(found(3.0), truth(), *cells(SIZE, SIZE), trusting=False).any
    parts = losses(found(3.0), far, *cells(SIZE, SIZE), trusting=False)
    assert float(parts.any) == pytest.approx(0.3 * float(plain))


def test_a_sure_find_is_believed_only_where_labels_are_missing() -> None:
    partly, grid = truth(doubt=torch.tensor([0.3])), cells(SIZE, SIZE)
    blamed = float(losses(found(3.0), partly, *grid, trusting=False).any)
    assert float(losses(found(3.0), partly, *grid, trusting=True).any) < blamed / 4
    assert float(losses(found(3.0), truth(), *grid, trusting=True).any) == pytest.approx(blamed)
    unsure = float(losses(found(-3.0), partly, *grid, trusting=False).any)
    assert float(losses(found(-3.0), partly, *grid, trusting=True).any) == pytest.approx(unsure)


def test_a_kind_that_the_source_does_not_tell_costs_nothing() -> None:
    box = [48.0, 48.0, 72.0, 72.0]
    leaning = found()
    leaning.kinds[..., 4] = 5.0  # says truck where a motorbike is labelled
    unknown = torch.tensor([[True, True, True, True, False]])
    told = losses(leaning, truth(box), *cells(SIZE, SIZE), trusting=False)
    untold = losses(leaning, truth(box, known=unknown), *cells(SIZE, SIZE), trusting=False)
    assert float(untold.kind) < float(told.kind) / 2


def test_one_pasted_into_a_scene_that_has_no_name_for_its_kind_keeps_its_own() -> None:
    box, bicycle = [48.0, 48.0, 72.0, 72.0], torch.tensor([[1]])
    unknown = torch.tensor([[True, False, True, True, True]])
    sure = found()
    sure.kinds[..., 1] = 5.0
    told = losses(
        sure, truth(box, kinds=bicycle, known=unknown), *cells(SIZE, SIZE), trusting=False
    )
    assert float(told.kind) < 0.1


def told(kind: str, other: str) -> float:
    """The loss of calling a vehicle ``other`` where it is a ``kind``."""
    kinds = torch.full((1, 1), CLASSES.index(kind))
    said = found()
    said.kinds[..., CLASSES.index(other)] = 4.0
    box = [48.0, 48.0, 72.0, 72.0]
    return float(losses(said, truth(box, kinds=kinds), *cells(SIZE, SIZE), trusting=False).kind)


def test_seldom_classes_are_not_cheaply_taken_for_the_frequent_ones_they_look_like() -> None:
    assert told("bus", "truck") > 1.2 * told("truck", "bus")
    assert told("bicycle", "motorbike") > 1.5 * told("motorbike", "bicycle")
