"""Open tabs of the unit's page: browsers without a screen, that ask anew as the page's script does.

``python -m tests.bench.tabs PORT COOKIE TABS``: until its stdin ends.
"""

import asyncio
import re
import ssl
import sys
from typing import Self

from tests.web.unit import SECRET

TABS = 100
_PAGES = ("/", "/cameras", "/passages", "/traffic", "/signals", "/weighing")
_EVERY_S = 2.0
_PICTURE = re.compile(r'<img src="([^"]+)"')

_TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_TRUSTING.check_hostname = False
_TRUSTING.verify_mode = ssl.CERT_NONE


async def log_in(port: int) -> str:
    """The cookie of the viewer ``wall``."""
    client = await _Client.open(port, "")
    page = await client.ask("GET", "/login")
    cookie = page[0].partition("__Host-edge=")[2].partition(";")[0]
    token = page[1].partition('name="token" value="')[2].partition('"')[0]
    client.cookie = cookie
    form = f"token={token}&name=wall&password={SECRET.replace(' ', '+')}"
    head, _ = await client.ask("POST", "/login", form)
    client.close()
    return head.partition("__Host-edge=")[2].partition(";")[0]


async def tab(port: int, cookie: str, number: int, end: float, took: list[float]) -> None:
    """One tab until the loop's time ``end``; seconds of each refresh go to ``took``."""
    now = asyncio.get_running_loop().time
    await asyncio.sleep(number % TABS / TABS * _EVERY_S)
    client = await _Client.open(port, cookie)
    path = _PAGES[number % len(_PAGES)]
    await client.ask("GET", path)
    shown: set[str] = set()
    while now() < end:
        begun = now()
        head, body = await client.ask("GET", path, live=True)
        if " 200 " not in head.partition("\r\n")[0]:
            raise RuntimeError(head)
        for picture in set(_PICTURE.findall(body)) - shown:
            await client.ask("GET", picture.replace("&amp;", "&"))
            shown.add(picture)
        took.append(now() - begun)
        await asyncio.sleep(_EVERY_S)
    client.close()


class _Client:
    """One kept-alive connection of a browser."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, cookie: str
    ) -> None:
        self._reader, self._writer, self._port = reader, writer, port
        self.cookie = cookie

    @classmethod
    async def open(cls, port: int, cookie: str) -> Self:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=_TRUSTING)
        return cls(reader, writer, port, cookie)

    async def ask(
        self, method: str, path: str, form: str = "", *, live: bool = False
    ) -> tuple[str, str]:
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}",
            f"Cookie: __Host-edge={self.cookie}", f"Content-Length: {len(form)}",
            f"Origin: https://127.0.0.1:{self._port}",
            "Content-Type: application/x-www-form-urlencoded",
        ]  # fmt: skip
        lines += ["X-Part: live"] if live else []
        self._writer.write("\r\n".join([*lines, "", form]).encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = head.lower().partition("content-length: ")[2].partition("\r\n")[0]
        body = await self._reader.readexactly(int(length or 0))
        return head, body.decode(errors="replace")

    def close(self) -> None:
        self._writer.close()


async def _until_stdin_ends(port: int, cookie: str, tabs: int) -> None:
    took: list[float] = []
    far = asyncio.get_running_loop().time() + 3600
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(tab(port, cookie, n, far, took)) for n in range(tabs)]
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(_until_stdin_ends(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
