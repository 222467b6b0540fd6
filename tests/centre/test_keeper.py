import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.centre.keeper import Arrival, Keeper, Kept
from edge_agent.centre.sqlite_store import MAX_REFUSED, SqliteStore
from edge_agent.centre.store import Group, StoreError
from edge_agent.contract import ulid, wire
from edge_agent.contract.events import About
from tests.uplink.events import EPOCH, T0, UNIT, body, loss, passage, state

TOPIC = f"{UNIT.root}/evt/passage"
HOME = (UNIT, EPOCH)


def arrival(payload: bytes, topic: str = TOPIC) -> Arrival:
    return Arrival(topic, payload, T0 * 1_000_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "centre.db")
    yield store
    store.close()


def keeper(store: SqliteStore, watched: list[Kept] | None = None) -> Keeper:
    return Keeper(store, lambda: T0 * 1_000_000, None if watched is None else watched.append)


def ids(store: SqliteStore) -> list[int]:
    return [event.sq for event in store.events()]


def test_stores_once_whatever_comes_twice(store: SqliteStore) -> None:
    watched: list[Kept] = []
    one = keeper(store, watched)
    bodies = [body(passage(), sq) for sq in (1, 2, 3)]
    one.take([arrival(b) for b in [*bodies, bodies[0]]])
    one.take([arrival(wire.pack([wire.as_old(b) for b in bodies]), f"{UNIT.root}/bulk/passage")])
    assert ids(store) == [1, 2, 3]
    assert one.tally["stored"] == 3
    assert one.tally["duplicate"] == 4
    assert [kept.event.sq for kept in watched] == [1, 2, 3]


def test_two_ids_under_one_number_are_both_kept(store: SqliteStore) -> None:
    one = keeper(store)
    one.take([arrival(body(passage(), 1)), arrival(body(passage(), 1))])
    assert ids(store) == [1, 1]
    assert one.tally["conflict"] == 1


def test_the_receipt_is_cumulative_and_outlives_a_restart(store: SqliteStore) -> None:
    one = keeper(store)
    one.take([arrival(body(passage(), sq)) for sq in (1, 2, 5)])
    again = keeper(store)
    for each in (one, again):
        (stream,) = each.receipt(HOME).streams
        assert (stream.upto, stream.top, stream.gaps) == (2, 5, [(3, 4)])


def test_a_loss_closes_the_gap(store: SqliteStore) -> None:
    one = keeper(store)
    outcome = one.take(
        [
            arrival(body(passage(), 1)),
            arrival(body(passage(), 9)),
            arrival(body(loss("passage", 2, 8), 1), f"{UNIT.root}/evt/loss"),
        ]
    )
    assert outcome.touched == {HOME}
    assert [(s.st, s.upto) for s in one.receipt(HOME).streams] == [("loss", 1), ("passage", 9)]
    assert one.tally["lost"] == 7
    assert [(s.st, s.upto) for s in keeper(store).receipt(HOME).streams][1] == ("passage", 9)


def test_a_refused_event_is_set_aside_and_receipted(store: SqliteStore) -> None:
    one = keeper(store)
    bad = body(passage(), 1).replace(b'"motorbike"', b'"spaceship"')
    one.take([arrival(bad), arrival(b"rubbish")])
    assert one.receipt(HOME).streams[0].upto == 1
    assert [why.split(":")[0] for _, _, why in store.refused()] == ["cls", "Invalid JSON"]
    assert ids(store) == []


def test_who_sends_rubbish_fills_no_disk(store: SqliteStore) -> None:
    one = keeper(store)
    for _ in range(3):
        one.take([arrival(b"rubbish")] * (MAX_REFUSED // 2))
    assert len(store.refused()) == MAX_REFUSED


def test_a_birth_asks_for_a_receipt(store: SqliteStore) -> None:
    one = keeper(store)
    one.take([arrival(body(passage(), 1))])
    online = wire.encode(state())
    assert one.take([arrival(online, UNIT.state)]).born == {HOME}
    about = About(
        id=ulid.new(T0),
        u="unit-1",
        d="unit-1",
        t=T0,
        tq=5,
        ts="ntp",
        boot="b",
        sw="1",
        cfg="0" * 16,
        devices=[],
        lanes=[],
        streams=[],
        ep="ffffffff",
        receipts=True,
    )
    outcome = one.take([arrival(wire.encode(about), UNIT.about)])
    assert outcome.born == {(UNIT, "ffffffff")}
    assert one.receipt((UNIT, "ffffffff")).streams == []


class FailsOnce(SqliteStore):
    fail = False

    def _write(self, group: Group) -> None:
        super()._write(group)
        if self.fail:
            raise sqlite3.OperationalError("disk I/O error")


def test_what_could_not_be_stored_is_not_receipted(tmp_path: Path) -> None:
    store = FailsOnce(tmp_path / "centre.db")
    one = keeper(store)
    one.take([arrival(body(passage(), 1))])
    second = arrival(body(passage(), 2))
    store.fail = True
    with pytest.raises(StoreError):
        one.take([second])
    assert one.receipt(HOME).streams[0].top == 1
    assert one.tally["stored"] == 1
    assert one.tally["store-error"] == 1
    store.fail = False
    one.take([second])
    assert one.receipt(HOME).streams[0].upto == 2
    assert ids(store) == [1, 2]
    store.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(path)
    with pytest.raises(StoreError):
        SqliteStore(tmp_path / "missing.db", read_only=True)
