"""Other programs look into a queue that is in use: SQLite's locks on it must stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.spool.kit import opened, passage

_LOCKS = Path("/proc/locks")
_IN_USE = "128"
"""The byte of the log's index that says so: whoever can lock it alone cuts the index short."""


def in_use(index: Path) -> bool:
    """Whether this process holds the lock that says that the queue is in use."""
    inode = str(index.stat().st_ino)
    rows = (line.split() for line in _LOCKS.read_text().splitlines())
    return any(
        row[4] == str(os.getpid()) and row[5].endswith(f":{inode}") and row[6] == _IN_USE
        for row in rows
        if len(row) > 6 and row[1] == "POSIX"
    )


@pytest.mark.skipif(not _LOCKS.exists(), reason="this kernel does not tell its locks")
@pytest.mark.parametrize("again", [False, True], ids=["new", "after a crash"])
async def test_a_queue_in_use_says_so_while_others_look_in(tmp_path: Path, again: bool) -> None:
    path, index = tmp_path / "s.db", tmp_path / "s.db-shm"
    if again:
        script = (
            "import asyncio, os, sys; from pathlib import Path; from tests.spool.kit import *\n"
            "async def main():\n"
            "    async with opened(Path(sys.argv[1])) as spool:\n"
            "        spool.append(passage(1), 'evt/passage'); await spool.flush(); os._exit(9)\n"
            "asyncio.run(main())"
        )
        words = [sys.executable, "-c", script, str(path)]
        assert subprocess.run(words, check=False).returncode == 9  # noqa: ASYNC221 - nothing else runs
        assert path.with_name("s.db-wal").stat().st_size > 0
    async with opened(path) as spool:
        spool.append(passage(2), "evt/passage")
        await spool.flush()
        assert in_use(index)
        words = [sys.executable, "-m", "edge_agent", "spool", "show", "--file", str(path)]
        assert subprocess.run(words, check=False, capture_output=True).returncode == 0  # noqa: ASYNC221 - as above
        assert in_use(index)
        spool.append(passage(3), "evt/passage")
        await spool.flush()
