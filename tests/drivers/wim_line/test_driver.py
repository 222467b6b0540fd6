"""The driver against the station: whatever the line does, each vehicle once and none missing."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.device.ports import PortBook
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.wim.lines import PtyLines
from tests.drivers.wim_line.line import Cutter, Line, build, listening
from tests.drivers.wim_modbus.ring import Heard

BOTH = pytest.mark.parametrize("wire", ["tcp", "pty"])


async def empty(line: Line) -> None:
    """The station has nothing left to send."""
    async with asyncio.timeout(20):
        while line.station.kept:  # noqa: ASYNC110 - a simulator tells nobody
            await asyncio.sleep(0.01)


@BOTH
async def test_every_vehicle_is_told_once_as_sent_and_forgotten_by_the_station(wire: str) -> None:
    async with Line().on(wire) as line, listening(line.url) as (heard, _):
        await heard.until(heard.conditions)
        line.drive(40)
        await empty(line)
        await heard.until(lambda: len(heard.axles()) == 40)
    assert heard.numbers() == list(range(1, 41))
    for true, told in zip(line.records(), heard.axles(), strict=True):
        assert [[a.left, a.right, a.spacing] for a in told.axles] == true["axles"]
        assert (told.gross, told.speed, told.flags) == (true["gross"], true["spd"], ())
        assert abs(told.at.utc_ms - true["t"]) <= told.at.spread_ms + 1


@BOTH
async def test_1000_that_waited_arrive_in_order_after_the_line_is_back(wire: str) -> None:
    async with Line().on(wire, repeat_s=2) as line:
        async with listening(line.url) as (heard, _):
            await heard.until(heard.conditions)
        line.drive(1000)
        async with listening(line.url, ack_after_s=0) as (heard, _):
            await heard.until(lambda: len(heard.axles()) == 1000)
            assert not heard.conditions().get("records-lost")
    assert heard.numbers() == list(range(1, 1001))


@BOTH
async def test_a_noisy_line_with_deaf_spells_neither_loses_nor_doubles(wire: str) -> None:
    line = Line()
    for fault in ("bad-crc", "half-frame", "garbage", "noise-before", "deaf"):
        line.board.switch({"fault": fault, "share": 0.1})
    async with line.on(wire, repeat_s=0.1), listening(line.url) as (heard, _):
        await heard.until(heard.conditions)
        for _ in range(6):
            line.drive(5)
            await heard.until(lambda: len(heard.axles()) >= len(line.records()))
        line.board.switch({"clear": True})
        await empty(line)
    assert sorted(heard.numbers()) == list(range(1, 31))
    told = {r.number: [[a.left, a.right, a.spacing] for a in r.axles] for r in heard.axles()}
    assert [told[true["n"]] for true in line.records()] == [t["axles"] for t in line.records()]


async def test_cut_after_each_byte_nothing_is_lost_or_doubled() -> None:
    """Introduction, heartbeat and three records are below 450 bytes: a cut after each of them."""
    line, heard = Line(), Heard()
    async with line.on(repeat_s=0.1):
        cutter = Cutter(line.url, first=1, step=1)
        async with cutter.on() as url, listening(url, heard, ack_after_s=0), asyncio.timeout(30):
            while cutter.cuts < 450 or line.station.kept:
                if not line.station.kept:
                    line.drive(3)
                await asyncio.sleep(0.002)
    assert sorted(heard.numbers()) == list(range(1, len(line.records()) + 1))
    assert len(line.records()) > 30
    assert not heard.conditions()["records-lost"]


async def test_what_the_station_dropped_is_counted_and_said() -> None:
    line = Line()
    line.station.keep = 20
    async with line.on() as running, listening(running.url) as (heard, _):
        await heard.until(heard.conditions)
        running.board.switch({"fault": "silence"})
        line.drive(50)
        running.board.switch({"fault": "silence", "on": False})
        await heard.until(lambda: len(heard.axles()) >= 20)
        await heard.until(lambda: heard.figures().get("lost") == 30)
        assert heard.conditions()["records-lost"]
    assert heard.numbers() == list(range(31, 51))


async def test_a_restart_of_the_station_is_noticed() -> None:
    async with Line().on() as line, listening(line.url) as (heard, _):
        await heard.until(heard.conditions)
        line.drive(3)
        await empty(line)
        line.board.switch({"fault": "reboot"})
        line.drive(2)
        await heard.until(lambda: len(heard.axles()) == 5)
        assert heard.conditions()["station-restarted"]
    assert heard.numbers() == [1, 2, 3, 1, 2]


async def test_a_probe_hears_who_it_is_and_sends_nothing() -> None:
    async with Line().on() as line:
        line.drive(2)
        told = await build(line.url, Heard(), PortBook()).probe()
        assert (told.model, told.serial) == ("WIM-2", "SN-0042")
        assert len(line.station.kept) == 2


@BOTH
@pytest.mark.parametrize(
    ("fault", "cause"), [("silence", Cause.TIMEOUT), ("bad-crc", Cause.CHECKSUM)]
)
async def test_silence_and_noise_end_by_their_cause(wire: str, fault: str, cause: Cause) -> None:
    line = Line()
    line.board.switch({"fault": fault})
    line.drive(4)
    async with line.on(wire, repeat_s=0.05):
        with pytest.raises(DeviceError) as caught:
            await build(line.url, heard := Heard(), PortBook(), timeout_s=0.4).run(heard.emit)
    assert caught.value.cause is cause
    assert heard.axles() == []


async def test_an_unplugged_adapter_is_gone_and_used_again_by_its_name(tmp_path: Path) -> None:
    heard, ports, line, link = Heard(), PortBook(), Line(), tmp_path / "scale"
    first = PtyLines(line.station, line.board.wire, 0.1)
    url = await first.open(link)
    task = asyncio.create_task(build(url, heard, ports).run(heard.emit), name="driver")
    line.drive(2)
    await heard.until(lambda: len(heard.axles()) == 2)
    await first.close()
    with pytest.raises(DeviceError) as caught:
        await task
    assert caught.value.cause is Cause.GONE
    line.drive(3)
    second = PtyLines(line.station, line.board.wire, 0.1)
    assert await second.open(link) == url
    try:
        async with listening(url, heard, ports):
            await heard.until(lambda: len(heard.axles()) >= 5)
            await empty(line)
    finally:
        await second.close()
    assert heard.numbers() == [1, 2, 3, 4, 5]


async def test_record_is_kept_by_the_station_until_it_is_durable_here() -> None:
    asked, on_disk = asyncio.Event(), asyncio.Event()

    async def durable() -> None:
        asked.set()
        await on_disk.wait()

    async with Line().on() as line:
        heard, ports = Heard(), PortBook()
        driver = build(line.url, heard, ports, ack_after_s=0)
        driver._context = replace(driver._context, durable=durable)
        task = asyncio.create_task(driver.run(heard.emit))
        await heard.until(heard.conditions)
        line.drive(3)
        async with asyncio.timeout(5):
            await asked.wait()
        await heard.until(heard.axles)
        assert len(line.station.kept) == 3
        on_disk.set()
        await empty(line)
        assert heard.numbers() == [1, 2, 3]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
