"""The simulated agent's manners, version by version."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.simulators.ntcip import asn1
from edge_agent.simulators.ntcip.agent import Agent
from edge_agent.simulators.ntcip.asn1 import Asn1Error, Name, put_number
from edge_agent.simulators.ntcip.broadcast import message
from edge_agent.simulators.ntcip.mib import ASC, Mib
from tests.drivers.signal_ntcip.vectors import rows
from tests.simulators.ntcip.asking import (
    BULK,
    GET,
    NEXT,
    SET,
    START_MS,
    agent,
    answer,
    question,
    unit,
    value,
)

_GREENS: Name = (*ASC, 1, 4, 1, 4, 1)
_PATTERN: Name = (*ASC, 4, 14, 0)
_BACKUP: Name = (*ASC, 3, 3, 0)
_MISSING: Name = (*ASC, 99, 0)
_NOTHING: Name = (1, 3, 9)


@pytest.mark.parametrize("row", rows("oid"))
def test_names_as_in_the_vectors(row: dict[str, Any]) -> None:
    arcs = tuple(int(arc) for arc in row["text"].split("."))
    content = bytes.fromhex(row["hex"])
    assert asn1.put_name(arcs) == asn1.wrap(6, content)
    assert asn1.name(content) == arcs


@pytest.mark.parametrize("row", rows("integer"))
def test_numbers_as_in_the_vectors(row: dict[str, Any]) -> None:
    content = bytes.fromhex(row["hex"])
    assert put_number(row["value"]) == asn1.wrap(2, content)
    assert asn1.number(content) == row["value"]


@pytest.mark.parametrize("row", rows("get"))
def test_questions_as_in_the_vectors(row: dict[str, Any]) -> None:
    status, _, binds = _told(agent().answer(bytes.fromhex(row["hex"])), row["request"])
    assert status == 0
    assert [".".join(map(str, name)) for name, _ in binds] == row["names"]


def _told(reply: bytes | None, request: int) -> Any:
    assert reply is not None
    spot = reply.index(request.to_bytes(4, "big"))
    assert reply[spot - 2 : spot] == b"\x02\x04"
    return answer(reply[: spot - 2] + b"\x02\x04\x00\x00\x00\x4d" + reply[spot + 4 :])


@pytest.mark.parametrize("row", rows("response"))
def test_answers_as_in_the_vectors(row: dict[str, Any]) -> None:
    one = unit()
    one.view = type(one.view)({n: "g" if n in (2, 6) else "r" for n in range(1, 9)})
    (name,) = (tuple(int(arc) for arc in name.split(".")) for name, _ in row["values"])
    asked = question(GET, [name], version=row["version"], request=row["request"])
    assert Agent(Mib(one)).answer(asked) == bytes.fromhex(row["hex"])


@pytest.mark.parametrize("row", rows("tscbm"))
def test_broadcast_as_in_the_vectors(row: dict[str, Any]) -> None:
    head, tail = bytes.fromhex(row["head"]), bytes.fromhex(row["tail"])
    one = unit()
    one.view = type(one.view)({n: "g" if n in (2, 6) else "r" for n in range(1, 9)})
    one.now_ms = row["day_ms"]
    data = message(one, Mib(one), row["sequence"])
    assert len(data) == row["size"]
    assert data.startswith(head)
    assert data.endswith(tail)
    mib = Mib(one)
    mib.tscbm_mode = 6
    assert len(message(one, mib, 0)) == row["size"] + 4


def test_get() -> None:
    status, index, binds = answer(agent().answer(question(GET, [_GREENS])))
    assert (status, index) == (0, 0)
    assert binds[0][0] == _GREENS
    assert value(binds[0][1]) == 1


def test_v1_refuses_the_whole_question_for_one_name() -> None:
    status, index, binds = answer(agent().answer(question(GET, [_GREENS, _MISSING], version=0)))
    assert (status, index) == (2, 2)
    assert [name for name, _ in binds] == [_GREENS, _MISSING]


def test_v2c_says_which_name_is_missing() -> None:
    status, _, binds = answer(
        agent().answer(question(GET, [_GREENS, _MISSING, (*_GREENS[:-1], 9)]))
    )
    assert status == 0
    assert [piece.tag for _, piece in binds] == [2, 128, 129]


@pytest.mark.parametrize("version", [0, 1])
def test_a_walk_passes_each_object_once_in_order(version: int) -> None:
    served = agent()
    seen: list[Name] = []
    at: Name = (1, 3)
    while True:
        status, _, binds = answer(served.answer(question(NEXT, [at], version=version)))
        if status == 2 or binds[0][1].tag == 130:
            break
        at = binds[0][0]
        seen.append(at)
    assert seen == sorted(set(seen))
    assert seen == served.mib._order


def test_bulk() -> None:
    request = question(BULK, [(1, 3), _GREENS], first=1, second=3)
    status, _, binds = answer(agent().answer(request))
    assert status == 0
    assert [name for name, _ in binds] == [
        (1, 3, 6, 1, 2, 1, 1, 1, 0),
        (*ASC, 1, 4, 1, 4, 2),
        (*ASC, 1, 4, 1, 5, 1),
        (*ASC, 1, 4, 1, 5, 2),
    ]


def test_bulk_is_not_v1() -> None:
    served = agent()
    assert served.answer(question(BULK, [_GREENS], version=0)) is None
    assert served.counts["damaged"] == 1


@pytest.mark.parametrize("community", [b"", b"private", b"publi"])
def test_a_wrong_community_gets_no_answer(community: bytes) -> None:
    served = agent()
    assert served.answer(question(GET, [_GREENS], community=community)) is None
    assert served.counts["wrong-community"] == 1


def test_a_reply_that_is_too_big() -> None:
    served = agent()
    served.limit = 100
    status, _, _ = answer(served.answer(question(GET, [_GREENS] * 20)))
    assert status == 1


def _set(served: Agent, changes: dict[Name, bytes], version: int = 1) -> tuple[int, int]:
    request = question(SET, list(changes), values=list(changes.values()), version=version)
    status, index, _ = answer(served.answer(request))
    return status, index


def test_a_write_is_done_and_counted() -> None:
    served = agent()
    assert _set(served, {_PATTERN: put_number(7)}) == (0, 0)
    assert served.counts["writes"] == 1
    assert served.written == [(_PATTERN, 7)]
    _, _, binds = answer(served.answer(question(GET, [(*ASC, 4, 10, 0)])))
    assert value(binds[0][1]) == 7


@pytest.mark.parametrize(
    ("name", "new", "v1", "v2c"),
    [
        (_GREENS, put_number(1), 4, 17),
        (_MISSING, put_number(1), 2, 11),
        (_PATTERN, put_number(256), 3, 10),
        (_PATTERN, put_number(-1), 3, 10),
        (_PATTERN, asn1.wrap(4, b"x"), 3, 7),
    ],
)
def test_writes_that_are_refused(name: Name, new: bytes, v1: int, v2c: int) -> None:
    served = agent()
    for version, status in ((0, v1), (1, v2c)):
        # The first change is right, yet a SET is done as a whole or not at all.
        changes = {_BACKUP: put_number(60), name: new}
        assert _set(served, changes, version) == (status, 2)
    assert served.written == []


def test_the_backup_timer_takes_the_control_back() -> None:
    one = unit()
    served = Agent(Mib(one))
    _set(served, {_BACKUP: put_number(10), _PATTERN: put_number(7)})
    status = (*ASC, 3, 5, 0)

    def ask(name: Name) -> int:
        _, _, binds = answer(served.answer(question(GET, [name])))
        return value(binds[0][1])

    assert ask(status) == 2
    one.advance(START_MS + 9_000)
    _set(served, {_PATTERN: put_number(7)})  # the central's heartbeat
    one.advance(START_MS + 18_000)
    assert (ask(status), ask(_PATTERN)) == (2, 7)
    one.advance(START_MS + 19_100)
    assert (ask(status), ask(_PATTERN)) == (4, 0)


def test_without_a_backup_time_control_stays() -> None:
    one = unit()
    served = Agent(Mib(one))
    _set(served, {_PATTERN: put_number(7)})
    one.advance(START_MS + 3_600_000)
    assert one.pattern == 7


def test_pattern_255_is_flash() -> None:
    one = unit()
    _set(Agent(Mib(one)), {_PATTERN: put_number(255)})
    assert set(one.view.phases.values()) == {"fy"}


@given(st.binary(max_size=200))
def test_garbage_gets_no_answer(data: bytes) -> None:
    try:
        assert agent().answer(data) is None
    except Asn1Error:
        pytest.fail("an error escaped")


@pytest.mark.parametrize("length", range(len(question(GET, [_GREENS]))))
def test_cut_off_anywhere_gets_no_answer(length: int) -> None:
    assert agent().answer(question(GET, [_GREENS])[:length]) is None


def test_spoiled_questions() -> None:
    _spoil(2_000)


@pytest.mark.slow
def test_many_spoiled_questions() -> None:
    _spoil(100_000)


def _spoil(count: int) -> None:
    rng = random.Random(1202)
    served = agent()
    good = [
        question(GET, [_GREENS, _PATTERN]),
        question(BULK, [(1, 3)], second=5),
        question(NEXT, [_GREENS], version=0),
    ]
    for _ in range(count):
        data = bytearray(rng.choice(good))
        for _ in range(rng.randrange(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        reply = served.answer(bytes(data))
        assert reply is None or reply[0] == 0x30
    assert served.written == []
