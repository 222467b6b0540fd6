from edge_agent.contract.spans import Spans
from edge_agent.spool.model import Query
from edge_agent.uplink.outbox import CRITICAL, Feed, Resends
from tests.uplink.outbox import MemoryOutbox


async def test_a_feed_hands_out_every_row_once_in_order() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 25)
    feed = Feed(outbox, Query(limit=10))
    seen = []
    for _ in range(10):
        await feed.fill(0)
        while feed.rows:
            seen.append(feed.rows.popleft().row.pos)
    assert seen == list(range(1, 26))


async def test_an_empty_feed_asks_only_when_stirred() -> None:
    outbox = MemoryOutbox()
    feed = Feed(outbox, Query(limit=10))
    for _ in range(5):
        await feed.fill(0)
    assert outbox.queries == 1
    outbox.put()
    feed.stir()
    await feed.fill(0)
    assert len(feed.rows) == 1


async def test_taking_one_stream_leaves_the_others_in_their_order() -> None:
    outbox = MemoryOutbox()
    for stream in ("passage", "dev", "passage", "dev", "passage"):
        outbox.put(stream)
    feed = Feed(outbox, Query())
    await feed.fill(0)
    assert [row.sq for row in feed.take_stream(2, 1 << 20)] == [1, 2]
    assert [waiting.row.pos for waiting in feed.rows] == [2, 4, 5]
    assert feed.take_stream(9, 1 << 20, upto=1) == []


async def test_rows_changed_in_the_spool_are_read_again() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 3)
    feed = Feed(outbox, Query())
    await feed.fill(0)
    feed.rows.popleft()
    feed.rewind()
    await feed.fill(0)
    assert [waiting.row.pos for waiting in feed.rows] == [2, 3]


async def test_resends_skip_what_is_gone_and_survive_a_failing_disk() -> None:
    outbox = MemoryOutbox()
    outbox.put("passage", 20)
    outbox.put("alarm", 2)
    outbox.gone["passage"] = Spans([(5, 6)])
    resends = Resends(outbox)
    resends.add("passage", [(4, 7), (10, 10)])
    resends.add("alarm", [(1, 2)])
    outbox.failing = True
    assert await resends.take(CRITICAL, 50, but=True) == []
    outbox.failing = False
    found = []
    while rows := await resends.take(CRITICAL, 50, but=True):
        found += [row.sq for row in rows]
    assert found == [4, 7, 10]
    assert [row.sq for row in await resends.take(CRITICAL, 1, but=False)] == [1]
    assert [row.sq for row in await resends.take(CRITICAL, 1, but=False)] == [2]
    assert await resends.take(CRITICAL, 1, but=False) == []
    assert not resends
