"""Whether people who look at the page slow the agent: change to commit, without and with 100 tabs.

One run of one agent, spells without and with tabs by turns, so that a slow spell hits both.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.web.access.accounts import Account, Accounts
from edge_agent.web.access.role import Role
from tests.bench.measure import Figure, Measure
from tests.bench.tabs import TABS, log_in
from tests.bench.whole import Plc, _changed, _delays_ms, process, site_file
from tests.brokers import Mosquitto
from tests.web.unit import HASHED

SUITE = "web"
MOST = 1.10
_POLL_HZ = 50
"""Often, so that what the agent takes is not lost in the wait for the next question."""
_SETTLE_S = 3.0
"""After the tabs were opened or closed: a hundred greetings by TLS are not what is measured."""


@contextmanager
def _page(site: Path, folder: Path) -> Iterator[int]:
    """The page of a unit, with an account; its port."""
    words = ("edge_agent", "web", "--json", "--listen", "127.0.0.1:0")
    (folder / "web").mkdir(mode=0o700, parents=True, exist_ok=True)
    accounts = Accounts(folder / "web")
    accounts.put(Account("boss", Role.ADMIN, HASHED, 0))
    accounts.put(Account("wall", Role.VIEWER, HASHED, 0))
    own = ("--config", str(site), "--state-dir", str(folder))
    with process(*words, *own, output=True) as page:
        assert page.stdout is not None
        url = json.loads(page.stdout.readline())["url"]
        yield int(url.rstrip("/").rpartition(":")[2])


@contextmanager
def _tabs(port: int, cookie: str) -> Iterator[None]:
    words = [sys.executable, "-m", "tests.bench.tabs", str(port), cookie, str(TABS)]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as open_tabs:
        yield
        assert open_tabs.poll() is None, "the tabs were closed"
        open_tabs.communicate()


def _spells(port: int, cookie: str, times: int, seconds: float) -> list[tuple[int, int, bool]]:
    """Begin and end, UTC ns, and whether tabs were open."""
    told = []

    def spell(*, tabs: bool) -> None:
        time.sleep(_SETTLE_S)
        begun = time.time_ns()
        time.sleep(seconds)
        told.append((begun, time.time_ns(), tabs))

    for _ in range(times):
        spell(tabs=False)
        with _tabs(port, cookie):
            spell(tabs=True)
    return told


def _slowed(quick: bool) -> list[Figure]:
    times, seconds = (3, 8.0) if quick else (6, 15.0)
    kept: list[Kept] = []
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto() as broker,
        process("tests.bench.plc", "5", output=True) as plant,
    ):
        folder, controller = Path(name) / "unit", Plc(plant)
        folder.mkdir()
        site = site_file(folder, controller.port, broker.port, _POLL_HZ)
        store = SqliteStore(folder / "centre.db")
        run = ("edge_agent", "run", "--config", str(site), "--state-dir", str(folder))
        with Centre(Broker(f"mqtt://127.0.0.1:{broker.port}"), store, kept.append) as centre:
            assert centre.ready(10)
            with process(*run), _page(site, folder) as port:
                spells = _spells(port, asyncio.run(log_in(port)), times, seconds)
        store.close()
    commits = [each.committed_ns for each in kept if _changed(each)]
    without, with_tabs = (
        [
            delay
            for begun, ended, open_then in spells
            if open_then is tabs
            for delay in _delays_ms(
                [at for at in controller.changes if begun <= at < ended], commits
            )
        ]
        for tabs in (False, True)
    )
    ratio = statistics.median(with_tabs) / statistics.median(without)
    p95 = [statistics.quantiles(each, n=20)[-1] for each in (without, with_tabs)]
    note = (
        f"p50 {statistics.median(without):.1f} → {statistics.median(with_tabs):.1f} ms,"
        f" p95 {p95[0]:.0f} → {p95[1]:.0f} ms; n={len(without)}, {len(with_tabs)}"
    )
    return [
        Figure(
            "change to commit with 100 tabs, p50",
            ratio,
            "x without",
            f"≤ {MOST} x",
            ratio <= MOST,
            note,
        )
    ]


MEASURES = [Measure("agent beside a hundred tabs", _slowed, ("mosquitto",))]
