"""The unit's page: memory with a hundred tabs, what they ask of the agent, how soon a phone paints.

The agent is a pair of doors with a busy junction's answers; the page is the real process, over TLS.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from edge_agent.web.access.role import Role
from tests.bench.measure import Figure, Measure
from tests.bench.tabs import TABS, log_in, tab
from tests.web import scene
from tests.web.chromium import Chromium
from tests.web.unit import SECRET, Unit, unit

SUITE = "web"
RSS_MB, CPU, PAINT_MS = 45, 0.25, 1000
_SLOWER = 4
"""A phone's processor beside a desk's, as Chromium's own emulation counts."""


@asynccontextmanager
async def _served(folder: Path) -> AsyncIterator[tuple[Unit, str, asyncio.subprocess.Process]]:
    async with unit(folder) as made:
        made.seen |= scene.answers()
        made.account("boss", Role.ADMIN)
        made.account("wall", Role.VIEWER)
        words = [
            sys.executable, "-m", "edge_agent", "web", "--json", "--listen", "127.0.0.1:0",
            "--config", str(made.house.config), "--state-dir", str(made.house.state_dir),
        ]  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            if process.stdout is None:
                raise RuntimeError("no pipe")
            url = json.loads(await process.stdout.readline())["url"]
            yield made, url, process
        finally:
            process.terminate()
            await process.wait()


def tabs(quick: bool) -> list[Figure]:
    """A hundred tabs on six pages, each asking anew every two seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_tabs(Path(folder), 8.0 if quick else 30.0))


async def _tabs(folder: Path, seconds: float) -> list[Figure]:
    async with _served(folder) as (made, url, process):
        port = int(url.rstrip("/").rpartition(":")[2])
        cookie = await log_in(port)
        before = _rss_mb(process.pid)
        asked_before, cpu_before = dict(made.asked), _cpu_s(process.pid)
        took: list[float] = []
        begun = asyncio.get_running_loop().time()
        end = begun + seconds
        await asyncio.gather(*(tab(port, cookie, n, end, took) for n in range(TABS)))
        most, now = _rss_mb(process.pid, "VmHWM"), _rss_mb(process.pid)
        asked = sum(made.asked.values()) - sum(asked_before.values())
        seconds = asyncio.get_running_loop().time() - begun
        used = (_cpu_s(process.pid) - cpu_before) / seconds
    p95 = statistics.quantiles(took, n=20)[-1] * 1000
    rate = asked / seconds
    return [
        Figure("page with 100 tabs", now, "MB", f"≤ {RSS_MB} MB", now <= RSS_MB,
               f"{before:.1f} with none, {most:.1f} at most"),
        Figure("processor with 100 tabs", used, "s/s", f"≤ {CPU}", used <= CPU,
               f"{len(took)} refreshes in {seconds:.0f} s, p95 {p95:.0f} ms"),
        Figure("questions to the agent with 100 tabs", rate, "/s", "≤ 3.3 /s", rate <= 3.3,
               "doors of agent and camera, once a second each, however many look"),
    ]  # fmt: skip


def paint(quick: bool) -> list[Figure]:
    """First contentful paint on an emulated phone, its processor four times slower than this."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_paint(Path(folder), 3 if quick else 7))


async def _paint(folder: Path, times: int) -> list[Figure]:
    async with _served(folder) as (_, url, _process):
        seen = await asyncio.to_thread(_paints, url, times)
    worst = max(seen)
    note = f"worst of {len(seen)}; median {statistics.median(seen):.0f}"
    return [
        Figure("first paint on a phone", worst, "ms", f"≤ {PAINT_MS} ms", worst <= PAINT_MS, note)
    ]


def _paints(url: str, times: int) -> list[float]:
    with Chromium() as browser:
        browser.screen(390, 844, phone=True)
        browser.go(f"{url}login")
        browser.log_in("wall", SECRET)
        browser.call("Emulation.setCPUThrottlingRate", rate=_SLOWER)
        browser.call("Network.setCacheDisabled", cacheDisabled=True)
        found = []
        for _ in range(times):
            browser.go(url)
            browser.until("performance.getEntriesByName('first-contentful-paint').length > 0")
            script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            found.append(float(browser.run(script)))
    return found


def _rss_mb(pid: int, field: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(field)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


MEASURES = [
    Measure("page with a hundred tabs", tabs),
    Measure("page on a phone", paint, ("chromium",)),
]
