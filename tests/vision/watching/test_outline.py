import numpy as np

from edge_agent.vision.watching.outline import WIDTH, Gaze, by_cell, outline
from tests.vision.watching.street import street


def test_an_edge_has_its_direction_whichever_side_is_bright() -> None:
    steps = np.zeros((40, 60), np.float32)
    steps[:, 30:] = 1.0
    upright, reverse = outline(steps), outline(1.0 - steps)
    assert np.allclose(upright, reverse)
    assert upright[0].max() > 0.2  # cosine of twice 0°
    assert abs(upright[1]).max() < 1e-5
    lying = outline(np.ascontiguousarray(steps.T))
    assert lying[0].min() < -0.2
    assert np.allclose(upright.mean(axis=(1, 2)), 0, atol=1e-6)


def test_exposure_changes_little_and_traffic_less() -> None:
    bright, dim = Gaze(), Gaze()
    for second in range(20):
        picture = street(second)
        one, other = (
            bright.look(second, picture),
            dim.look(second, (picture * 0.5).astype(np.uint8)),
        )
    assert one is not None
    assert other is not None
    strength = float((one.fine**2).sum())
    assert float((one.fine * other.fine).sum()) > 0.75 * strength
    empty = Gaze()
    for second in range(20):
        still = empty.look(second, street(second, busy=False))
    assert still is not None
    assert float((one.fine * still.fine).sum()) > 0.8 * strength


def test_the_first_seconds_have_no_mean_yet_and_neither_has_a_new_size() -> None:
    gaze = Gaze()
    assert [gaze.look(second, street(second)) is None for second in range(8)] == [True] * 6 + [
        False
    ] * 2
    assert gaze.look(8, np.zeros((480, 640), np.uint8)) is None


def test_cells_are_means() -> None:
    cells = by_cell(np.tile(np.arange(WIDTH, dtype=np.float32), (180, 1)))
    assert cells.shape == (9, 16)
    assert np.allclose(cells[0], np.arange(16) * 20 + 9.5)
