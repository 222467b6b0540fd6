"""RTSP 1.0 server (RFC 2326) for one live stream: RTP over the same TCP connection, or UDP."""

import asyncio
import base64
import random
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from edge_agent.simulators.camera.auth import Gate
from edge_agent.simulators.camera.faults import Fault, Faults
from edge_agent.simulators.camera.feed import Feed
from edge_agent.simulators.camera.h264 import PAYLOAD_TYPE, RTP_CLOCK, AccessUnit, Packetizer

_REASON = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    501: "Not Implemented",
}
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
_HEAD_LIMIT = 16384
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass
class RtspServer:
    """Serves one feed under one path.

    Attributes:
        path: For example ``/live``.
        gate: Who may watch.
        sessions: How many connections there have been.
    """

    feed: Feed
    gate: Gate
    faults: Faults
    path: str = "/live"
    sessions: int = 0
    watching: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen; port 0 takes a free one. Returns where."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=_HEAD_LIMIT)
        bound: tuple[str, int] = self._server.sockets[0].getsockname()[:2]
        return bound

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        self._tasks.add(task)
        self.sessions += 1
        connection = _Connection(self, reader, writer)
        try:
            await connection.run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has gone, or speaks something else
        except asyncio.CancelledError:
            if self._server is not None and self._server.is_serving():
                raise
        finally:
            self._tasks.discard(task)
            connection.close()


class _Connection:
    """One client."""

    def __init__(
        self, server: RtspServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._session = secrets.token_hex(8)
        self._packetizer = Packetizer(random.getrandbits(32), random.getrandbits(16))
        self._first_stamp = random.getrandbits(32)
        self._channel: int | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._player: asyncio.Task[None] | None = None

    async def run(self) -> None:
        faults = self._server.faults
        while True:
            request = asyncio.ensure_future(self._request())
            changed = asyncio.ensure_future(faults.changed.wait())
            try:
                await asyncio.wait({request, changed}, return_when=asyncio.FIRST_COMPLETED)
                if Fault.DROP in faults:
                    return
                if Fault.REFUSE in faults and self._player is not None:
                    return
                got = await request
            finally:
                request.cancel()
                changed.cancel()
                with suppress(asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
                    await request
            while Fault.STALL in faults:
                await faults.changed.wait()
            if not await self._answer(got):
                return

    def close(self) -> None:
        if self._player is not None:
            self._player.cancel()
        if self._udp is not None:
            self._udp.close()
        self._writer.close()

    async def _request(self) -> Request:
        while True:
            first = await self._reader.readexactly(1)
            if first == b"$":  # RTCP of the client on the same connection
                head = await self._reader.readexactly(3)
                await self._reader.readexactly(int.from_bytes(head[1:], "big"))
                continue
            if first in b"\r\n":
                continue
            head = first + await self._reader.readuntil(b"\r\n\r\n")
            lines = head.decode("utf-8", "replace").split("\r\n")
            method, _, rest = lines[0].partition(" ")
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            length = headers.get("content-length", "0")
            if length.isdecimal():
                await self._reader.readexactly(min(int(length), _HEAD_LIMIT))
            return Request(method, rest.rpartition(" ")[0], headers)

    async def _answer(self, request: Request) -> bool:
        """Answer; False when the session is over."""
        server = self._server
        refused = Fault.REFUSE in server.faults
        admitted = server.gate.admits(request.method, request.headers.get("authorization"))
        if request.method != "OPTIONS" and (refused or not admitted):
            self._reply(request, 401, {"WWW-Authenticate": server.gate.challenge()})
            return True
        match request.method:
            case "OPTIONS":
                self._reply(request, 200, {"Public": _METHODS})
            case "DESCRIBE":
                await self._describe(request)
            case "SETUP":
                await self._setup(request)
            case "PLAY":
                self._play(request)
            case "GET_PARAMETER":
                self._reply(request, 200, {"Session": self._session})
            case "TEARDOWN":
                self._reply(request, 200, {"Session": self._session})
                await self._writer.drain()
                return False
            case _:
                self._reply(request, 501, {"Public": _METHODS})
        await self._writer.drain()
        return True

    def _reply(
        self, request: Request, code: int, headers: dict[str, str], body: bytes = b""
    ) -> None:
        lines = [f"RTSP/1.0 {code} {_REASON[code]}", f"CSeq: {request.headers.get('cseq', '0')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    def _knows(self, url: str) -> bool:
        path = urlsplit(url).path.rstrip("/")
        return path in {self._server.path, f"{self._server.path}/track1"}

    async def _describe(self, request: Request) -> None:
        feed = self._server.feed
        if not self._knows(request.url) or feed.over:
            self._reply(request, 404, {})
            return
        await feed.ready.wait()
        assert feed.parameters is not None  # noqa: S101 - ready says so
        sps, pps = feed.parameters.sps, feed.parameters.pps
        sets = ",".join(base64.b64encode(one).decode() for one in (sps, pps))
        form = f"packetization-mode=1;profile-level-id={sps[1:4].hex().upper()}"
        sdp = "\r\n".join(
            [
                "v=0",
                "o=- 0 0 IN IP4 127.0.0.1",
                "s=edge-sim camera",
                "c=IN IP4 0.0.0.0",
                "t=0 0",
                "a=control:*",
                f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
                f"a=rtpmap:{PAYLOAD_TYPE} H264/{RTP_CLOCK}",
                f"a=fmtp:{PAYLOAD_TYPE} {form};sprop-parameter-sets={sets}",
                "a=control:track1",
                "",
            ]
        )
        base = request.url.rstrip("/") + "/"
        headers = {"Content-Type": "application/sdp", "Content-Base": base}
        self._reply(request, 200, headers, sdp.encode())

    async def _setup(self, request: Request) -> None:
        if not self._knows(request.url):
            self._reply(request, 404, {})
            return
        for offer in request.headers.get("transport", "").split(","):
            parts = [part.strip() for part in offer.split(";")]
            values = dict(part.split("=", 1) for part in parts if "=" in part)
            if parts[0] == "RTP/AVP/TCP":
                pair = values.get("interleaved", "0-1")
                self._channel = int(pair.partition("-")[0])
                answer = f"RTP/AVP/TCP;unicast;interleaved={pair}"
                break
            if parts[0] in {"RTP/AVP", "RTP/AVP/UDP"} and "client_port" in values:
                answer = await self._open_udp(values["client_port"])
                break
        else:
            self._reply(request, 461, {})
            return
        session = f"{self._session};timeout={_TIMEOUT_S}"
        self._reply(request, 200, {"Transport": answer, "Session": session})

    async def _open_udp(self, ports: str) -> str:
        host = self._writer.get_extra_info("peername")[0]
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=(host, int(ports.partition("-")[0]))
        )
        port = self._udp.get_extra_info("sockname")[1]
        ssrc = f"{self._packetizer.ssrc:08X}"
        return f"RTP/AVP;unicast;client_port={ports};server_port={port}-{port + 1};ssrc={ssrc}"

    def _play(self, request: Request) -> None:
        if self._channel is None and self._udp is None:
            self._reply(request, 454, {})
            return
        info = f"url={request.url};seq={self._packetizer.sequence}"
        self._reply(request, 200, {"Session": self._session, "RTP-Info": info, "Range": "npt=now-"})
        if self._player is None:
            self._player = asyncio.create_task(self._stream(), name="rtsp player")

    async def _stream(self) -> None:
        feed, faults = self._server.feed, self._server.faults
        watcher = feed.watch()
        self._server.watching += 1
        try:
            while (unit := await watcher.queue.get()) is not None:
                while Fault.STALL in faults:
                    await faults.changed.wait()
                if Fault.SLOW in faults:
                    await asyncio.sleep(0.25)
                self._send(unit)
                await self._writer.drain()
        except ConnectionError:
            pass  # the reader of this connection notices, too
        finally:
            self._server.watching -= 1
            feed.leave(watcher)
            self._writer.close()

    def _send(self, unit: AccessUnit) -> None:
        parameters = self._server.feed.parameters
        assert parameters is not None  # noqa: S101 - known before anybody may play
        stamp = self._first_stamp + unit.pts_ms * RTP_CLOCK // 1000
        for packet in self._packetizer.packets(unit, parameters, stamp):
            sent = _damaged(packet) if Fault.CORRUPT in self._server.faults else packet
            if self._udp is not None:
                self._udp.sendto(sent)
            else:
                head = bytes((0x24, self._channel or 0)) + len(sent).to_bytes(2, "big")
                self._writer.write(head + sent)


def _damaged(packet: bytes) -> bytes:
    """Flips a byte of the payload in every third packet or so."""
    if random.random() < 0.66:  # noqa: PLR2004 - a third
        return packet
    at = random.randrange(12, len(packet))
    return packet[:at] + bytes((packet[at] ^ random.randrange(1, 256),)) + packet[at + 1 :]
