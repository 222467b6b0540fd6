"""The driver against the station over TCP and a serial line; nothing lost, nothing doubled."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge_agent.clock import SystemClock
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import Axle
from edge_agent.drivers.wim_modbus import KIND
from edge_agent.errors import Cause
from tests.drivers.wim_modbus.ring import Heard, Ring, context, driving, failure

BOTH = pytest.mark.parametrize("wire", ["tcp", "pty"])


@pytest.fixture
async def ring(wire: str) -> AsyncIterator[Ring]:
    async with Ring().on(wire) as ring:
        yield ring


@BOTH
async def test_every_vehicle_is_told_once_as_it_truly_was(ring: Ring) -> None:
    async with driving(ring.url) as (heard, _):
        await heard.polls()
        for count in (1, 2, 5, 8, 3):
            ring.drive(count)
            await heard.until(lambda: len(heard.axles()) == len(ring.records()))
    assert heard.numbers() == list(range(1, 20))
    for true, told in zip(ring.records(), heard.axles(), strict=True):
        assert [list(vars_of(axle)) for axle in told.axles] == true["axles"]
        assert told.gross == true["gross"]
        assert (told.lane, told.speed) == (str(true["lane"]), true["spd"])
        assert abs(told.at.utc_ms - true["t"]) <= told.at.spread_ms + 1
        assert told.flags == ()
    assert heard.inventory()[0].model == "WIM-2"
    assert ring.port.writes == 0


def vars_of(axle: Axle) -> tuple[int | None, int | None, int | None]:
    return axle.left, axle.right, axle.spacing


@BOTH
async def test_what_the_ring_overtook_is_counted_and_said(ring: Ring) -> None:
    async with driving(ring.url) as (heard, _):
        await heard.polls()
        ring.drive(8 + 5)
        await heard.until(lambda: len(heard.axles()) == 8)
        await heard.until(lambda: heard.figures().get("lost") == 5)
        assert heard.conditions()["records-lost"]
    assert heard.numbers() == list(range(6, 14))


@BOTH
async def test_a_slot_that_is_being_written_is_read_again(ring: Ring) -> None:
    async with driving(ring.url) as (heard, _):
        await heard.polls()
        ring.board.switch({"fault": "torn", "value": 2})
        ring.drive(1)
        await heard.until(heard.axles)
        await heard.until(lambda: heard.figures().get("torn", 0) >= 1)
        assert not heard.conditions()["records-lost"]
    assert heard.numbers() == [1]


@BOTH
async def test_a_slot_that_stays_torn_is_lost_by_its_number(ring: Ring) -> None:
    async with driving(ring.url) as (heard, _):
        await heard.polls()
        ring.board.switch({"fault": "torn", "value": 1_000_000})
        ring.drive(1)
        await heard.until(lambda: heard.conditions()["records-lost"])
        ring.board.switch({"fault": "torn", "on": False})
        ring.drive(1)
        await heard.until(heard.axles)
    assert heard.numbers() == [2]


@BOTH
async def test_a_broken_line_costs_nothing_while_the_ring_holds(ring: Ring) -> None:
    heard, ports = Heard(), PortBook()
    async with driving(ring.url, heard, ports) as (_, task):
        await heard.polls()
        ring.drive(2)
        await heard.until(lambda: len(heard.axles()) == 2)
        ring.board.switch({"fault": "silence"})
        assert (await failure(task)).cause is Cause.TIMEOUT
    ring.drive(4)
    ring.board.switch({"clear": True})
    async with driving(ring.url, heard, ports):
        await heard.until(lambda: len(heard.axles()) == 6)
        await heard.polls()
    assert heard.numbers() == [1, 2, 3, 4, 5, 6]
    assert not heard.conditions()["records-lost"]


async def test_a_fresh_unit_does_not_tell_what_the_ring_already_held() -> None:
    async with Ring().on() as ring:
        ring.drive(5)
        async with driving(ring.url) as (heard, _):
            await heard.polls()
            ring.drive(1)
            await heard.until(heard.axles)
    assert heard.numbers() == [6]


@BOTH
async def test_a_restart_of_the_station_is_noticed_and_numbers_begin_again(ring: Ring) -> None:
    async with driving(ring.url, fade_s=0.05) as (heard, _):
        await heard.polls()
        ring.drive(3)
        await heard.until(lambda: len(heard.axles()) == 3)
        ring.board.switch({"fault": "reboot"})
        ring.drive(4)
        await heard.until(lambda: len(heard.axles()) == 7)
        assert heard.figures().get("restarts", 1) == 1
        await heard.until(lambda: not heard.conditions()["station-restarted"])
    assert heard.numbers() == [1, 2, 3, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("exception", Cause.REFUSED),
        ("wrong-id", Cause.PROTOCOL),
        ("wrong-length", Cause.PROTOCOL),
        ("silence", Cause.TIMEOUT),
        ("half-frame", Cause.PROTOCOL),
        ("disconnect", Cause.GONE),
    ],
)
async def test_faults_of_the_wire_end_by_cause_and_never_become_a_vehicle(
    fault: str, cause: Cause
) -> None:
    async with Ring().on() as ring, driving(ring.url) as (heard, task):
        await heard.polls()
        ring.board.switch({"fault": fault, "value": 4})
        ring.drive(2)
        assert (await failure(task)).cause is cause
    assert heard.axles() == []


@BOTH
async def test_a_share_of_bad_answers_neither_loses_nor_doubles(ring: Ring) -> None:
    heard, ports = Heard(), PortBook()
    for fault in ("exception", "wrong-length", "noise-before", "garbage"):
        ring.board.switch({"fault": fault, "share": 0.08, "value": 4})

    async def keep_driving() -> None:
        while True:
            async with driving(ring.url, heard, ports, timeout_s=0.05) as (_, task):
                await asyncio.wait([task])

    keeper = asyncio.create_task(keep_driving())
    try:
        await heard.polls()
        for _ in range(20):
            ring.drive(1)
            await heard.until(lambda: len(heard.axles()) == len(ring.records()))
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    assert heard.numbers() == list(range(1, 21))
    told = [[list(vars_of(axle)) for axle in reading.axles] for reading in heard.axles()]
    assert told == [true["axles"] for true in ring.records()]


async def test_station_clock_is_followed_and_a_wrong_one_is_said() -> None:
    async with Ring().on() as ring, driving(ring.url) as (heard, _):
        await heard.polls()
        assert not heard.conditions()["clock-off"]
        ring.board.switch({"fault": "clock-off", "value": -3_600_000})
        await heard.until(lambda: heard.conditions()["clock-off"])
        ring.drive(1)
        await heard.until(heard.axles)
        reading = heard.axles()[0]
        assert abs(reading.at.utc_ms - ring.records()[0]["t"]) <= reading.at.spread_ms + 1
        ring.board.switch({"fault": "clock-not-set"})
        await heard.until(lambda: heard.conditions()["clock-not-set"])
        ring.drive(1)
        await heard.until(lambda: len(heard.axles()) == 2)
    late = heard.axles()[1]
    assert late.flags == ("clock-not-set", "time-uncertain")
    assert abs(late.at.utc_ms - ring.records()[1]["t"]) <= 200


async def test_a_probe_reads_and_a_stranger_is_told_apart() -> None:
    async with Ring().on() as ring:
        settings = KIND.settings.model_validate({"kind": "wim_modbus", "url": ring.url})
        told = await KIND.build(settings, context(Heard(), PortBook())).probe()
        assert (told.maker, told.versions["lanes"]) == ("Roadside Simulators", "2")
        assert ring.port.writes == 0


async def test_a_station_made_of_pymodbus_alone_is_read() -> None:
    """The independent end: registers by hand, served by somebody else's code."""
    now = SystemClock().utc_ms() - 1000
    cells = [0] * 200
    cells[0:10] = [22345, 1, 3, 1, 0, 1, 2, 64, 54, 1]

    async def show(
        _function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        _values: Any,
    ) -> None:
        utc = SystemClock().utc_ms()
        cells[10:13] = [utc // 1000 >> 16, utc // 1000 & 0xFFFF, utc % 1000]
        cells[13:15] = [305, 1]
        for index, cell in enumerate(cells):
            registers[index - start] = cell

    block = SimData(0, count=200, values=0, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(1, simdata=[block], action=show), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    transport: Any = server.transport
    port = transport.sockets[0].getsockname()[1]
    try:
        async with driving(f"tcp://127.0.0.1:{port}", identify=False) as (heard, _):
            await heard.polls()
            second = [0, 2, now // 1000 >> 16, now // 1000 & 0xFFFF, now % 1000, 1, 2, 612]
            second += [0, 9800, 700, 305, 0b10, 0, 0, 0, 2500, 2400, 65535, 2450, 2450, 410]
            cells[64 + 54 : 64 + 54 + len(second)] = second
            cells[64 + 54 + 52 : 64 + 54 + 54] = [0, 2]
            cells[4:6] = [0, 2]
            await heard.until(heard.axles)
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]
    (reading,) = heard.axles()
    assert (reading.number, reading.gross, reading.speed, reading.length) == (2, 9800, 612, 700)
    assert reading.axles == (Axle(2500, 2400), Axle(2450, 2450, 410))
    assert reading.flags == ("straddling",)
    assert abs(reading.at.utc_ms - now) <= reading.at.spread_ms + 2
