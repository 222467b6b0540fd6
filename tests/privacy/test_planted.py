"""200 plates and 200 tags through a whole unit; then every output is searched for every one."""

import asyncio
import contextlib
import gzip
import io
import sys
import urllib.request
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx2 as httpx
import pytest
from structlog.testing import capture_logs

from edge_agent import door
from edge_agent.agent import Agent
from edge_agent.alarming.desk import SOCKET as ALARMS
from edge_agent.bundle.tape import SOCKET as READINGS
from edge_agent.clock import Stamp, SystemClock, stamp
from edge_agent.device.readings import CrossingReading, Plate, TagReading, VehicleClass
from edge_agent.history.recent import SOCKET as PASSAGES
from edge_agent.settings import load
from edge_agent.spool import inspect
from edge_agent.web.access.accounts import Account
from edge_agent.web.access.role import Role
from edge_agent.web.app import build
from edge_agent.web.house import House
from edge_agent.web.routes import menu
from tests.brokers import free_port
from tests.web.unit import HASHED, HOST, ORIGIN

MANY = 200
SITE = """
version = 1
[unit]
province = "p"
site = "s"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1:{broker}"
[metrics]
listen = "127.0.0.1:{metrics}"
[log]
level = "debug"
[device.cam1]
kind = "camera"
enabled = false
url = "rtsp://127.0.0.1/x"
lines = {{ far = [0.0, 0.4, 1.0, 0.4], near = [0.0, 0.8, 1.0, 0.8] }}
[device.etc1]
kind = "etc_llrp"
enabled = false
url = "tcp://127.0.0.1:5084"
[lane.alone]
purpose = "{purpose}"
rules = ["wrong-lane"]
only = ["motorbike"]
lines = [{{ device = "cam1", line = "far" }}]
[lane.paired]
purpose = "{purpose}"
horizon_ms = 500
lines = [{{ device = "cam1", line = "near", at = 0.0 }}]
tags = [{{ device = "etc1", antenna = 1, at = 2.0 }}]
"""


@dataclass
class Planted:
    """What must not be found, and where it was looked for."""

    plates: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    outputs: dict[str, bytes] = field(default_factory=dict)

    def found(self) -> dict[str, set[str]]:
        """Output to what was found in it."""
        hits = {
            name: {text for text in (*self.plates, *self.tags) if text.encode() in content}
            for name, content in self.outputs.items()
        }
        return {name: some for name, some in hits.items() if some}


def _plate(text: str, at: Stamp, other: str) -> Plate:
    return Plate(text, 940, 4, (other,), ("car", "truck"), "white", at, (1, 2, 3, 4), "ab" * 32)


def _texts(chance: Random) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        text = f"{chance.randint(11, 99)}{chance.choice('ABCDEFGH')}{chance.randint(10000, 99999)}"
        if text not in seen:
            seen.add(text)
            yield text


def _drive(agent: Agent, planted: Planted) -> None:
    chance = Random(11)
    texts = _texts(chance)
    clock = SystemClock()
    for number in range(MANY):
        text, other = next(texts), next(texts)
        epc, tid = chance.randbytes(12).hex().upper(), chance.randbytes(8).hex().upper()
        planted.plates += [text, other]
        planted.tags += [epc, tid]
        at = stamp(clock)
        line = "far" if number % 2 else "near"
        agent._on_reading(
            "cam1",
            CrossingReading(
                at,
                line,
                "ab",
                number,
                VehicleClass.CAR,
                900,
                speed=400,
                run="r",
                plate=_plate(text, at, other),
                no_plate="",
            ),
        )
        antenna = 1 if number % 3 else 7  # of the second kind no lane is known
        agent._on_reading("etc1", TagReading(at, antenna, epc, 3, -50, tid=tid))


async def _collect(agent: Agent, folder: Path, site: Path, port: int, planted: Planted) -> None:
    """Everything that anybody could read of this unit while it runs."""
    url = f"http://127.0.0.1:{port}/metrics"
    planted.outputs["metrics"] = await asyncio.to_thread(_fetched, url)
    for name in ("status.sock", PASSAGES, READINGS):
        planted.outputs[name] = await asyncio.to_thread(door.knock, folder, name, 5.0)
    listed = await asyncio.to_thread(door.knock, folder, ALARMS, 5.0, b'{"do": "list"}')
    planted.outputs[ALARMS] = listed
    planted.outputs["about"] = agent._about()
    await _pages(folder, site, planted)
    bundle = await _made(["bundle"], folder / "bundle.zip", folder, site)
    with zipfile.ZipFile(io.BytesIO(bundle)) as inside:
        for name in inside.namelist():
            planted.outputs[f"bundle {name}"] = inside.read(name)


async def _pages(folder: Path, site: Path, planted: Planted) -> None:
    """The unit's own page, as its administrator sees it."""
    clock = SystemClock()
    house = House(site, folder, clock, frozenset({HOST}))
    house.accounts.put(Account("boss", Role.ADMIN, HASHED, clock.utc_ms()))
    cookie = house.sessions.begin("boss", Role.ADMIN, clock.mono_ns())
    transport = httpx.ASGITransport(app=build(house), client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
        browser.cookies.set("__Host-edge", cookie, domain=HOST)
        for link in menu():
            answer = await browser.get(link.path)
            assert answer.status_code == httpx.codes.OK, link.path
            planted.outputs[f"page {link.path}"] = answer.content
    await house.chores.close()


async def _report(folder: Path, site: Path) -> bytes:
    """The page about yesterday, today and tomorrow, wherever the unit's midnight is."""
    day = datetime.now(UTC).date()
    days = ["--from", str(day - timedelta(days=1)), "--to", str(day + timedelta(days=2))]
    return await _made(["report", *days], folder / "report.html", folder, site)


async def _made(words: list[str], out: Path, folder: Path, site: Path) -> bytes:
    """The file that a command makes."""
    words = [*words, "--config", str(site), "--state-dir", str(folder), "--out", str(out)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_agent", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    return _taken(out)


def _taken(out: Path) -> bytes:
    content = out.read_bytes()
    out.unlink()
    return content


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
        return bytes(answer.read())


@contextlib.asynccontextmanager
async def _running(agent: Agent, folder: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(agent.run())
    try:
        for _ in range(1000):
            if task.done() or (folder / "status.sock").exists():
                break
            await asyncio.sleep(0.01)
        yield
    finally:
        agent.stop()
        await task


async def _scan(folder: Path, purpose: str) -> Planted:
    site, state = folder / "unit.toml", folder / "state"
    port = free_port()
    site.write_text(SITE.format(broker=free_port(), metrics=port, purpose=purpose))
    state.mkdir()
    planted = Planted()
    with capture_logs() as logs:
        agent = Agent(load(site), state_dir=state, fingerprint="0" * 16)
        async with _running(agent, state):
            _drive(agent, planted)
            agent._recorder.pump(everything=True)
            await agent._spool.flush()
            assert agent.snapshot().events["passage"] >= MANY
            assert agent.snapshot().events["violation"] > 0
            await _collect(agent, state, site, port, planted)
    planted.outputs["report"] = await _report(state, site)
    planted.outputs["log"] = "\n".join(map(str, logs)).encode()
    planted.outputs["events"] = b"\n".join(row.body for row in inspect.rows(state / "spool.db"))
    for path in state.rglob("*"):
        if path.is_file():
            planted.outputs[str(path.relative_to(state))] = _readable(path)
    return planted


def _readable(path: Path) -> bytes:
    """What is in a file; the days of history are packed."""
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


@pytest.mark.slow
async def test_nothing_of_200_plates_and_tags_is_in_any_output(tmp_path: Path) -> None:
    planted = await _scan(tmp_path, "statistics")
    assert len(set(planted.plates)) == len(set(planted.tags)) == 2 * MANY
    assert {"metrics", "log", "status.sock", "events", READINGS, PASSAGES, ALARMS} <= set(
        planted.outputs
    )
    assert {"report", "page /passages", "bundle readings.ndjson"} <= set(planted.outputs)
    history = [name for name in planted.outputs if name.startswith("history/")]
    assert b'"violation"' in b"".join(planted.outputs[name] for name in history)
    found = planted.found()
    # What is sealed is for a court; it leaves as a masked copy, or with a reason on record.
    assert {name for name in found if not name.endswith(".evidence.zip")} == set()
    assert len(found) > 0


@pytest.mark.slow
async def test_the_search_finds_what_may_be_told(tmp_path: Path) -> None:
    planted = await _scan(tmp_path, "toll")
    found = planted.found()
    # A tag of no lane has no purpose, so that it stays hidden even here.
    assert len(found["events"] & set(planted.plates)) == 2 * MANY
    assert len(found["events"] & set(planted.tags)) >= MANY
    assert "•••".encode() in planted.outputs["page /passages"]
    others = {name for name in found if not name.endswith(".evidence.zip")}
    assert others <= {"events", "spool.db", "spool.db-wal"}, "nothing else ever tells"
