"""The unit's own page beside a demo: started as on a unit, and entered by its front door.

The product has no default password, so the demo does what a technician does on first use: asks for
the console's code and sets a password, which it makes up and tells to whoever started the demo.
"""

import asyncio
import contextlib
import json
import re
import secrets
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, Request, build_opener

from edge_agent.simulators.demo.processes import Cast, DemoError

FILE = "page.json"
"""In the demo's folder: how to come in."""
_NAME = "admin"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
_LIMIT_S = 30.0
_READ_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """Where the page is, and who may come in."""

    url: str
    name: str
    password: str


@contextlib.asynccontextmanager
async def beside(
    cast: Cast, folder: Path, tell: Callable[[Page | str], None]
) -> AsyncIterator[None]:
    """Open the page while something else goes on; it ends with the cast.

    Args:
        cast: Starts it.
        folder: With ``site.toml``, ``state`` and the agent's log.
        tell: Told of the page; or, in words, why there is none: a demo does without.
    """

    async def open_and_tell() -> None:
        try:
            tell(await opened(cast, folder))
        except DemoError as error:
            tell(str(error))

    task = asyncio.create_task(open_and_tell(), name="page")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def opened(cast: Cast, folder: Path) -> Page:
    """Start it and set the first password.

    Raises:
        DemoError: It did not start, or let nobody in.
    """
    state = folder / "state"
    own = ("--config", str(folder / "site.toml"), "--state-dir", str(state))
    log = ("--log", str(folder / "agent.log"))
    words = ("edge_agent", "web", "--json", "--listen", "127.0.0.1:0", *own, *log)
    url = str((await cast.module("page", *words)).ready["url"])
    page = Page(url, _NAME, "-".join(_some() for _ in range(3)))
    try:
        await asyncio.to_thread(_first_use, page, await _code(state), state / "web" / "tls.crt")
    except (OSError, ValueError) as error:
        raise DemoError(f"the page lets nobody in: {error}") from error
    file = folder / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(page)) + "\n", encoding="utf-8")
    return page


def _some() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


async def _code(state: Path) -> str:
    """As somebody at the unit's console is shown it."""
    words = [sys.executable, "-m", "edge_agent", "web", "code", "--json", "--state-dir", str(state)]
    asked = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(_LIMIT_S):
            said, _ = await asked.communicate()
    except TimeoutError:
        raise DemoError(f"`edge-agent web code` took more than {_LIMIT_S:.0f} s") from None
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()
    return str(json.loads(said)["code"])


def _first_use(page: Page, code: str, certificate: Path) -> None:
    """As a browser does it, that trusts this unit's certificate and no other.

    Raises:
        OSError: No answer, or a refusal.
        ValueError: What answers is not the page.
    """
    browser = build_opener(
        HTTPSHandler(context=ssl.create_default_context(cafile=str(certificate))),
        HTTPCookieProcessor(CookieJar()),
    )
    address = f"{page.url}first"
    found = _TOKEN.search(_ask(browser, address))
    if found is None:
        raise ValueError(f"{address} shows no form")
    form = {"name": page.name, "password": page.password, "again": page.password}
    _ask(browser, address, {**form, "token": found[1], "code": code})


def _ask(browser: OpenerDirector, url: str, form: Mapping[str, str] | None = None) -> str:
    data = urlencode(form).encode() if form is not None else None
    try:
        with browser.open(Request(url, data), timeout=_LIMIT_S) as answer:  # noqa: S310 - ours, https
            return bytes(answer.read(_READ_MAX)).decode()
    except URLError as error:
        raise OSError(f"{url}: {error.reason}") from error
