import pytest

from edge_agent.commands.words import moment, size, span, table


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_span(seconds: int, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345, "12 kB"),
        (5_000_000, "5.0 MB"),
        (2_500_000_000_000, "2.5 TB"),
        (25 * 10**14, "2500 TB"),
    ],
)
def test_size(count: int, words: str) -> None:
    assert size(count) == words


def test_moment() -> None:
    assert moment(1_790_000_000_000) == "2026-09-21 14:13:20 UTC"


def test_table() -> None:
    assert list(table([("A", "LONG"), ("bbb", "c")])) == ["A    LONG", "bbb  c"]
