"""What may be said about heads that are looked at now and then."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import Colour
from edge_agent.drivers.signal_ntcip.watch import Look, Watch, Word

_MS = 1_000_000
R, Y, G, D, X = Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.DARK, Colour.CONFLICT


def _see(watch: Watch, at_ms: int, *colours: Colour, patience_ms: int = 250) -> Word | None:
    aspects = dict(enumerate(colours, 1))
    return watch.see(Look((at_ms - 5) * _MS, at_ms * _MS, aspects, patience_ms * _MS))


def _watch() -> Watch:
    watch = Watch(gap_ns=1000 * _MS)
    word = _see(watch, 100, G, R)
    assert word == Word(95 * _MS, 100 * _MS, {1: G, 2: R}, (), first=True)
    return watch


def test_nothing_changed_nothing_said() -> None:
    assert _see(_watch(), 200, G, R) is None


def test_a_change_lies_between_the_two_looks() -> None:
    watch = _watch()
    _see(watch, 200, G, R)
    assert _see(watch, 300, Y, R) == Word(195 * _MS, 300 * _MS, {1: Y, 2: R}, (1,), first=False)


def test_a_gap_is_said_and_nothing_invented() -> None:
    watch = _watch()
    word = _see(watch, 5000, R, G)
    assert word == Word(4995 * _MS, 5000 * _MS, {1: R, 2: G}, (), first=True)


def test_a_short_loss_only_widens_the_interval() -> None:
    word = _see(_watch(), 900, Y, R)
    assert word == Word(95 * _MS, 900 * _MS, {1: Y, 2: R}, (1,), first=False)


def test_what_was_lost_is_first_again() -> None:
    watch = _watch()
    watch.lost()
    word = _see(watch, 200, R, R)
    assert word is not None
    assert word.first
    assert word.changed == ()


def test_a_moment_between_two_lamps_is_not_told() -> None:
    watch = _watch()
    assert _see(watch, 200, D, R) is None
    assert _see(watch, 300, Y, R) == Word(95 * _MS, 300 * _MS, {1: Y, 2: R}, (1,), first=False)


def test_a_torn_look_is_not_told() -> None:
    watch = _watch()
    assert _see(watch, 200, G, X) is None
    word = _see(watch, 300, R, G)
    assert word is not None
    assert word.aspects == {1: R, 2: G}


def test_dark_that_stays_is_told_with_its_own_time() -> None:
    watch = _watch()
    _see(watch, 200, G, R)
    assert _see(watch, 300, D, D) is None
    assert _see(watch, 400, D, D) is None
    word = _see(watch, 600, D, D)
    assert word == Word(195 * _MS, 300 * _MS, {1: D, 2: D}, (1, 2), first=False)


def test_doubt_that_changes_its_face_is_still_doubt() -> None:
    watch = _watch()
    assert _see(watch, 200, D, R) is None
    assert _see(watch, 300, X, R) is None
    word = _see(watch, 500, X, R)
    assert word is not None
    assert word.aspects[1] == X


def test_dark_at_first_sight_waits_until_it_is_sure() -> None:
    watch = Watch(gap_ns=1000 * _MS)
    assert _see(watch, 100, D, R) is None
    assert _see(watch, 200, D, R) is None
    word = _see(watch, 400, D, R)
    assert word is not None
    assert word.first
    assert word.aspects == {1: D, 2: R}


def test_a_blinking_lamp_stays_what_it_is() -> None:
    fy = Colour.FLASHING_YELLOW
    watch = Watch(gap_ns=1000 * _MS)
    assert _see(watch, 100, fy, patience_ms=1500) is not None
    for at_ms in range(200, 5000, 100):
        colour = fy if at_ms // 500 % 2 == 0 else D
        assert _see(watch, at_ms, colour, patience_ms=1500) is None


@given(st.lists(st.sampled_from((R, Y, G, D, X)), min_size=1, max_size=60))
def test_only_what_was_seen_is_told_and_in_order(seen: list[Colour]) -> None:
    watch = Watch(gap_ns=1000 * _MS)
    before: Colour | None = None
    for index, colour in enumerate(seen):
        word = _see(watch, 100 * (index + 1), colour)
        if word is None:
            continue
        assert word.aspects[1] in seen[: index + 1]
        assert word.first == (before is None)
        assert word.aspects[1] != before
        assert word.earliest_ns <= word.latest_ns
        before = word.aspects[1]
    clean = [colour for colour in seen if colour in (R, Y, G)]
    if clean and seen[-1] in (R, Y, G):
        assert before == seen[-1]
