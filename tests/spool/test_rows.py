"""A row's bytes: what goes in comes out, and nothing else passes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import ulid, wire
from edge_agent.contract.envelope import Event
from edge_agent.spool import Row
from edge_agent.spool.rows import Entry, entry_of
from edge_agent.spool.seal import SealError, restamped
from tests.spool.kit import alarm, passage

_EPOCH = "00c0ffee"
_PASSAGE = passage(3, id="01M3250V34QVJ5CXE0M7T93R0Y")
_EVENTS: st.SearchStrategy[Event] = st.builds(
    lambda n, text: alarm(n).model_copy(update={"text": text[:200], "id": ulid.new(n)}),
    st.integers(0, 1 << 48),
    st.text(st.characters(exclude_categories=["Cs"])),
)


def row(event: Event, sq: int, pos: int = 7, sub: str = "evt/alarm") -> Row:
    return Row(pos, event.stream, sq, sub, event.t, wire.encode(event, sq=sq, ep=_EPOCH))


@given(_EVENTS, st.integers(1, 1 << 60), st.sampled_from(["evt/alarm", "alarm/cam1/frozen"]))
def test_a_row_comes_back_as_it_was(event: Event, sq: int, sub: str) -> None:
    entry = Entry(row(event, sq, sub=sub), early=None)
    assert entry_of("alarm", entry.values(_EPOCH), _EPOCH) == entry


@given(st.text(max_size=40).map(str.encode))
def test_a_body_that_is_none_of_ours_comes_back_too(tail: bytes) -> None:
    body = b'{"v":1,"id":"not an id that anybody made","t":5,' + tail
    entry = Entry(Row(1, "dev", 1, "evt/dev", 5, body), early=3)
    assert entry_of("dev", entry.values(_EPOCH), _EPOCH) == entry


@given(st.data())
def test_no_changed_byte_passes_for_another_body(data: st.DataObject) -> None:
    values = Entry(row(_PASSAGE, 9)).values(_EPOCH)
    sealed = bytearray(values[-1])
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = entry_of("passage", (*values[:-1], bytes(sealed)), _EPOCH)
    except SealError:
        return
    # The end of a deflated stream has bits that say nothing.
    assert found == Entry(row(_PASSAGE, 9))


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_no_changed_column_passes(column: int) -> None:
    values = list(Entry(row(_PASSAGE, 9)).values(_EPOCH))
    values[column] = "evt/other" if column == 2 else 8
    with pytest.raises(SealError):
        entry_of("passage", tuple(values), _EPOCH)  # type: ignore[arg-type]


def test_mending_touches_the_head_alone() -> None:
    event = alarm(5).model_copy(update={"text": 'a "t":1,"q":"live" in words'})
    body = wire.encode(event, sq=1, ep=_EPOCH)
    before, after = json.loads(body), json.loads(restamped(body, -250))
    assert after.pop("t") == before.pop("t") - 250
    assert (after.pop("q"), before.pop("q")) == ("restamped", "live")
    assert after == before


def test_a_passage_takes_a_quarter_of_its_wire_form() -> None:
    body = row(_PASSAGE, 9).body
    assert len(Entry(row(_PASSAGE, 9)).values(_EPOCH)[-1]) < len(body) / 4
