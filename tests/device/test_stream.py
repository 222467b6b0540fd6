"""A TCP device that talks faster than it is heard is made to wait; nothing of it is lost."""

import asyncio

from edge_agent.device.endpoint import TcpEndpoint
from edge_agent.device.stream import open_stream

_SIZE = 8 << 20


async def test_a_slow_reader_gets_every_byte_in_bounded_memory() -> None:
    sent = bytes(range(256)) * (_SIZE // 256)

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        stream = await open_stream(TcpEndpoint(host, port), 2)
        await asyncio.sleep(0.1)  # nobody reads meanwhile
        got = bytearray()
        while len(got) < len(sent):
            part = await stream.read()
            assert len(part) <= (1 << 16) + (1 << 18)
            got += part
        stream.close()
    assert bytes(got) == sent
