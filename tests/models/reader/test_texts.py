from collections import Counter
from random import Random

from edge_agent.models.reader.texts import SLOTS, Print, draw_print
from edge_agent.vision.plates.grammar import CHARSET, formats


def test_prints_fit_the_slots_and_the_charset() -> None:
    chance = Random(1)
    for _ in range(3000):
        what = draw_print(chance)
        assert 0 < len(what.text) <= SLOTS
        assert set(what.text) <= set(CHARSET)
        assert len(what.lines) in {1, 2}


def test_most_texts_follow_the_grammar_and_some_do_not() -> None:
    chance = Random(2)
    fitting = sum(bool(formats(draw_print(chance).text)) for _ in range(3000))
    assert 0.85 * 3000 < fitting < 0.99 * 3000


def test_every_character_is_printed() -> None:
    chance = Random(3)
    seen = Counter(sign for _ in range(5000) for sign in draw_print(chance).text)
    assert set(seen) == set(CHARSET)
    assert all(seen[sign] > 100 for sign in "ABCDEFGHKLMNPRSTUVXYZĐ")


def test_all_kinds_of_plates_are_printed() -> None:
    chance = Random(4)
    kinds = Counter((print_.kind, len(print_.lines)) for print_ in _prints(chance, 2000))
    assert {("bike", 2), ("short", 2), ("long", 1), ("army", 1), ("army", 2)} == set(kinds)


def _prints(chance: Random, count: int) -> list[Print]:
    return [draw_print(chance) for _ in range(count)]
