import json
import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.contract import wire
from edge_agent.uplink.accounts import Accounts, Patience
from edge_agent.uplink.link import Welcome
from edge_agent.uplink.parcel import Parcel
from edge_agent.uplink.pump import Pump
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.window import Lane
from tests.uplink.events import UNIT
from tests.uplink.outbox import MemoryOutbox

S = 1_000_000_000


@dataclass
class FakeLink:
    """Takes messages; the test answers them."""

    sent: list[tuple[str, bytes, bool]] = field(default_factory=list)
    up: bool = True

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int | None:
        if not self.up:
            return None
        self.sent.append((topic.removeprefix(UNIT.root + "/"), payload, retain))
        return len(self.sent)

    def topics(self) -> list[str]:
        return [topic for topic, _, _ in self.sent]


class Bench:
    def __init__(self, outbox: MemoryOutbox, **settings: object) -> None:
        self.settings = UplinkSettings.model_validate({"broker": "mqtt://h", **settings})
        self.clock = ManualClock()
        self.link = FakeLink()
        self.outbox = outbox
        self.accounts = Accounts(Patience(5 * S, 10 * S), random.Random(1))
        self.answered = 0
        self.pump = Pump(
            settings=self.settings,
            topics=UNIT,
            outbox=outbox,
            clock=self.clock,
            accounts=self.accounts,
            link=self.link,  # type: ignore[arg-type]
            welcome=Welcome(65_535, 1 << 28),
        )

    def answer(self, count: int = 1, *, published: bool = False) -> list[Parcel]:
        parcels = []
        for _ in range(count):
            self.answered += 1
            parcel = self.pump.answered(self.answered)
            assert parcel is not None
            parcels.append(parcel)
            if published and parcel.stream:
                account = self.accounts.at(parcel.stream)
                account.published(parcel.numbers, self.clock.mono_ns())
        return parcels

    async def settle(self) -> None:
        """Answer everything until nothing more is sent."""
        while True:
            await self.pump.step()
            if self.answered == len(self.link.sent):
                return
            self.answer(len(self.link.sent) - self.answered)


async def test_birth_goes_first_then_critical_then_live_then_backlog() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 3)
    outbox.put("alarm", 2)
    bench = Bench(outbox)
    outbox.put("passage", 2)
    outbox.put("alarm", 1)
    bench.pump.birth(Parcel(Lane.BIRTH, f"{UNIT.root}/{n}", b"{}") for n in ("state", "about"))
    await bench.pump.step()
    assert bench.link.topics() == [
        "state",
        "about",
        "bulk/alarm",
        "alarm/cam1/frozen",
        "evt/passage",
        "evt/passage",
        "bulk/passage",
    ]


async def test_only_new_events_are_retained_and_only_old_ones_marked() -> None:
    outbox = MemoryOutbox()
    outbox.put("alarm", 1)
    bench = Bench(outbox)
    outbox.put("alarm", 1)
    outbox.put("dev", 1)
    await bench.pump.step()
    (old, fresh, device) = bench.link.sent
    assert old[0] == "bulk/alarm"
    assert not old[2]
    assert b'"q":"old"' in wire.unpack(old[1])[0]
    assert fresh[2]
    assert b'"q":"live"' in fresh[1]
    assert device[0] == "dev/cam1/state"
    assert device[2]


async def test_a_large_birth_waits_for_the_window() -> None:
    bench = Bench(MemoryOutbox(), window=20)
    bench.pump.birth(Parcel(Lane.BIRTH, f"{UNIT.root}/{n}", b"{}") for n in range(60))
    bench.outbox.put("alarm")
    bench.pump.stir()
    await bench.pump.step()
    assert len(bench.link.sent) == 20
    await bench.settle()
    assert bench.link.topics()[60:] == ["alarm/cam1/frozen"]


async def test_live_events_go_at_once_until_the_link_is_busy() -> None:
    bench = Bench(MemoryOutbox())
    for _ in range(4):
        bench.outbox.put()
        bench.pump.stir()
        assert await bench.pump.step() is None
    assert bench.link.topics() == ["evt/passage"] * 4
    bench.outbox.put("passage", 10)
    bench.pump.stir()
    due_s = await bench.pump.step()
    assert due_s is not None
    assert 0 < due_s <= 0.2
    assert len(bench.link.sent) == 4
    bench.clock.advance(0.2)
    await bench.pump.step()
    assert bench.link.topics()[4:] == ["bulk/passage"]
    events = wire.unpack(bench.link.sent[4][1])
    assert len(events) == 10
    assert all(b'"q":"live"' in event for event in events)


async def test_a_full_group_does_not_wait() -> None:
    bench = Bench(MemoryOutbox())
    bench.outbox.put("passage", 4)
    bench.pump.stir()
    await bench.pump.step()
    bench.outbox.put("passage", 120)
    bench.pump.stir()
    await bench.pump.step()
    assert bench.link.topics()[4:] == ["bulk/passage", "bulk/passage"]


async def test_backlog_waits_when_the_centre_does_not_follow() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 1000)
    bench = Bench(outbox, backlog_open=100)
    for _ in range(30):
        await bench.pump.step()
        bench.answer(len(bench.link.sent) - bench.answered, published=True)
    sent = bench.pump.sent_events
    assert 100 <= sent <= 200
    outbox.put("passage")
    bench.pump.stir()
    await bench.pump.step()
    assert bench.link.topics()[-1] == "evt/passage"  # live does not wait for it


async def test_without_receipts_the_backlog_flows_on() -> None:
    outbox = MemoryOutbox(receipts=False)
    outbox.put("passage", 1000)
    bench = Bench(outbox, backlog_open=100)
    await bench.settle()
    assert bench.pump.sent_events == 1000


async def test_a_broker_that_answers_nothing_is_noticed() -> None:
    bench = Bench(MemoryOutbox(), puback_s=10)
    assert not bench.pump.stalled(bench.clock.mono_ns() + 100 * S)
    bench.outbox.put()
    bench.pump.stir()
    await bench.pump.step()
    assert not bench.pump.stalled(bench.clock.mono_ns() + 9 * S)
    assert bench.pump.stalled(bench.clock.mono_ns() + 11 * S)


async def test_a_message_that_is_never_answered_among_others_is_noticed() -> None:
    bench = Bench(MemoryOutbox(), puback_s=10)
    bench.outbox.put()
    bench.pump.stir()
    await bench.pump.step()
    bench.answered = 1  # never answered
    for _ in range(8):
        bench.clock.advance(4)
        bench.outbox.put()
        bench.pump.stir()
        await bench.pump.step()
        bench.answer()
    assert bench.pump.stalled(bench.clock.mono_ns())


async def test_resends_go_as_old_events_and_critical_ones_overtake() -> None:
    bench = Bench(MemoryOutbox())
    bench.outbox.put("passage", 5)
    bench.outbox.put("alarm", 1)
    bench.pump.stir()
    await bench.settle()
    before = len(bench.link.sent)
    bench.pump.resend("passage", [(2, 4)])
    bench.pump.resend("alarm", [(1, 1)])
    await bench.settle()
    assert bench.link.topics()[before:] == ["bulk/alarm", "bulk/passage"]
    assert bench.pump.resent_events == 4
    assert [b'"q":"old"' in e for e in wire.unpack(bench.link.sent[-1][1])] == [True] * 3


async def test_a_dead_connection_loses_no_row() -> None:
    bench = Bench(MemoryOutbox())
    bench.link.up = False
    bench.outbox.put("passage", 3)
    bench.pump.stir()
    await bench.pump.step()
    assert bench.pump.sent_events == 0
    assert len(bench.outbox.rows) == 3


async def test_a_failed_read_is_not_believed_for_ever() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 3)
    bench = Bench(outbox)
    outbox.failing = True
    await bench.pump.step()
    assert bench.link.sent == []
    outbox.failing = False
    bench.pump.look_again()
    await bench.settle()
    assert bench.pump.sent_events == 3


@given(
    st.lists(
        st.tuples(st.sampled_from(["passage", "alarm", "dev"]), st.integers(1, 70), st.booleans()),
        max_size=12,
    ),
    st.integers(0, 100),
)
async def test_every_row_is_sent_exactly_once_in_order_within_its_lane(
    puts: list[tuple[str, int, bool]], before: int
) -> None:
    outbox = MemoryOutbox()
    if before:
        outbox.put("passage", before)
    bench = Bench(outbox)
    for stream, count, step in puts:
        outbox.put(stream, count)
        bench.pump.stir()
        if step:
            await bench.pump.step()
            assert bench.pump.window.in_flight <= bench.settings.window
    bench.clock.advance(1)
    await bench.settle()
    await bench.settle()
    numbers: dict[str, list[int]] = {}
    for topic, payload, _ in bench.link.sent:
        bodies = wire.unpack(payload) if topic.startswith("bulk/") else [payload]
        for one in bodies:
            event = json.loads(one)
            numbers.setdefault(event["st"], []).append(event["sq"])
    for stream, sent in numbers.items():
        assert sorted(sent) == list(range(1, outbox.high(stream) + 1))
        live = [sq for sq in sent if stream != "passage" or sq > before]
        assert live == sorted(live)
