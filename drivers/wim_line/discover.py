"""Stations that send lines are known by listening: a sound frame is proof, and nothing is sent."""

import asyncio

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.device.endpoint import parse
from edge_agent.device.stream import open_stream
from edge_agent.drivers.wim_line.codec import Framer, Introduction, message
from edge_agent.errors import DeviceError

_PATIENCE_S = 3.0
"""A heartbeat comes every second or two."""
_INTRODUCTION_S = 1.0
"""Once it is known that a station speaks, who it is may come a moment later."""


async def _look(spot: Spot) -> Found | None:
    try:
        stream = await open_stream(parse(spot.url), _PATIENCE_S)
    except DeviceError:
        return None
    framer, sound, who = Framer(), False, ""
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE_S
    try:
        while not who:
            async with asyncio.timeout_at(end):
                for body in framer.feed(await stream.read()):
                    told = message(body)
                    if not sound:
                        sound, end = True, loop.time() + _INTRODUCTION_S
                    if isinstance(told, Introduction):
                        who = ", ".join(
                            filter(None, (told.maker, told.model, told.serial, told.firmware))
                        )
    except (TimeoutError, DeviceError):
        pass  # whatever was heard so far decides
    finally:
        stream.close()
    return Found(who, 97, "sends sound frames of the line profile") if sound else None


DISCOVERY = Discovery(
    (
        Recogniser("tcp", _look, ports=(4001,), speaks=True),
        Recogniser("serial", _look, speaks=True, lines=((115_200, "N"), (9600, "N"))),
    )
)
