"""What a restart must not forget."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent import durable
from edge_agent.alarming import kept
from edge_agent.alarming.alarm import Shelf
from edge_agent.alarming.book import UNHEARD_S, AlarmBook
from edge_agent.clock import Stamp
from tests.alarming.kit import HOUR, NS, T, at, plain, said, states


def again(book: AlarmBook, folder: Path) -> AlarmBook:
    """The book of the next run."""
    durable.replace(folder / kept.FILE, kept.packed(book.alarms()))
    found, trouble = kept.load(folder / kept.FILE)
    assert trouble == ""
    fresh = AlarmBook(book.rules)
    fresh.restore(found)
    return fresh


def test_a_restart_forgets_neither_shelf_nor_beginning(tmp_path: Path) -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True, text="lamp 3"))
    book.hear("ctl1", said(5, "door", on=True))
    shelf = Shelf("Lan", "ordered", T + 2 * HOUR * 1000)
    book.shelve("ctl1", "lamp", shelf, at(10))
    boot = 100.0
    fresh = again(book, tmp_path)
    assert fresh.tick(at(101, boot=boot)) == []
    told = fresh.hear("ctl1", said(102, "lamp", on=True, boot=boot))
    assert [(c.state, c.shelf, c.since.utc_ms) for c in told] == [("shelved", shelf, T)]
    told = fresh.hear("ctl1", said(102, "door", on=True, boot=boot))
    assert [(c.state, c.since.utc_ms) for c in told] == [("raised", T + 5000)]
    [back] = fresh.tick(at(2 * HOUR, boot=boot))
    assert (back.code, back.state) == ("lamp", "raised")


def test_a_shelf_ends_though_its_device_says_nothing_after_the_restart(tmp_path: Path) -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True))
    book.shelve("ctl1", "lamp", Shelf("Lan", "x", T + HOUR * 1000), at(10))
    fresh = again(book, tmp_path)
    fresh.device("ctl1", at(101, boot=100), up=False)
    assert states(fresh.tick(at(HOUR, boot=100))) == [("lamp", "raised")]


def test_before_the_clock_is_set_no_shelf_ends(tmp_path: Path) -> None:
    book = plain()
    book.hear("ctl1", said(0, "lamp", on=True))
    book.shelve("ctl1", "lamp", Shelf("Lan", "x", T + HOUR * 1000), at(10))
    fresh = again(book, tmp_path)
    fresh.tick(Stamp(1000, NS))
    assert [alarm.state for alarm in fresh.alarms()] == ["shelved"]


def test_what_nobody_says_again_after_a_restart_is_over(tmp_path: Path) -> None:
    book = plain()
    book.hear("u1", said(0, "no-receipts", on=True))
    book.hear("ctl1", said(0, "lamp", on=True))
    fresh = again(book, tmp_path)
    fresh.device("ctl1", at(100, boot=100), up=False)
    assert fresh.tick(at(100 + UNHEARD_S - 1, boot=100)) == []
    assert states(fresh.tick(at(100 + UNHEARD_S, boot=100))) == [("no-receipts", "cleared")]
    assert [alarm.name for alarm in fresh.alarms()] == ["ctl1/lamp"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version":2,"alarms":[]}', b'{"version":1,"alarms":[{}]}', b"\xff" * 9],
)
def test_a_broken_file_is_no_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / kept.FILE).write_bytes(content)
    found, trouble = kept.load(tmp_path / kept.FILE)
    assert found == []
    assert trouble


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["version", "alarms", "about", "code", "on", "since_ms", "shelf"]),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_there_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: object
) -> None:
    file = tmp_path_factory.getbasetemp() / "any-alarms.json"
    file.write_text(json.dumps(content))
    found, trouble = kept.load(file)
    assert not (found and trouble)
    assert trouble or content in ({"version": 1, "alarms": []}, {"alarms": []})


def test_no_file_is_no_trouble(tmp_path: Path) -> None:
    assert kept.load(tmp_path / kept.FILE) == ([], "")
    (tmp_path / kept.FILE).write_bytes(b" " * 1_000_001)
    assert kept.load(tmp_path / kept.FILE) == ([], "too large")
