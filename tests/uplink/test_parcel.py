import json

import pytest

from edge_agent.contract import wire
from edge_agent.contract.spans import Spans
from edge_agent.uplink.parcel import alone, bulk, wire_bytes
from edge_agent.uplink.window import Lane
from tests.uplink.events import UNIT, row


def test_a_live_event_goes_on_its_own_topic() -> None:
    one = row(7, 3)
    parcel = alone(UNIT, one, Lane.LIVE)
    assert parcel.topic == "its/1/hcm/site-1/unit-1/evt/passage"
    assert parcel.payload == one.body
    assert not parcel.retain
    assert parcel.numbers == ((3, 3),)


@pytest.mark.parametrize("stream", ["alarm", "dev"])
def test_present_states_stay_at_the_broker(stream: str) -> None:
    assert alone(UNIT, row(1, 1, stream), Lane.LIVE).retain


@pytest.mark.parametrize(("old", "quality"), [(True, "old"), (False, "live")])
def test_a_bulk_message_holds_the_same_events(old: bool, quality: str) -> None:
    rows = [row(sq, sq) for sq in (4, 5, 6, 9)]
    parcel = bulk(UNIT, rows, Lane.BACKLOG, old=old)
    assert parcel.topic.endswith("/bulk/passage")
    assert not parcel.retain
    assert Spans(parcel.numbers).total == parcel.count == 4
    assert parcel.numbers == ((4, 6), (9, 9))
    events = [json.loads(body) for body in wire.unpack(parcel.payload)]
    assert [event["sq"] for event in events] == [4, 5, 6, 9]
    assert {event["q"] for event in events} == {quality}
    assert [event["id"] for event in events] == [json.loads(r.body)["id"] for r in rows]


def test_a_passage_stays_within_its_bytes() -> None:
    assert wire_bytes(alone(UNIT, row(1, 123_456), Lane.LIVE), v5=True) <= 400
    rows = [row(sq, 123_456 + sq) for sq in range(50)]
    assert wire_bytes(bulk(UNIT, rows, Lane.BACKLOG, old=True), v5=True) / 50 <= 60
