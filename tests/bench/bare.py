"""What one would write in an afternoon: poll with pymodbus, publish changes with paho.

``python -m tests.bench.bare MODBUS_PORT MQTT_PORT POLL_HZ``; ends with its stdin. Nothing is kept,
nothing is repeated, nobody answers: the yardstick for speed, not for use.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import AsyncModbusTcpClient

from tests.bench.plc import REGISTERS

TOPIC = "bare/signal"


async def _poll(modbus_port: int, mqtt_port: int, poll_hz: float) -> None:
    broker = mqtt.Client(CallbackAPIVersion.VERSION2)
    broker.connect("127.0.0.1", mqtt_port)
    broker.loop_start()
    plc = AsyncModbusTcpClient("127.0.0.1", port=modbus_port)
    await plc.connect()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(
        sys.stdin.fileno(), lambda: stop.set() if not os.read(0, 4096) else None
    )
    before: Sequence[int] = []
    due = time.monotonic()
    while not stop.is_set():
        registers = (await plc.read_holding_registers(0, count=REGISTERS)).registers
        if registers != before:
            broker.publish(TOPIC, json.dumps({"t": time.time_ns(), "r": registers}), qos=1)
            before = registers
        due += 1 / poll_hz if poll_hz else 0
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    plc.close()
    broker.disconnect()
    broker.loop_stop()


if __name__ == "__main__":
    asyncio.run(_poll(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
