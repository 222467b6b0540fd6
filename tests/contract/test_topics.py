"""Topics are built and taken apart in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract.topics import Address, UnitTopics, parse

IDS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)


@given(IDS, IDS, IDS, st.lists(IDS, min_size=1, max_size=3))
def test_parse_undoes_build(province: str, site: str, unit: str, rest: list[str]) -> None:
    topics = UnitTopics(province, site, unit)
    assert parse("/".join([topics.root, *rest])) == Address(topics, tuple(rest))


@given(st.text(max_size=60))
def test_parse_takes_anything(topic: str) -> None:
    found = parse(topic)
    assert found is None or topic.startswith(found.unit.root + "/")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "its/1/hn/cg/u1",
        "its/2/hn/cg/u1/state",
        "/its/1/hn/cg/u1/state",
        "its/1/HN/cg/u1/state",
        "its/1/hn//u1/state",
        "its/1/hn/cg/-u1/state",
        "its/1/hn/cg/" + "u" * 41 + "/state",
        "other/1/hn/cg/u1/state",
    ],
)
def test_a_topic_that_is_not_ours(topic: str) -> None:
    assert parse(topic) is None


@pytest.mark.parametrize("bad", ["", "A", "a/b", "+", "#", "a_b", "-a", "a-", "a\n", "đ"])
def test_an_id_that_would_break_a_topic_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="no topic id"):
        UnitTopics("hn", "cg", bad)
