"""The shipped table, what a site says over it, and figures against their limits."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.alarming.level import Level
from edge_agent.alarming.rules import DOWN, AlarmRule, Rules, shipped, usual


def test_a_site_speaks_over_what_is_shipped_key_by_key() -> None:
    rules = Rules({"door-open": AlarmRule(on_s=60)})
    assert rules.of("cab1", "door-open").on_s == 60
    assert rules.of("cab1", "door-open").off_s == Rules().of("cab1", "door-open").off_s > 0
    assert rules.of("cab1", "mains-failed") == Rules().of("cab1", "mains-failed")


def test_the_more_exact_row_counts() -> None:
    rules = Rules(
        {
            "cab1/door-open": AlarmRule(on_s=5),
            "door-open": AlarmRule(on_s=60, severity="info"),
            "door-*": AlarmRule(on_s=90, off_s=9),
        }
    )
    one, other = rules.of("cab1", "door-open"), rules.of("cab2", "door-open")
    assert (one.on_s, one.off_s, one.severity) == (5, 9, "info")
    assert (other.on_s, other.off_s) == (60, 9)
    assert rules.of("cab2", "door-ajar").on_s == 90


def test_of_two_antennas_one_may_be_slower() -> None:
    rules = Rules({"etc1/antenna-2": AlarmRule(on_s=30)})
    assert rules.of("etc1", "antenna-2").on_s == 30
    assert rules.of("etc1", "antenna-1").on_s == 0


def test_an_unknown_alarm_is_told_at_once() -> None:
    assert Rules().of("x", "never-heard-of") == AlarmRule()
    assert shipped("never-heard-of") is None


def test_no_shipped_row_is_hidden_by_one_before_it() -> None:
    codes = list(usual())
    for n, code in enumerate(codes):
        hides = [other for other in codes[:n] if fnmatchcase(code, other)]
        assert not hides, (code, hides)


def test_every_shipped_cause_is_shipped_and_no_circle() -> None:
    for code, rule in usual().items():
        seen = [code]
        cause = rule.cause
        while cause and cause != DOWN:
            assert cause not in seen
            seen.append(cause)
            found = shipped(cause)
            assert found is not None, cause
            cause = found.cause


def test_every_shipped_row_has_words_in_both_languages() -> None:
    for code, rule in usual().items():
        words = (rule.name.en, rule.name.vi, rule.do.en, rule.do.vi)
        assert all(words), code
        assert rule.name.en != rule.name.vi
        assert (rule.limit is None) is (rule.unit == ""), code


@pytest.mark.parametrize("cause", ["Mains", "a/b/c", "a/", " x", "read-rate-*"])
def test_a_cause_is_the_name_of_an_alarm(cause: str) -> None:
    with pytest.raises(ValidationError):
        AlarmRule(cause=cause)


def test_a_figure_must_get_better_by_the_deadband_before_it_is_over() -> None:
    hot = Level(AlarmRule(limit=80, deadband=5))
    assert [hot.judge(value) for value in (79, 80, 77, 75.1, 75, 79.9, 80)] == [
        *(False, True, True, True, False, False, True)
    ]
    low = Level(AlarmRule(limit=500, deadband=100), below=True)
    assert [low.judge(value) for value in (501, 500, 599, 600, 501)] == [
        *(False, True, True, False, False)
    ]


def test_what_was_not_measured_says_nothing() -> None:
    hot = Level(AlarmRule(limit=80, deadband=5))
    hot.judge(90)
    assert hot.judge(None) is None
    assert hot.judge(78) is True
    assert Level(AlarmRule()).judge(90) is None


@given(st.floats(-100, 100), st.floats(0, 50), st.lists(st.floats(-200, 200)), st.booleans())
def test_it_turns_only_at_its_two_edges(
    limit: float, band: float, values: list[float], below: bool
) -> None:
    level = Level(AlarmRule(limit=limit, deadband=band), below=below)
    before = False
    for value in values:
        now = level.judge(value)
        worse = limit - value if below else value - limit
        if now and not before:
            assert worse >= 0
        if before and not now:
            assert worse < 0
            assert worse <= -band
        before = bool(now)
