"""A controller made of pymodbus alone: 64 holding registers, one lamp that changes now and then.

``python -m tests.bench.plc SEED [SHORTEST_S LONGEST_S]``: first line of stdout is its port, every
further line the UTC ns of a change. Ends with its stdin.
"""

import asyncio
import os
import random
import sys
import time
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

REGISTERS = 64
RED, GREEN = 0b001, 0b100
SHORTEST_S, LONGEST_S = 0.25, 0.6
"""Longer than the spool's window: a change that waits for its group measures the window."""

MAP = """\
version = 1
title = "Bench controller"
source = "tests/bench/plc.py"

[[phase]]
number = 1
red = [{ table = "holding", address = 0, bit = 0 }]
yellow = [{ table = "holding", address = 0, bit = 1 }]
green = [{ table = "holding", address = 0, bit = 2 }]
""" + "".join(
    f"""
[[detector]]
name = "d{address}"
counter = {{ table = "holding", address = {address}, type = "u16" }}
"""
    for address in range(1, REGISTERS)
)


async def _serve(seed: int, shortest_s: float, longest_s: float) -> None:
    lamp = [RED]

    async def show(
        _function: int,
        start: int,
        _address: int,
        _count: int,
        registers: list[int],
        _values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        registers[-start] = lamp[0]
        return None

    block = SimData(0, count=REGISTERS, values=0, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(1, simdata=[block], action=show), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    transport: Any = server.transport
    _say(transport.sockets[0].getsockname()[1])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(
        sys.stdin.fileno(), lambda: stop.set() if not os.read(0, 4096) else None
    )
    dice = random.Random(seed)
    while not stop.is_set():
        try:
            async with asyncio.timeout(dice.uniform(shortest_s, longest_s)):
                await stop.wait()
        except TimeoutError:
            lamp[0] = RED + GREEN - lamp[0]
            _say(time.time_ns())
    await server.shutdown()  # type: ignore[no-untyped-call]


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    pace = [float(word) for word in sys.argv[2:]] or [SHORTEST_S, LONGEST_S]
    asyncio.run(_serve(int(sys.argv[1]), *pace))
