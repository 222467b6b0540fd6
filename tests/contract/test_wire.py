"""Bytes and back: fixed order, whole head, nothing that a hostile sender could blow up."""

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.contract import ulid, wire
from edge_agent.contract.envelope import Head
from edge_agent.contract.events import Loss, Passage, State
from edge_agent.contract.samples import samples

HEAD = {"id": ulid.new(0), "u": "a", "d": "a", "t": 0, "tq": None, "ts": "none"}


def test_the_head_comes_first_and_whole() -> None:
    loss = Loss(**HEAD, of="agg", frm=1, to=1, n=1, why="expired")
    names = list(json.loads(wire.encode(loss, sq=7, ep="0badc0de")))
    head = ["v", "id", "u", "d", "st", "sq", "ep", "t", "tq", "ts", "q"]
    assert names == [*head, "of", "frm", "to", "n", "why"]


def test_test_mode_is_said_and_only_then() -> None:
    state = State(**HEAD, state="online", boot="b", since=0)
    assert "test" not in json.loads(wire.encode(state))
    assert json.loads(wire.encode(state.model_copy(update={"test": True})))["test"] is True


def test_an_event_without_a_number_does_not_leave() -> None:
    loss = Loss(**HEAD, of="agg", frm=1, to=1, n=1, why="expired")
    with pytest.raises(ValueError, match="no number"):
        wire.encode(loss)
    with pytest.raises(ValueError, match="no number"):
        wire.encode(loss, sq=1)


def test_text_is_utf8_and_compact() -> None:
    state = State(**HEAD, state="offline", boot="b", reason="mất điện", since=0)
    payload = wire.encode(state)
    assert "mất điện".encode() in payload
    assert b": " not in payload


def test_backlog_is_marked_once_and_a_restamped_event_stays_so() -> None:
    live = samples()["passage"]
    old = wire.as_old(live)
    assert json.loads(old) == {**json.loads(live), "q": "old"}
    assert wire.as_old(old) == old
    restamped = live.replace(b'"q":"live"', b'"q":"restamped"')
    assert wire.as_old(restamped) == restamped


def test_marking_reaches_the_head_and_not_what_a_device_says() -> None:
    sly = Passage.model_validate_json(samples()["passage"])
    part = sly.parts[0].model_copy(update={"i": '"q":"live"'})
    payload = wire.encode(sly.model_copy(update={"parts": [part], "q": "old"}))
    assert wire.as_old(payload) == payload


@given(st.lists(st.binary(min_size=1).filter(lambda line: b"\n" not in line), max_size=20))
def test_pack_and_unpack(lines: list[bytes]) -> None:
    assert wire.unpack(wire.pack(lines)) == lines


@given(st.binary(max_size=200))
def test_garbage_is_a_value_error_or_lines(message: bytes) -> None:
    try:
        lines = wire.unpack(message)
    except ValueError:
        return
    assert all(lines)


def test_a_message_cut_short_or_damaged_is_refused() -> None:
    whole = wire.pack([samples()["passage"]] * 5)
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="bulk message"):
            wire.unpack(whole[:length])
    flipped = bytearray(whole)
    flipped[-1] ^= 1
    with pytest.raises(ValueError, match="bulk message"):
        wire.unpack(bytes(flipped))


def test_a_bomb_is_refused() -> None:
    bomb = zlib.compress(bytes(wire.BULK_MAX_BYTES + 1))
    assert len(bomb) < 10_000
    with pytest.raises(ValueError, match="too large"):
        wire.unpack(bomb)
    fits = b"x" * wire.BULK_MAX_BYTES
    assert wire.unpack(zlib.compress(fits)) == [fits]


def test_batches_lose_nothing_and_keep_order() -> None:
    lines = [b"%d" % number for number in range(23)]
    groups = list(wire.batches(lines, 10))
    assert [len(group) for group in groups] == [10, 10, 3]
    assert [line for group in groups for line in group] == lines


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1))
def test_ids_sort_by_time_and_are_well_formed(first: int, second: int) -> None:
    ids = [ulid.new(first), ulid.new(second)]
    assert all(Head(**{**HEAD, "id": each}).id == each for each in ids)
    if first != second:
        assert (ids[0] < ids[1]) == (first < second)


@pytest.mark.parametrize("moment", [-1, -(2**60), 2**48, 2**63])
def test_an_impossible_clock_still_gets_an_id(moment: int) -> None:
    assert len(ulid.new(moment)) == 26


def test_ids_of_one_millisecond_differ() -> None:
    assert len({ulid.new(1) for _ in range(1000)}) == 1000


def test_a_bit_flipped_anywhere_never_raises_anything_but_value_error() -> None:
    whole = wire.pack([samples()["signal"], samples()["agg"]])
    chance = random.Random(7)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            wire.unpack(bytes(damaged))
        except ValueError:
            continue
