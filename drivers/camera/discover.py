"""Cameras are found by RTSP questions that start nothing, by ONVIF's call, and in the kernel.

A camera that asks for a password says so without telling its paths: then the proposal says what is
left to find out. With user and password the usual paths of makers are tried, DESCRIBE only.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot, Surroundings
from edge_agent.drivers.camera.login import answer
from edge_agent.drivers.camera.onvif import announced

_PATIENCE_S = 2.5
_LARGEST = 65_536
_PATHS = (
    "/live",
    "/Streaming/Channels/102",
    "/cam/realmonitor?channel=1&subtype=1",
    "/axis-media/media.amp",
    "/onvif1",
    "/stream1",
    "/h264Preview_01_sub",
    "/videoMain",
    "/",
)
"""Stream paths as makers document them; the smaller of two streams where there are two."""
_OK, _LOGIN = 200, 401


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    headers: dict[str, str]
    body: str


async def _look(spot: Spot) -> Found | None:
    """OPTIONS, then DESCRIBE; there is no SETUP here, so no stream begins."""
    place = urlsplit(spot.url)
    base = f"rtsp://{place.netloc}"
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
    except (OSError, TimeoutError):
        return None
    talk = _Talk(reader, writer, spot.username, spot.password)
    try:
        async with asyncio.timeout(4 * _PATIENCE_S):
            hello = await talk.ask("OPTIONS", base)
            if hello is None:
                return None
            return await _paths(talk, base, hello.headers.get("server", ""))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    finally:
        writer.close()


async def _paths(talk: "_Talk", base: str, server: str) -> Found:
    asks = False
    for path in _PATHS:
        told = await talk.ask("DESCRIBE", base + path)
        if told is not None and told.code == _OK:
            name = re.search(r"^s=(.{1,60})$", told.body, re.MULTILINE)
            words = ", ".join(filter(None, (server, name[1].strip() if name else "")))
            return Found(words, 95, f"describes a stream at {path}", _user(talk), base + path)
        asks = asks or (told is not None and told.code == _LOGIN)
        if asks and not talk.username:
            break
    if asks and talk.username:
        return Found(server, 55, "speaks RTSP, but refuses this user and password", {}, base)
    why = "asks for user and password" if asks else "knows none of the usual paths"
    return Found(server, 60, f"speaks RTSP and {why}; its path is to be told", {}, base + "/")


def _user(talk: "_Talk") -> dict[str, str]:
    return {"username": talk.username} if talk.username else {}


class _Talk:
    """Requests on one connection, one at a time."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        username: str,
        password: str,
    ) -> None:
        self._reader, self._writer = reader, writer
        self.username, self._password = username, password
        self._challenge = ""
        self._number = 0

    async def ask(self, method: str, url: str) -> _Reply | None:
        """The reply, after logging in where that is asked for; None when this is no RTSP."""
        told = await self._once(method, url)
        if told is not None and told.code == _LOGIN and self.username:
            self._challenge = told.headers.get("www-authenticate", "")
            told = await self._once(method, url)
        return told

    async def _once(self, method: str, url: str) -> _Reply | None:
        self._number += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: edge-agent"]
        if method == "DESCRIBE":
            lines.append("Accept: application/sdp")
        if self._challenge:
            login = answer(self._challenge, method, url, self.username, self._password)
            lines += [f"Authorization: {login}"] if login else []
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        first = await self._reader.readuntil(b"\n")
        status = re.match(rb"RTSP/1\.0 (\d{3})", first)
        if status is None:
            return None
        headers: dict[str, str] = {}
        while line := (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").strip():
            name, _, value = line.partition(":")
            key = name.strip().lower()
            # Of several challenges the first that is understood will do.
            if key != "www-authenticate" or "digest" not in headers.get(key, "").lower():
                headers[key] = value.strip()[:500]
        length = headers.get("content-length", "0")
        size = min(int(length), _LARGEST) if length.isdecimal() else 0
        body = (await self._reader.readexactly(size)).decode("utf-8", "replace")
        return _Reply(int(status[1]), headers, body)


async def _announced(around: Surroundings) -> Sequence[Found]:
    return [*_listed(around.folders), *await announced(around)]


def _listed(folders: Sequence[str]) -> list[Found]:
    """Cameras that the kernel lists, one name each: by-id before by-path, the first node only."""
    nodes: dict[Path, str] = {}
    for folder in folders:
        for link in sorted(Path(folder).glob("*")):
            # A camera has several nodes; index0 is the one with pictures.
            if "-index" not in link.name or link.name.endswith("-index0"):
                nodes.setdefault(link.resolve(), str(link))
    return [
        Found(Path(name).name, 85, "the kernel lists it as a camera", {}, f"v4l2://{name}")
        for name in nodes.values()
    ]


DISCOVERY = Discovery((Recogniser("tcp", _look, ports=(554, 8554)),), _announced)
