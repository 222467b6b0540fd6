import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.contract import wire
from edge_agent.contract.receipt import Receipt, StreamReceipt
from edge_agent.uplink.status import LinkState, Protocol
from tests.brokers import Mosquitto, amqtt, free_port, needs_mosquitto
from tests.uplink.events import UNIT, alarm, state
from tests.uplink.rig import unit, until
from tests.uplink.test_link import REFERENCE, Heard, link

pytestmark = needs_mosquitto


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as broker:
        yield broker


class Far:
    """A centre with its store, for one test."""

    def __init__(self, folder: Path, url: str) -> None:
        self.store = SqliteStore(folder / "centre.db")
        self.centre = Centre(Broker(url), self.store)

    def __enter__(self) -> Self:
        self.centre.start()
        assert self.centre.ready(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.centre.stop()
        self.store.close()

    def stored(self) -> int:
        return self.centre.tally()["stored"]

    def ids(self) -> list[str]:
        return [wire_id(event.body) for event in self.store.events()]


def wire_id(body: str) -> str:
    return body.split('"id":"')[1][:26]


@pytest.mark.parametrize(("protocol", "spoken"), [("auto", Protocol.V5), ("3.1.1", Protocol.V311)])
async def test_everything_recorded_is_stored_once_and_forgotten(
    broker: Mosquitto, tmp_path: Path, protocol: str, spoken: Protocol
) -> None:
    with Far(tmp_path, broker.url) as far:
        async with unit(tmp_path, broker.url, protocol=protocol) as rig:
            rig.record(500)
            await rig.spool.flush()
            await until(lambda: rig.uplink.status().state is LinkState.UP)
            rig.record(100)
            rig.record(3, alarm)
            await rig.spool.flush()
            await until(lambda: far.stored() == 603)
            await until(lambda: rig.spool.gauge().rows == 0, why="rows forgotten")
            status = rig.uplink.status()
            assert status.protocol is spoken
            assert status.open == 0
            assert status.resent == 0
            assert rig.conditions == []
        await until(lambda: _states(far) == ["stopping"])
    # What the centre holds is what was recorded, each once.
    with Far(tmp_path, broker.url) as far:
        assert sorted(far.ids()) == sorted(rig.ids)


def _states(far: Far) -> list[str]:
    return [item.notice.state for item in far.centre.units().values()]  # type: ignore[union-attr]


async def test_auto_falls_back_at_a_broker_without_5(tmp_path: Path) -> None:
    with amqtt() as url, Far(tmp_path, url) as far:
        async with unit(tmp_path, url) as rig:
            rig.record(20)
            await until(lambda: far.stored() == 20, 20)
            assert rig.uplink.status().protocol is Protocol.V311


async def test_the_will_tells_of_the_same_boot(broker: Mosquitto, tmp_path: Path) -> None:
    heard = Heard()
    ear = link(heard, broker.url, name="ear")
    await ear.open()
    ear.subscribe(UNIT.state)
    async with unit(tmp_path, broker.url) as rig:
        await until(lambda: len(heard.messages) == 1)
        # Our connection breaks without a goodbye.
        session = rig.uplink._session
        assert session is not None
        other = link(Heard(), broker.url, name=UNIT.unit, v5=False)
        await other.open()
        await until(lambda: len(heard.messages) >= 2)
        await other.close()
    said = [wire_state(payload) for _, payload, _ in heard.messages[:2]]
    assert said == [("online", "boot-a"), ("offline", "boot-a")]
    await ear.close()


def wire_state(payload: bytes) -> tuple[str, str]:
    found = state().model_validate_json(payload)
    return found.state, found.boot


async def test_an_event_is_kept_until_the_centre_has_it(broker: Mosquitto, tmp_path: Path) -> None:
    async with unit(tmp_path, broker.url) as rig:
        rig.record(60)
        await rig.spool.flush()
        await until(lambda: rig.uplink.status().open == 60, why="published")
        await until(lambda: rig.active("no-receipts"), 6)
        assert rig.spool.gauge().rows == 60
        with Far(tmp_path, broker.url) as far:
            await until(lambda: far.stored() == 60, 40)
            await until(lambda: rig.spool.gauge().rows == 0)
            await until(lambda: not rig.active("no-receipts"))
            assert rig.uplink.status().resent >= 60


async def test_without_receipts_a_puback_is_enough(broker: Mosquitto, tmp_path: Path) -> None:
    from edge_agent.spool.policy import SpoolPolicy  # noqa: PLC0415

    policy = SpoolPolicy(receipts=False)
    async with unit(tmp_path, broker.url, policy=policy) as rig:
        rig.record(60)
        await rig.spool.flush()
        await until(lambda: rig.uplink.status().sent == 60)
        await until(lambda: rig.uplink.status().in_flight == 0)
        await asyncio.sleep(0.3)
        assert rig.uplink.status().open == 0
    async with unit(tmp_path, broker.url, policy=policy) as rig:
        await until(lambda: rig.uplink.status().state is LinkState.UP)
        await asyncio.sleep(0.5)
        assert rig.uplink.status().sent == 0  # not again after a restart


async def test_a_killed_broker_costs_nothing(broker: Mosquitto, tmp_path: Path) -> None:
    with Far(tmp_path, broker.url) as far:
        async with unit(tmp_path, broker.url) as rig:
            rig.record(200)
            await until(lambda: far.stored() > 0)
            broker.kill()
            rig.record(200)
            await rig.spool.flush()
            broker.start()
            await until(lambda: far.stored() == 400, 20)
            assert sorted(far.ids()) == sorted(rig.ids)


async def test_a_hung_broker_is_noticed(broker: Mosquitto, tmp_path: Path) -> None:
    async with unit(tmp_path, broker.url, puback_s=1.0) as rig:
        await until(lambda: rig.uplink.status().state is LinkState.UP)
        broker.freeze()
        rig.record(1)
        await until(lambda: rig.uplink.status().state is not LinkState.UP, 5)
        broker.thaw()
        await until(lambda: rig.uplink.status().state is LinkState.UP, 20)


async def test_nobody_there_is_an_alarm_and_then_none(tmp_path: Path) -> None:
    port = free_port()
    async with unit(tmp_path, f"mqtt://127.0.0.1:{port}", alarm_s=0.5) as rig:
        await until(lambda: rig.active("broker-unreachable"))
        with Mosquitto(port=port):
            await until(lambda: not rig.active("broker-unreachable"))


async def test_a_wrong_password_is_told_at_once_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNIT_PASSWORD", "hunter2")
    with Mosquitto("allow_anonymous false\n", passwords={"u": "right"}) as broker:
        async with unit(
            tmp_path,
            broker.url,
            username="u",
            password=REFERENCE,
            alarm_s=3600,
        ) as rig:
            await until(lambda: rig.active("broker-unreachable"))
            assert "password" in rig.conditions[0].do
            assert "hunter2" not in repr(rig.conditions)
    told = capfd.readouterr()
    assert "hunter2" not in told.out + told.err


ACL = """\
topic readwrite its/#
user unit
topic read its/#
topic write its/1/hcm/site-1/unit-1/state
topic write its/1/hcm/site-1/unit-1/about
topic write its/1/hcm/site-1/unit-1/evt/#
topic write its/1/hcm/site-1/unit-1/bulk/passage
"""


@pytest.mark.parametrize(("protocol", "code"), [("5", "broker-denied"), ("3.1.1", "not-stored")])
async def test_a_denied_topic_is_an_alarm_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, code: str
) -> None:
    monkeypatch.setenv("UNIT_PASSWORD", "x")
    broker = Mosquitto("allow_anonymous true\n", acl=ACL, passwords={"unit": "x"})
    with broker, Far(tmp_path, broker.url) as far:
        async with unit(
            tmp_path,
            broker.url,
            protocol=protocol,
            username="unit",
            password=REFERENCE,
            receipt_s=0.3,
            settle_s=0.3,
            alarm_s=60,
        ) as rig:
            rig.record(5, alarm)
            rig.record(5)
            await rig.spool.flush()
            await until(lambda: far.stored() == 5)
            await until(lambda: rig.active(code), 15)
            await until(lambda: rig.spool.gauge().rows == 5)
            assert ("its/1/hcm/site-1/unit-1" in rig.conditions[0].text) == (protocol == "5")


async def test_another_unit_of_our_name_is_found_and_not_fought(
    broker: Mosquitto, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    async with unit(tmp_path, broker.url) as one:
        await until(lambda: one.uplink.status().state is LinkState.UP)
        async with unit(tmp_path / "b", broker.url, boot="boot-b") as two:
            await until(lambda: one.ever("duplicate-identity"), 15)
            await until(lambda: two.ever("duplicate-identity"), 15)
            text = next(c.text for c in one.conditions if c.code == "duplicate-identity")
            assert "boot-a" in text
            assert "boot-b" in text
            before = one.uplink.status().connects + two.uplink.status().connects
            await asyncio.sleep(3)  # duplicate_s of the rig: each of them at most once in it
            after = one.uplink.status().connects + two.uplink.status().connects
            assert after - before <= 2


async def test_a_restart_is_no_second_unit(broker: Mosquitto, tmp_path: Path) -> None:
    for boot in ("boot-1", "boot-2", "boot-3"):
        async with unit(tmp_path, broker.url, boot=boot) as rig:
            await until(lambda r=rig: r.uplink._memory.born)  # type: ignore[misc]
            await asyncio.sleep(0.2)
            assert rig.conditions == []


async def test_what_is_no_receipt_of_ours_is_counted_and_skipped(
    broker: Mosquitto, tmp_path: Path
) -> None:
    heard = Heard()
    liar = link(heard, broker.url, name="liar")
    await liar.open()
    async with unit(tmp_path, broker.url) as rig:
        rig.record(10)
        await rig.spool.flush()
        await until(lambda: rig.uplink.status().open == 10)
        lies = [
            b"rubbish",
            b"\xff",
            b'{"u":"unit-1"}',
            _receipt("unit-2", rig.spool.epoch, 5),
            _receipt("unit-1", "00000000", 5),
            _receipt("unit-1", rig.spool.epoch, 11),
            _receipt("unit-1", rig.spool.epoch, 10**30),
        ]
        for lie in lies:
            liar.publish(UNIT.receipt, lie, qos=1, retain=False)
        await until(lambda: rig.uplink.status().skipped == len(lies))
        assert rig.spool.gauge().rows == 10
        liar.publish(UNIT.receipt, _receipt("unit-1", rig.spool.epoch, 4), qos=1, retain=False)
        await until(lambda: rig.spool.gauge().rows == 6)
    await liar.close()


def _receipt(unit_id: str, ep: str, upto: int) -> bytes:
    stream = StreamReceipt(st="passage", upto=upto, top=upto)
    return Receipt(u=unit_id, ep=ep, t=0, streams=[stream]).model_dump_json().encode()


async def test_a_stale_will_is_answered_by_a_new_birth(broker: Mosquitto, tmp_path: Path) -> None:
    heard = Heard()
    ear = link(heard, broker.url, name="ear")
    await ear.open()
    async with unit(tmp_path, broker.url) as rig:
        await until(lambda: rig.uplink._memory.born)
        ear.subscribe(UNIT.state)
        await until(lambda: len(heard.messages) == 1)
        gone = state().model_copy(update={"state": "offline"})
        ear.publish(UNIT.state, wire.encode(gone), qos=1, retain=True)
        await until(lambda: len(heard.messages) == 3)
        assert wire_state(heard.messages[-1][1]) == ("online", "boot-a")
    await ear.close()
