"""Failing disks, dying processes, newer schemas: found by torture, kept as fixed cases."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_agent.clock import SystemClock
from edge_agent.errors import SpoolError
from edge_agent.spool import Row, Spool, SpoolPolicy
from edge_agent.spool.ballast import Ballast
from edge_agent.spool.store import Store
from tests.spool.kit import UNIT, everything, opened, passage
from tests.torture.store_kit import Ledger, WriterProcess, judge


def io_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


@pytest.mark.parametrize("happened", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("reopenings", [0, 3])
async def test_a_commit_in_doubt_is_told_once_and_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happened: bool, reopenings: int
) -> None:
    told: list[Row] = []
    real, real_checkpoint = Store.transaction, Store.checkpoint
    failures = {"transaction": 0, "checkpoint": 0}

    @contextmanager
    def transaction(store: Store) -> Iterator[None]:
        fails = failures["transaction"] > 0
        failures["transaction"] -= fails
        if fails and not happened:
            raise io_error()
        with real(store):
            yield
        if fails:
            raise io_error()

    def checkpoint(store: Store) -> None:
        if failures["checkpoint"] > 0:
            failures["checkpoint"] -= 1
            raise io_error()
        real_checkpoint(store)

    monkeypatch.setattr(Store, "transaction", transaction)
    monkeypatch.setattr(Store, "checkpoint", checkpoint)
    async with opened(tmp_path / "s.db", on_commit=told.extend) as spool:
        spool.append(passage(0), "evt/passage")
        await spool.flush()
        failures.update(transaction=1, checkpoint=reopenings)
        for n in range(1, 6):
            spool.append(passage(n), "evt/passage")
        await asyncio.wait_for(spool.flush(), 10)
        rows = await everything(spool)
        assert [row.sq for row in rows] == [1, 2, 3, 4, 5, 6]
        assert told == rows
        assert spool.gauge().failing is None
        assert spool.gauge().drops == {}


async def test_a_dead_disk_does_not_keep_the_spool_from_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "s.db", SpoolPolicy(ballast_mb=0), SystemClock(), UNIT)
    spool.open()

    def transaction(store: Store) -> None:
        raise io_error()

    monkeypatch.setattr(Store, "transaction", transaction)
    monkeypatch.setattr("edge_agent.spool.spool._CLOSE_S", 0.3)
    for n in range(5):
        spool.append(passage(n), "evt/passage")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(spool.flush(), 0.3)
    gauge = spool.gauge()
    assert gauge.failing == "OperationalError: disk I/O error"
    await spool.close()
    assert spool.gauge().drops == {("passage", "io"): 5}


async def test_a_bug_in_the_writer_is_not_kept_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(rows: object) -> None:
        raise ZeroDivisionError

    # The thread's traceback is the point; pytest need not repeat it.
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    async with opened(tmp_path / "s.db", on_commit=broken) as spool:
        spool.append(passage(0), "evt/passage")
        with pytest.raises(SpoolError, match="died"):
            await asyncio.wait_for(spool.flush(), 5)
        with pytest.raises(SpoolError, match="died"):
            spool.append(passage(1), "evt/passage")


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with opened(path) as spool:
        spool.append(passage(0), "evt/passage")
        await spool.flush()
    db = sqlite3.connect(path)
    with db:
        db.execute("PRAGMA user_version = 2")
        db.execute("UPDATE account SET high = 2 WHERE name = ''")
    db.close()
    before = path.read_bytes()
    with pytest.raises(SpoolError, match="newer version"):
        Spool(path, SpoolPolicy(), SystemClock(), UNIT).open()
    assert path.read_bytes() == before


def test_ballast_is_given_up_and_taken_again(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "s.db", 400_000)
    assert ballast.take()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 400_000
    assert ballast.drop()
    assert list(tmp_path.iterdir()) == []
    assert not ballast.drop()


def test_kill_9_loses_nothing_that_was_told() -> None:
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        for _ in range(3):
            writer = WriterProcess(path, ledger)
            try:
                writer.listen_until_commits(ledger.commits + 3)
            finally:
                writer.kill()
            verdict = judge(path, ledger)
            assert (verdict.lost, verdict.duplicates) == ([], 0)
    assert len(ledger.ids) > 10
