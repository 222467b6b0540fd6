from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.readings import Colour
from edge_agent.passage.greens import GREEN, Greens, Stretch

WORDS = st.lists(
    st.tuples(st.integers(0, 200), st.one_of(st.none(), st.sampled_from(Colour))), max_size=30
)


def test_nothing_is_known_before_the_first_word() -> None:
    greens = Greens()
    assert greens.since(5) == (None, 0)
    greens.say(10, Colour.RED)
    greens.say(20, Colour.GREEN)
    assert [*greens.stretches(0, 30)] == [
        Stretch(0, 10, None),
        Stretch(10, 20, False),
        Stretch(20, 30, True),
    ]


def test_yellow_after_red_goes_on_being_no_green() -> None:
    greens = Greens()
    greens.say(10, Colour.RED)
    greens.say(15, Colour.RED_YELLOW)
    assert greens.since(16) == (False, 10)


def test_controller_that_went_away_leaves_no_green_behind() -> None:
    greens = Greens()
    greens.say(10, Colour.GREEN)
    greens.say(20, None)
    assert greens.since(25) == (None, 20)


@given(WORDS, st.integers(0, 200), st.integers(1, 100))
def test_stretches_are_what_was_said_moment_by_moment(
    words: list[tuple[int, Colour | None]], start: int, length: int
) -> None:
    greens = Greens()
    said: list[tuple[int, bool | None]] = []
    for at, colour in sorted(words, key=lambda word: word[0]):
        greens.say(at, colour)
        said.append((at, None if colour is None else colour in GREEN))
    found: list[bool | None] = []
    for low, high, green in greens.stretches(start, start + length):
        assert low == start + len(found)
        found += [green] * (high - low)
    truth = [
        next((green for at, green in reversed(said) if at <= now), None)
        for now in range(start, start + length)
    ]
    assert found == truth


@given(WORDS, st.integers(0, 200))
def test_forgetting_the_past_changes_nothing_after_it(
    words: list[tuple[int, Colour | None]], before: int
) -> None:
    whole, short = Greens(), Greens()
    for at, colour in sorted(words, key=lambda word: word[0]):
        whole.say(at, colour)
        short.say(at, colour)
    short.forget(before)
    assert [*short.stretches(before, 300)] == [*whole.stretches(before, 300)]
