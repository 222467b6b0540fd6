import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.vision.frame import Floats, Ints
from edge_agent.vision.tracking.assign import assign


def best(scores: Floats) -> float:
    """The greatest sum by trying everything."""
    rows, columns = scores.shape
    if rows > columns:
        return best(scores.T)
    return max(
        (
            sum(max(float(scores[row, column]), 0.0) for row, column in enumerate(order))
            for order in itertools.permutations(range(columns), rows)
        ),
        default=0.0,
    )


def of(scores: Floats) -> tuple[Ints, Ints]:
    rows, columns = np.nonzero(scores)
    return assign(rows, columns, scores[rows, columns])


value = st.one_of(st.just(0.0), st.sampled_from([0.25, 0.5, 0.5, 0.75]), st.floats(0.01, 1.0))


@settings(max_examples=300)
@given(st.integers(0, 6), st.integers(0, 6), st.data())
def test_the_sum_is_the_greatest_possible(rows: int, columns: int, data: st.DataObject) -> None:
    cells = data.draw(st.lists(value, min_size=rows * columns, max_size=rows * columns))
    scores = np.array(cells, float).reshape(rows, columns)
    r, c = of(scores)
    assert len(set(r.tolist())) == len(r)
    assert len(set(c.tolist())) == len(c)
    assert (scores[r, c] > 0).all()
    assert abs(scores[r, c].sum() - best(scores)) < 1e-9


def test_greed_would_lose_here() -> None:
    r, c = of(np.array([[0.9, 0.8], [0.8, 0.1]]))
    assert set(zip(r.tolist(), c.tolist(), strict=True)) == {(0, 1), (1, 0)}


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.floats(0.02, 0.5))
def test_no_change_gains_in_a_crowd(seed: int, rows: int, columns: int, full: float) -> None:
    """Too many to try everything; but the best is what no alternating path can better."""
    draw = np.random.default_rng(seed)
    scores = np.where(draw.random((rows, columns)) < full, draw.uniform(0.1, 1, (rows, columns)), 0)
    r, c = of(scores)
    assert len(set(r.tolist())) == len(r)
    assert len(set(c.tolist())) == len(c)
    assert (scores[r, c] > 0).all()
    assert not improvable(scores, dict(zip(r.tolist(), c.tolist(), strict=True)))


def improvable(scores: Floats, held: dict[int, int]) -> bool:
    """Whether some alternating path or cycle gains, by Bellman and Ford over rows.

    Row to row: to take the other's column. One more node closes the circle: from it the first row
    of a path comes, to it the last one goes, by a free column or by going without.
    """
    rows, columns = scores.shape
    edges = np.full((rows + 1, rows + 1), -np.inf)
    free = [column for column in range(columns) if column not in held.values()]
    for row in range(rows):
        own = float(scores[row, held[row]]) if row in held else 0.0
        best_free = max((float(scores[row, column]) for column in free), default=0.0)
        edges[row, rows] = best_free - own
        for other, column in held.items():
            if other != row:
                edges[row, other] = (float(scores[row, column]) or -np.inf) - own
        edges[rows, row] = 0.0
    gain = np.zeros(rows + 1)
    for _ in range(rows + 1):
        gain = np.maximum(gain, (gain[:, None] + edges).max(axis=0))
    return bool(((gain[:, None] + edges).max(axis=0) > gain + 1e-9).any())


def test_nothing_to_assign() -> None:
    for shape in ((0, 0), (0, 3), (3, 0)):
        r, c = of(np.zeros(shape))
        assert len(r) == len(c) == 0
