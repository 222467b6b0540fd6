"""Looking into a spool from outside."""

import shutil
from pathlib import Path

import pytest

from edge_agent.errors import SpoolError
from edge_agent.spool import inspect
from tests.spool.kit import alarm, opened, passage


async def test_summary_and_rows_while_the_agent_runs_and_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with opened(path) as spool:
        for n in range(10):
            spool.append(passage(n), "evt/passage")
        spool.append(alarm(1), "alarm/cam1/frozen")
        await spool.flush()
        running = inspect.summary(path)
        crashed = tmp_path / "crashed.db"
        shutil.copy(path, crashed)
        shutil.copy(f"{path}-wal", f"{crashed}-wal")
        for seen in (running, inspect.summary(crashed)):
            assert seen.epoch == spool.epoch
            by_name = {stream.name: stream for stream in seen.streams}
            assert by_name["passage"].ranges == ((1, 10),)
            assert (by_name["passage"].oldest_t, by_name["passage"].newest_t) == (
                passage(0).t,
                passage(9).t,
            )
            assert by_name["alarm"].rows == 1
        assert [row.sq for row in inspect.rows(path, "passage", from_sq=8)] == [8, 9, 10]
    closed = inspect.summary(path)
    assert sum(stream.rows for stream in closed.streams) == 11


def test_what_is_no_spool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="no such spool"):
        inspect.summary(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("not a database at all, but long enough to look at\n" * 99)
    with pytest.raises(SpoolError):
        inspect.summary(tmp_path / "text.db")
