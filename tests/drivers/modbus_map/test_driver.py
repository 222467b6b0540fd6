"""The driver against the cabinet, on a shared serial bus, and against somebody else's server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge_agent.device.ports import PortBook
from edge_agent.device.readings import FigureReading
from edge_agent.drivers.modbus_map import KIND
from edge_agent.errors import Cause
from edge_agent.simulators.cabinet.faults import Switchboard
from edge_agent.simulators.cabinet.post import Cabinet, Weather
from edge_agent.simulators.signal.server import PtyPort, TcpPort
from edge_agent.simulators.signal.timebase import SteppedTime
from edge_agent.simulators.signal.wire import Slave
from tests.drivers.wim_modbus.ring import Heard, context, failure

BOTH = pytest.mark.parametrize("wire", ["tcp", "pty"])
NOON = 12 * 3600


class Post:
    """A cabinet on stepped time behind a port."""

    def __init__(self, begin_s: float = NOON) -> None:
        self.time = SteppedTime()
        self.truth: list[dict[str, Any]] = []
        self.cabinet = Cabinet(self.time, self.truth.append, begin_s=begin_s)
        self.weather = Weather(self.cabinet)
        self.board = Switchboard(self.cabinet, self.weather)
        self.port: TcpPort | PtyPort
        self.url = ""

    @asynccontextmanager
    async def on(self, wire: str = "tcp") -> AsyncIterator["Post"]:
        units: dict[int, Slave] = {1: self.cabinet, 2: self.weather}
        if wire == "tcp":
            self.port = port = TcpPort(units, self.board.wire)
            self.url = await port.open("127.0.0.1", 0)
        else:
            self.port = serial = PtyPort(units, self.board.wire)
            self.url = await serial.open()
        try:
            yield self
        finally:
            await self.port.close()


def figures(heard: Heard) -> dict[str, int | None]:
    return {r.name: r.value for r in heard.readings if isinstance(r, FigureReading)}


@asynccontextmanager
async def driving(
    url: str, ports: PortBook | None = None, **facts: Any
) -> AsyncIterator[tuple[Heard, "asyncio.Task[None]"]]:
    heard = Heard()
    base = {"kind": "modbus_map", "url": url, "profile": "cabinet_v1", "poll_s": 0.02}
    settings = KIND.settings.model_validate(base | {"timeout_s": 0.3} | facts)
    task = asyncio.create_task(
        KIND.build(settings, context(heard, ports or PortBook())).run(heard.emit), name="driver"
    )
    try:
        yield heard, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@BOTH
async def test_figures_conditions_and_who_it_is(wire: str) -> None:
    async with Post().on(wire) as post, driving(post.url) as (heard, _):
        await heard.polls()
        assert figures(heard) == {
            "mains": 230400, "temperature": 300, "humidity": 610, "battery": 13600,
            "charge": 1000, "water": 0, "energy": 120_000,
        }  # fmt: skip
        assert not any(heard.conditions().values())
        assert heard.inventory()[0].model == "CAB-1"
        post.board.switch({"fault": "door-open"})
        post.board.switch({"fault": "figure", "name": "temperature", "value": None})
        await heard.until(lambda: heard.conditions()["door-open"])
        await heard.until(lambda: figures(heard)["temperature"] is None)
        post.board.switch({"clear": True})
        await heard.until(lambda: not heard.conditions()["door-open"])
        assert post.port.writes == 0


async def test_the_battery_of_the_scripted_outage_is_followed_down_and_up() -> None:
    async with Post(13 * 3600 - 10).on() as post, driving(post.url) as (heard, _):
        await heard.polls()
        levels = [figures(heard)["charge"]]
        for _ in range(14):
            post.time.step(600)
            await heard.polls(3)
            levels.append(figures(heard)["charge"])
    measured = [level for level in levels if level is not None]
    assert measured[0] == 1000
    lowest = min(measured)
    assert 640 <= lowest <= 700
    assert measured[-1] > lowest
    told = [(entry["code"], entry["active"]) for entry in post.truth]
    assert told.count(("mains-failed", True)) == told.count(("mains-failed", False)) == 1


async def test_two_slaves_of_one_serial_bus_and_a_dead_third() -> None:
    ports = PortBook()
    async with (
        Post(6 * 3600).on("pty") as post,
        driving(post.url, ports) as (cabinet, _),
        driving(post.url, ports, unit_id=2, profile="road_weather_v1") as (weather, _),
        driving(post.url, ports, unit_id=9, timeout_s=0.1) as (dead, task),
    ):
        assert (await failure(task)).cause is Cause.TIMEOUT
        await cabinet.polls(10)
        await weather.polls(10)
    assert figures(weather)["visibility"] == 100
    assert figures(weather)["strain"] == 51_667
    assert figures(cabinet)["mains"] == 230400
    assert dead.readings == []


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("exception", Cause.REFUSED),
        ("wrong-id", Cause.PROTOCOL),
        ("wrong-length", Cause.PROTOCOL),
        ("silence", Cause.TIMEOUT),
        ("garbage", Cause.PROTOCOL),
        ("disconnect", Cause.GONE),
    ],
)
async def test_faults_of_the_wire_end_by_cause_and_never_become_a_value(
    fault: str, cause: Cause
) -> None:
    async with Post().on() as post, driving(post.url) as (heard, task):
        await heard.polls()
        before = figures(heard)
        post.board.switch({"fault": fault, "value": 4})
        assert (await failure(task)).cause is cause
    assert figures(heard) == before


@BOTH
async def test_noise_on_the_wire_never_becomes_a_value(wire: str) -> None:
    async with Post().on(wire) as post:
        for fault in ("bad-crc", "noise-before", "wrong-length", "wrong-id", "half-frame"):
            if wire == "pty" or fault != "bad-crc":
                post.board.switch({"fault": fault, "share": 0.1})
        seen: set[tuple[str, int | None]] = set()
        polls = 0
        while polls < 60:
            async with driving(post.url, timeout_s=0.05) as (heard, task):
                await asyncio.wait([task], timeout=0.5)
                polls += heard.alive
                seen |= {(r.name, r.value) for r in heard.readings if isinstance(r, FigureReading)}
                assert not any(heard.conditions().values())
    assert len(seen) == 7


async def test_a_device_made_of_pymodbus_alone_is_read(tmp_path: Path) -> None:
    profile = tmp_path / "rectifier.toml"
    profile.write_text(
        'version = 1\ntitle = "r"\nsource = "s"\ngap = 0\n'
        '[[figure]]\nname = "volts"\nat = { table = "holding", address = 20, type = "f32", '
        'scale = 1000, unit = "mV" }\n'
        '[[figure]]\nname = "level"\nat = { table = "holding", address = 30, type = "s32", '
        'order = "little" }\n'
        '[[condition]]\ncode = "fan"\nat = { table = "holding", address = 40, bit = 3 }\n'
    )
    cells = [SimData(20, values=48.5, datatype=DataType.FLOAT32)]
    cells += [SimData(30, values=[0xFFFE, 0xFFFF, *[0] * 8, 8], datatype=DataType.REGISTERS)]
    server = ModbusTcpServer(SimDevice(1, simdata=cells), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    transport: Any = server.transport
    url = f"tcp://127.0.0.1:{transport.sockets[0].getsockname()[1]}"
    try:
        async with driving(url, profile=str(profile)) as (heard, _):
            await heard.until(lambda: heard.conditions().get("fan"))
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]
    assert figures(heard) == {"volts": 48500, "level": -2}
