"""The composed agent against a real broker, a real centre and a controller on a real socket."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from edge_agent import cli
from edge_agent.agent import Agent
from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.clock import SystemClock, stamp
from edge_agent.device.readings import TagReading
from edge_agent.errors import Problem, SpoolError
from edge_agent.history import recent
from edge_agent.history.read import lines
from edge_agent.settings import UnitSettings, load
from tests.bench import plc
from tests.bench.whole import Plc, process
from tests.brokers import Mosquitto, free_port, needs_mosquitto

SITE = """
version = 1
[unit]
province = "p"
site = "s"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1:{broker}"
[metrics]
listen = "127.0.0.1:0"
[device.ctl]
kind = "signal_modbus"
url = "tcp://127.0.0.1:{modbus}"
profile = "{profile}"
poll_hz = 50
[lane.north]
interval_s = 5
detectors = [{{ device = "ctl", detector = "d1" }}]
"""


async def until(what: Callable[[], bool], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.02)


@dataclass
class Stage:
    """A running agent and the means to look at it."""

    agent: Agent
    task: asyncio.Task[None]
    state_dir: Path

    def alarms(self) -> set[tuple[str, str]]:
        return {(alarm.device, alarm.code) for alarm in self.agent.snapshot().alarms}

    async def stop(self) -> None:
        self.agent.stop()
        await self.task


@contextlib.asynccontextmanager
async def running(settings: UnitSettings, folder: Path, **more: Any) -> AsyncIterator[Stage]:
    agent = Agent(settings, state_dir=folder, fingerprint="0" * 16, **more)
    task = asyncio.create_task(agent.run())
    try:
        await until(lambda: task.done() or (folder / "status.sock").exists())
        yield Stage(agent, task, folder)
    finally:
        if not task.done():
            agent.stop()
        await task


def settings(folder: Path, *, broker: int, modbus: int) -> UnitSettings:
    (folder / "map.toml").write_text(plc.MAP, encoding="utf-8")
    site = folder / "site.toml"
    text = SITE.format(broker=broker, modbus=modbus, profile=folder / "map.toml")
    site.write_text(text, encoding="utf-8")
    return load(site)


def bodies(db: Path, stream: str) -> list[dict[str, Any]]:
    store = SqliteStore(db, read_only=True)
    try:
        return [json.loads(event.body) for event in store.events(stream=stream)]
    finally:
        store.close()


@needs_mosquitto
async def test_unit_starts_with_everything_missing_and_loses_nothing(tmp_path: Path) -> None:
    """Device and broker come later; what was recorded meanwhile arrives, in order, once."""
    port = free_port()
    unit = settings(tmp_path, broker=port, modbus=free_port())
    async with running(unit, tmp_path) as stage:
        snapshot = stage.agent.snapshot
        await until(lambda: snapshot().devices[0].state == "down")
        assert snapshot().devices[0].cause in ("refused", "gone")
        assert not snapshot().uplink.connected
        recorded = snapshot().spool.rows
        assert recorded >= 2
        store = SqliteStore(tmp_path / "centre.db")
        with Mosquitto(port=port), Centre(Broker(f"mqtt://127.0.0.1:{port}"), store):
            await until(lambda: snapshot().uplink.last_receipt_ms is not None)
            await until(lambda: snapshot().spool.rows == 0)
            await stage.stop()
        store.close()
    states = bodies(tmp_path / "centre.db", "dev")
    assert states[0]["state"] == "down"
    assert [body["sq"] for body in states] == list(range(1, len(states) + 1))


@needs_mosquitto
async def test_way_from_a_lamp_to_the_centre(tmp_path: Path) -> None:
    with (
        Mosquitto() as broker,
        process("tests.bench.plc", "1", "0.05", "0.1", output=True) as plant,
    ):
        controller = Plc(plant)
        unit = settings(tmp_path, broker=broker.port, modbus=controller.port)
        store = SqliteStore(tmp_path / "centre.db")
        with Centre(Broker(f"mqtt://127.0.0.1:{broker.port}"), store) as centre:
            await asyncio.to_thread(centre.ready, 10)
            async with running(unit, tmp_path) as stage:
                await until(lambda: stage.agent.snapshot().events.get("signal", 0) > 20)
                await until(lambda: stage.agent.snapshot().devices[0].state == "ok")
                await stage.stop()
            await until(lambda: not any(account.gaps() for account in centre.accounts()))
        store.close()
    signals = bodies(tmp_path / "centre.db", "signal")
    assert len(signals) > 20
    assert [body["sq"] for body in signals] == list(range(1, len(signals) + 1))
    assert signals[0]["first"] is True
    colours = [body["ph"]["1"] for body in signals]
    assert all(one != other for one, other in pairwise(colours))
    (agg, *_) = bodies(tmp_path / "centre.db", "agg")
    assert (agg["lane"], agg["src"], agg["n"]) == ("north", "detector", [])


@needs_mosquitto
async def test_last_good_settings_are_said_as_an_alarm(tmp_path: Path) -> None:
    problem = Problem("site.toml", 7, "uplink.broker", "x", "is no URL", "mqtt://…", "mend it")
    with Mosquitto() as broker:
        unit = settings(tmp_path, broker=broker.port, modbus=free_port())
        async with running(unit, tmp_path, problems=[problem]) as stage:
            await until(lambda: ("u1", "config") in stage.alarms())
            (alarm,) = (a for a in stage.agent.snapshot().alarms if a.code == "config")
            assert "site.toml:7" in alarm.text


@needs_mosquitto
async def test_taken_metrics_port_does_not_keep_the_unit_from_measuring(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        unit = settings(tmp_path, broker=broker.port, modbus=free_port())
        taken = unit.metrics.model_copy(update={"listen": f"127.0.0.1:{broker.port}"})
        unit = unit.model_copy(update={"metrics": taken})
        async with running(unit, tmp_path) as stage:
            await until(lambda: ("u1", "metrics-port") in stage.alarms())
            await until(lambda: stage.agent.snapshot().uplink.connected)


@needs_mosquitto
async def test_broken_reading_costs_itself_only(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        unit = settings(tmp_path, broker=broker.port, modbus=free_port())
        async with running(unit, tmp_path) as stage:
            stage.agent._recorder.reading("ctl", TagReading(stamp(SystemClock()), 0, "not hex"))
            await until(lambda: ("ctl", "unfit-reading") in stage.alarms())
            # The device itself may still be on its way up.
            await until(
                lambda: stage.agent.snapshot().devices[0].figures.get("unfit-readings") == 1
            )
            assert not stage.task.done()


async def test_spool_that_cannot_open_is_an_error_not_a_silence(tmp_path: Path) -> None:
    unit = settings(tmp_path, broker=free_port(), modbus=free_port())
    (tmp_path / "state").write_text("a file where the folder should be", encoding="utf-8")
    agent = Agent(unit, state_dir=tmp_path / "state", fingerprint="0" * 16)
    with pytest.raises(SpoolError):
        await agent.run()


async def test_what_was_recorded_is_remembered_after_the_end(tmp_path: Path) -> None:
    unit = settings(tmp_path, broker=free_port(), modbus=free_port())
    async with running(unit, tmp_path) as stage:
        await until(lambda: stage.agent.snapshot().devices[0].state == "down")
        assert (await asyncio.to_thread(recent.ask, tmp_path)).timezone == "Asia/Ho_Chi_Minh"
        await stage.stop()
    kept = [json.loads(line) for line in lines(tmp_path / "history", 0, 10**14, [])]
    assert {"dev", "agg"} <= {event["st"] for event in kept}
    assert not (tmp_path / recent.SOCKET).exists()


async def test_who_has_shelved_what_outlives_the_agent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = Problem("site.toml", 7, "uplink.broker", "x", "is no URL", "mqtt://…", "mend it")
    unit = settings(tmp_path, broker=free_port(), modbus=free_port())
    words = ["alarms", "shelve", "u1/config", "--for", "2h", "--why", "Lan mends it"]
    async with running(unit, tmp_path, problems=[problem]) as stage:
        await until(lambda: ("u1", "config") in stage.alarms())
        code = await asyncio.to_thread(cli.main, [*words, "--state-dir", str(tmp_path)])
        assert (code, stage.agent.snapshot().quiet.shelved) == (0, 1)
        assert ("u1", "config") not in stage.alarms()
        await stage.stop()
    assert "Lan mends it" in capsys.readouterr().out
    async with running(unit, tmp_path, problems=[problem]) as stage:
        await until(lambda: stage.agent.snapshot().quiet.shelved == 1)
        assert ("u1", "config") not in stage.alarms()
        await stage.stop()
    told = [json.loads(line) for line in lines(tmp_path / "history", 0, 10**14, [])]
    config = [event for event in told if event["st"] == "alarm" and event["code"] == "config"]
    assert [event["state"] for event in config] == ["raised", "shelved", "shelved"]
    assert [event.get("shelf", {}).get("why") for event in config] == [None, *2 * ["Lan mends it"]]
    assert config[-1]["on"] is True
