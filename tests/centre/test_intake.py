import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.centre.intake import Ignored, Noticed, Numbered, Refused, read
from edge_agent.contract import wire
from tests.uplink.events import EPOCH, UNIT, body, device_state, loss, passage, state

TOPIC = f"{UNIT.root}/evt/passage"
GOOD = body(passage(), 5)


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(body(passage(), 1)) | fields).encode()


def test_a_valid_event() -> None:
    event = passage()
    (item,) = read(TOPIC, body(event, 7))
    assert isinstance(item, Numbered)
    assert (item.sq, item.id, item.key.ep, item.key.st) == (7, event.id, EPOCH, "passage")
    assert item.known
    assert item.loss is None


def test_a_bulk_message_gives_every_event() -> None:
    bodies = [wire.as_old(body(passage(), sq)) for sq in range(1, 51)]
    items = read(f"{UNIT.root}/bulk/passage", wire.pack(bodies))
    assert [item.sq for item in items if isinstance(item, Numbered)] == list(range(1, 51))
    assert {item.q for item in items if isinstance(item, Numbered)} == {"old"}


def test_states_are_notices() -> None:
    (item,) = read(UNIT.state, wire.encode(state()))
    assert isinstance(item, Noticed)


def test_a_type_of_a_later_contract_is_kept_raw() -> None:
    payload = changed(st="later", thing="E200")
    (item,) = read(f"{UNIT.root}/evt/later", payload)
    assert isinstance(item, Numbered)
    assert not item.known
    assert item.body == payload


def test_a_later_version_of_a_known_type_is_kept_raw() -> None:
    (item,) = read(TOPIC, changed(v=2, cls={"new": "form"}))
    assert isinstance(item, Numbered)
    assert not item.known


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        changed(u="unit-2"),
        changed(sq=None),
        changed(sq=0),
        changed(sq=2**63),
        changed(sq=10**400),
        changed(t=10**30),
        changed(ep=None),
        changed(id="x"),
        changed(st="UPPER"),
    ],
)
def test_what_has_no_number_is_set_aside_without_one(payload: bytes) -> None:
    (item,) = read(TOPIC, payload)
    if payload:
        assert isinstance(item, Refused)
        assert item.why
        assert item.key is None
    else:
        assert isinstance(item, Ignored)


@pytest.mark.parametrize(
    "payload",
    [changed(cls="spaceship"), changed(spd=-1), changed(parts=[]), changed(spd=float("nan"))],
)
def test_a_wrong_event_keeps_its_number(payload: bytes) -> None:
    (item,) = read(TOPIC, payload)
    assert isinstance(item, Refused)
    if b"NaN" not in payload:
        assert item.sq == 1


def test_a_loss_that_runs_backwards_is_refused() -> None:
    payload = body(loss("passage", 3, 9), 1).replace(b'"frm":3', b'"frm":30')
    (item,) = read(f"{UNIT.root}/evt/loss", payload)
    assert isinstance(item, Refused)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "its/1/a/b",
        "its/2/hcm/site-1/unit-1/evt/passage",
        f"{UNIT.root}/receipt",
        f"{UNIT.root}/cmd/reboot/1",
        f"{UNIT.root}/dev/cam1/other",
        "its/1/HCM/site-1/unit-1/evt/passage",
    ],
)
def test_what_is_not_for_us_is_ignored(topic: str) -> None:
    assert [type(item) for item in read(topic, b"{}")] == [Ignored]


def test_a_bomb_is_refused() -> None:
    bomb = wire.pack([b" " * (wire.BULK_MAX_BYTES + 1)])
    assert len(bomb) < 20_000
    (item,) = read(f"{UNIT.root}/bulk/passage", bomb)
    assert isinstance(item, Refused)


def test_one_bad_line_of_a_bulk_message_costs_itself_only() -> None:
    lines = [body(passage(), 1), b"{broken", body(device_state(), 1), body(passage(), 2)]
    items = read(f"{UNIT.root}/bulk/passage", wire.pack(lines))
    assert [type(item) for item in items] == [Numbered, Refused, Refused, Numbered]


@given(st.text(max_size=60), st.binary(max_size=200))
def test_nothing_that_comes_can_raise(tail: str, payload: bytes) -> None:
    for topic in (tail, f"{UNIT.root}/{tail}", TOPIC, f"{UNIT.root}/bulk/passage", UNIT.state):
        assert read(topic, payload)


@given(st.data())
def test_no_damage_to_an_event_can_raise(data: st.DataObject) -> None:
    good = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    (item,) = read(TOPIC, bytes(good))
    assert isinstance(item, Numbered | Refused)
