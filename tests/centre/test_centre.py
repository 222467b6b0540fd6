import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.contract import wire
from edge_agent.contract.receipt import Receipt
from tests.brokers import Mosquitto, amqtt, free_port, needs_mosquitto
from tests.uplink.events import EPOCH, UNIT, body, passage, state

TOPIC = f"{UNIT.root}/evt/passage"


class Sender:
    """A unit, as far as the centre can tell."""

    def __init__(self, url: str) -> None:
        self.receipts: list[Receipt] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "unit", protocol=mqtt.MQTTv311)
        self._client.on_message = lambda _c, _d, message: self.receipts.append(
            Receipt.model_validate_json(message.payload)
        )
        self._client.connect("127.0.0.1", int(url.rpartition(":")[2]))
        self._client.loop_start()
        self._client.subscribe(UNIT.receipt, qos=1)

    def send(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1).wait_for_publish(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = None


def until(what: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "centre.db"


def serve(url: str, db: Path, watched: list[Kept] | None = None) -> tuple[Centre, SqliteStore]:
    store = SqliteStore(db)
    return Centre(Broker(url), store, None if watched is None else watched.append), store


def whole_way(url: str, db: Path) -> None:
    watched: list[Kept] = []
    centre, store = serve(url, db, watched)
    with centre, Sender(url) as unit:
        assert centre.ready(10)
        unit.send(TOPIC, body(passage(), 1))
        until(lambda: len(unit.receipts) == 1)
        for sq in (2, 3, 3, 5):
            unit.send(TOPIC, body(passage(), sq))
        until(lambda: bool(unit.receipts) and unit.receipts[-1].streams[0].top == 5)
        (stream,) = unit.receipts[-1].streams
        assert (stream.upto, stream.gaps) == (3, [(4, 4)])
        assert centre.tally()["stored"] == 4
        assert centre.tally()["conflict"] == 1  # two ids under number 3
        assert [kept.event.sq for kept in watched] == [1, 2, 3, 3, 5]
        assert all(kept.committed_ns >= kept.received_ns for kept in watched)
    store.close()


@needs_mosquitto
def test_from_message_to_receipt(db: Path) -> None:
    with Mosquitto() as broker:
        whole_way(broker.url, db)


def test_at_the_embedded_broker(db: Path) -> None:
    with amqtt() as url:
        whole_way(url, db)


@needs_mosquitto
def test_a_birth_is_answered_and_receipts_are_coalesced(db: Path) -> None:
    with Mosquitto() as broker:
        centre, store = serve(broker.url, db)
        with centre, Sender(broker.url) as unit:
            assert centre.ready(10)
            for sq in range(1, 301):
                unit.send(TOPIC, body(passage(), sq))
            until(lambda: bool(unit.receipts) and unit.receipts[-1].streams[0].upto == 300)
            assert len(unit.receipts) < 30
            time.sleep(0.3)
            before = len(unit.receipts)
            unit.send(UNIT.state, wire.encode(state()))
            until(lambda: len(unit.receipts) == before + 1)
            assert unit.receipts[-1].streams[0].upto == 300
            assert unit.receipts[-1].ep == EPOCH
        store.close()


@needs_mosquitto
def test_a_restarted_centre_tells_again_what_it_has(db: Path) -> None:
    with Mosquitto() as broker, Sender(broker.url) as unit:
        for expected in (1, 2):
            centre, store = serve(broker.url, db)
            with centre:
                assert centre.ready(10)
                unit.send(TOPIC, body(passage(), expected))
                until(lambda n=expected: _upto(unit) == n)  # type: ignore[misc]
            store.close()


def _upto(unit: Sender) -> int:
    return unit.receipts[-1].streams[0].upto if unit.receipts else 0


@needs_mosquitto
def test_rubbish_is_set_aside_and_the_centre_stays_up(db: Path) -> None:
    with Mosquitto() as broker:
        centre, store = serve(broker.url, db)
        with centre, Sender(broker.url) as unit:
            assert centre.ready(10)
            unit.send(TOPIC, b"\xff\x00rubbish")
            unit.send(f"{UNIT.root}/bulk/passage", b"no zlib")
            unit.send("its/1/a/b/c/d/e/f", b"{}")
            unit.send(TOPIC, body(passage(), 1))
            until(lambda: centre.tally()["stored"] == 1)
            assert centre.tally()["refused"] == 2
            assert len(store.refused()) == 2
        store.close()


@needs_mosquitto
def test_a_broker_that_comes_back_finds_the_centre_again(db: Path) -> None:
    with Mosquitto() as broker:
        centre, store = serve(broker.url, db)
        with centre:
            assert centre.ready(10)
            broker.kill()
            until(lambda: not centre.connected)
            broker.start()
            assert centre.ready(10)
        store.close()


def test_a_broker_that_is_not_there_is_waited_for(db: Path) -> None:
    centre, store = serve(f"mqtt://127.0.0.1:{free_port()}", db)
    with centre:
        assert not centre.ready(0.3)
        assert not centre.reached
    store.close()


@needs_mosquitto
def test_a_refused_centre_says_why(db: Path) -> None:
    with Mosquitto("allow_anonymous false\n", passwords={"a": "b"}) as broker:
        centre, store = serve(broker.url, db)
        with centre:
            until(lambda: centre.denied is not None)
            assert "refused" in str(centre.denied)
        store.close()


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Broker("mqtt://h", "u", "hunter2"))
    with pytest.raises(ValueError, match="must be mqtt://"):
        Broker("mqtt://u:hunter2@h").address()
