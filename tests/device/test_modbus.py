"""The bus against servers that are not ours (pymodbus) and lines that misbehave (the simulator)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge_agent.clock import SystemClock
from edge_agent.device.endpoint import parse
from edge_agent.device.modbus import ModbusBus, Pace, bus
from edge_agent.device.modbus_frames import Read, Table
from edge_agent.device.ports import PortBook
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.faults import Faults
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort, TcpPort
from edge_agent.simulators.signal.timebase import SteppedTime

PACE = Pace(timeout_s=0.1)
ONE_BLOCK = Read(Table.INPUT, 0, 20)


@asynccontextmanager
async def _pymodbus(*blocks: SimData) -> AsyncIterator[str]:
    device = SimDevice(7, simdata=list(blocks))
    server = ModbusTcpServer(device, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    transport: Any = server.transport
    try:
        yield f"tcp://127.0.0.1:{transport.sockets[0].getsockname()[1]}"
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _bus(url: str) -> AsyncIterator[ModbusBus]:
    async with bus(PortBook(), parse(url), SystemClock()) as opened:
        yield opened


@asynccontextmanager
async def _line(*units: int, baud: int = 0) -> AsyncIterator[tuple[PtyPort, str]]:
    time = SteppedTime()
    controllers = {unit: Controller(four_arms(), time, lambda _: None) for unit in units}
    port = PtyPort(controllers, Faults(), baud)
    url = await port.open()
    try:
        yield port, url
    finally:
        await port.close()


async def test_somebody_elses_server_is_read_right() -> None:
    numbers = SimData(10, values=[1, 0xFFFF, 0x1234], datatype=DataType.REGISTERS)
    async with _pymodbus(numbers) as url, _bus(url) as opened:
        answer = await opened.read(7, Read(Table.HOLDING, 10, 3), PACE)
        assert answer.values == (1, 0xFFFF, 0x1234)
        assert answer.asked_ns < answer.answered_ns
        with pytest.raises(DeviceError) as caught:
            await opened.read(7, Read(Table.HOLDING, 500, 3), PACE)
        assert caught.value.cause is Cause.REFUSED
        assert "illegal data address" in caught.value.detail
        assert (await opened.read(7, Read(Table.HOLDING, 11, 1), PACE)).values == (0xFFFF,)


async def test_coils_of_somebody_elses_server_are_in_order() -> None:
    bits = [True, False, False, True, True, False, True, False, True, True, False, *[False] * 5]
    block = SimData(0, values=bits, datatype=DataType.BITS)
    async with _pymodbus(block) as url, _bus(url) as opened:
        for count in (1, 7, 8, 9, 11):
            answer = await opened.read(7, Read(Table.COIL, 0, count), PACE)
            assert answer.values == tuple(map(int, bits[:count]))


async def test_many_users_at_once_each_get_their_own_answer() -> None:
    numbers = SimData(0, values=list(range(100)), datatype=DataType.REGISTERS)
    async with _pymodbus(numbers) as url, _bus(url) as opened:
        pace = Pace(timeout_s=2)
        reads = [Read(Table.HOLDING, at, 2) for at in range(90)]
        answers = await asyncio.gather(*(opened.read(7, read, pace) for read in reads))
        assert [answer.values for answer in answers] == [(at, at + 1) for at in range(90)]


async def test_one_port_one_session_and_other_line_settings_are_refused() -> None:
    ports = PortBook()
    async with _line(1) as (_, url):
        async with bus(ports, parse(url), SystemClock()) as one:
            async with bus(ports, parse(url), SystemClock()) as other:
                assert one is other
            assert (await one.read(1, ONE_BLOCK, PACE)).values[2] == 1
            with pytest.raises(DeviceError, match="has it open as") as caught:
                async with bus(ports, parse(f"{url}?baud=19200"), SystemClock()):
                    pass
            assert caught.value.cause is Cause.REFUSED
        with pytest.raises(DeviceError):
            await one.read(1, ONE_BLOCK, Pace(timeout_s=0.01))


async def test_another_program_on_the_port_is_told() -> None:
    async with _line(1) as (_, url), _bus(url) as opened, _bus(url) as stranger:
        await opened.read(1, ONE_BLOCK, PACE)
        with pytest.raises(DeviceError, match="another program") as caught:
            await stranger.read(1, ONE_BLOCK, PACE)
        assert caught.value.cause is Cause.REFUSED


async def _polls(
    opened: ModbusBus, unit: int, seconds: float, every_s: float, pace: Pace
) -> tuple[int, int]:
    """Polls answered and failed in the time, by a device that backs off for 0.2 s at a failure."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    good = bad = 0
    while loop.time() < end:
        try:
            await opened.read(unit, ONE_BLOCK, pace)
            good += 1
            await asyncio.sleep(every_s)
        except DeviceError:
            bad += 1
            await asyncio.sleep(0.2)
    return good, bad


@pytest.mark.slow
@pytest.mark.parametrize("dead", [1, 3])
async def test_dead_slaves_cost_their_neighbours_less_than_a_tenth(dead: int) -> None:
    """Each dead one is asked again every 0.2 s: without rests they would hold the line half the
    time (one) or nearly always (three)."""
    pace = Pace(timeout_s=0.06)

    async def round_(units: list[int], seconds: float) -> dict[int, tuple[int, int]]:
        async with _line(1, 2, baud=38400) as (_, url), _bus(url) as opened:
            polls = [_polls(opened, unit, seconds, 0.02, pace) for unit in units]
            return dict(zip(units, await asyncio.gather(*polls), strict=True))

    alone = await round_([1, 2], 1.5)
    shared = await round_([1, 2, *range(50, 50 + dead)], 4.5)
    assert all(good == 0 and bad >= 2 for good, bad in list(shared.values())[2:])
    for unit in (1, 2):
        assert shared[unit][1] <= 2, "a stalled machine may miss an answer, the dead cost none"
        # A tenth is what it costs; twice as much again is left to a machine that does other things,
        # and without rests three dead ones would leave less than a third.
        assert shared[unit][0] >= 0.7 * 3 * alone[unit][0], (alone, shared)


async def test_a_slave_that_is_alone_never_rests() -> None:
    async with _line(1) as (port, url), _bus(url) as opened:
        await opened.read(1, ONE_BLOCK, PACE)
        port.faults.switch_wire({"fault": "silence", "times": 6})
        for _ in range(3):
            with pytest.raises(DeviceError, match="no answer within"):
                await opened.read(1, ONE_BLOCK, Pace(timeout_s=0.02))
        port.faults.active.clear()
        assert (await opened.read(1, ONE_BLOCK, PACE)).values[2] == 1


async def test_a_slave_at_rest_is_not_asked_and_says_why() -> None:
    async with _line(1, 9) as (port, url), _bus(url) as opened:
        await opened.read(1, ONE_BLOCK, PACE)
        await opened.read(9, ONE_BLOCK, PACE)
        port.faults.switch_wire({"fault": "silence", "times": 2})
        for _ in range(2):
            with pytest.raises(DeviceError, match="no answer within"):
                await opened.read(9, ONE_BLOCK, Pace(timeout_s=0.03))
        asked = port.requests[9]
        with pytest.raises(DeviceError, match="asked again in") as caught:
            await opened.read(9, ONE_BLOCK, PACE)
        assert caught.value.cause is Cause.TIMEOUT
        assert port.requests[9] == asked


async def test_a_late_rtu_reply_is_asked_around() -> None:
    """The reply to a first block comes while a second block of the same size is asked for."""
    async with _line(1) as (port, url), _bus(url) as opened:
        first, second = Read(Table.INPUT, 0, 4), Read(Table.INPUT, 4, 4)
        expected = (await opened.read(1, second, PACE)).values
        assert expected != (await opened.read(1, first, PACE)).values
        for _ in range(5):
            port.faults.switch_wire({"fault": "delay", "value": 0.06, "times": 1})
            with pytest.raises(DeviceError):
                await opened.read(1, first, Pace(timeout_s=0.05))
            assert (await opened.read(1, second, PACE)).values == expected


async def test_a_half_open_connection_is_dropped_and_opened_anew() -> None:
    async with _pymodbus(SimData(0, values=[5], datatype=DataType.REGISTERS)) as url:
        swallowed: list[asyncio.StreamWriter] = []

        async def hole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            swallowed.append(writer)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(hole, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, _bus(f"tcp://127.0.0.1:{port}") as opened:
            for _ in range(4):
                with pytest.raises(DeviceError):
                    await opened.read(7, Read(Table.HOLDING, 0, 1), Pace(timeout_s=0.02))
            assert opened.figures["connects"] == 2
        async with _bus(url) as opened:
            assert (await opened.read(7, Read(Table.HOLDING, 0, 1), PACE)).values == (5,)


async def test_a_cancelled_request_leaves_the_bus_usable() -> None:
    async with _line(1) as (port, url), _bus(url) as opened:
        port.faults.switch_wire({"fault": "delay", "value": 0.05, "times": 1})
        task = asyncio.create_task(opened.read(1, Read(Table.INPUT, 0, 4), Pace(timeout_s=1)))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await opened.read(1, Read(Table.INPUT, 2, 4), Pace(timeout_s=1))).values[0] == 1


async def test_pauses_between_requests_are_kept() -> None:
    time = SteppedTime()
    port = TcpPort({1: Controller(four_arms(), time, lambda _: None)}, Faults())
    url = await port.open("127.0.0.1", 0)
    async with _bus(url) as opened:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(4):
            await opened.read(1, ONE_BLOCK, Pace(pause_s=0.03, connect_pause_s=0.05))
        assert loop.time() - began >= 0.05 + 3 * 0.03
    await port.close()


async def test_a_gateway_that_says_its_target_is_silent_is_a_timeout() -> None:
    time = SteppedTime()
    port = TcpPort({1: Controller(four_arms(), time, lambda _: None)}, Faults())
    url = await port.open("127.0.0.1", 0)
    async with _bus(url) as opened:
        port.faults.switch_wire({"fault": "exception", "value": 11})
        for _ in range(5):
            with pytest.raises(DeviceError) as caught:
                await opened.read(1, ONE_BLOCK, PACE)
            assert caught.value.cause is Cause.TIMEOUT
        assert opened.figures["connects"] == 1
    await port.close()
