"""The connection ends after every byte of a session; a hundred thousand streams of anything."""

import asyncio
import contextlib
import random
from collections.abc import Callable

import pytest

from edge_agent.device.readings import Reading, TagReading
from edge_agent.drivers.etc_llrp import codec
from edge_agent.drivers.etc_llrp.wire import Framer, WireError
from edge_agent.errors import Cause, DeviceError
from tests.drivers.etc_llrp.stand import Stand, build, stand
from tests.drivers.etc_llrp.vectors import rows

_SESSION = 700
"""Bytes from the reader in which welcome, set-up and some reports fit."""


_PARSERS: tuple[Callable[[bytes], object], ...] = (
    codec.notice,
    codec.status,
    lambda data: list(codec.tag_reports(data)),
    lambda data: list(Framer().feed(data)),
)


async def _cut_after(here: Stand, size: int) -> list[Reading]:
    """Drive the reader through a relay that hangs up after so many of the reader's bytes."""
    host, _, port = here.url.removeprefix("tcp://").rpartition(":")
    open_ends: list[asyncio.StreamWriter] = []

    async def relay(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        reader, forth = await asyncio.open_connection(host, int(port))
        open_ends.extend((back, forth))

        async def forward() -> None:
            with contextlib.suppress(ConnectionError):
                while data := await client.read(4096):
                    forth.write(data)

        forwarding = asyncio.create_task(forward())
        left = size
        while left and (data := await reader.read(left)):
            left -= len(data)
            back.write(data)
        with contextlib.suppress(ConnectionError):
            await back.drain()
        back.close()
        forwarding.cancel()
        forth.transport.abort()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    told: list[Reading] = []
    async with server:
        address = server.sockets[0].getsockname()
        with pytest.raises(DeviceError) as caught:
            await asyncio.wait_for(build(f"tcp://127.0.0.1:{address[1]}").run(told.append), 8)
    assert caught.value.cause in (Cause.GONE, Cause.REFUSED)
    await here.until(lambda: here.port._client is None)
    return told


async def test_a_session_cut_after_every_byte() -> None:
    async with stand(per_s=200, stay_ms=50) as here:
        for size in range(_SESSION):
            told = await _cut_after(here, size)
            tags = {reading.epc for reading in told if isinstance(reading, TagReading)}
            assert tags <= here.passed()
        here.start()  # and it is as good as new
        await here.tags_told(5)


@pytest.mark.slow
def test_a_hundred_thousand_damaged_messages() -> None:
    chance = random.Random(17)
    sources = [
        row["bytes"] for table in ("request", "tag", "event", "status") for row in rows(table)
    ]
    for _ in range(100_000):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        del data[chance.randrange(len(data) + 1) :]
        for parse in _PARSERS:
            with contextlib.suppress(WireError):
                parse(bytes(data))
