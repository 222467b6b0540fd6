"""The guides' pictures, taken of a made-up unit: ``./dev pictures``.

Beside each picture stands a digest of the page as it was served then: its HTML with all words, and
with it, by the names they carry, style sheet and script. A test asks for the pages again. So a
picture of a former page fails on any machine, and one drawn with other fonts does not.
"""

import asyncio
import base64
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from edge_agent.clock import TimeQuality
from edge_agent.doctor.check import Language
from edge_agent.doctor.examine import examine
from edge_agent.web import server
from edge_agent.web.access.role import Role
from edge_agent.web.app import build
from edge_agent.web.sources.agent import STATUS
from edge_agent.web.sources.chores import Done
from tests.doctor import unit_kit
from tests.house.source import ROOT
from tests.needs import find
from tests.snapshots import NOW
from tests.web.chromium import Chromium
from tests.web.scene import answers
from tests.web.unit import SITE, Unit, unit

FOLDER = ROOT / "docs" / "guide" / "pictures"
RECORD = FOLDER / "pictures.json"
LANGUAGES: tuple[Language, ...] = ("vi", "en")
MOST_BYTES = 120_000
_PHONE, _DESK = (390, 800, 2.0), (1280, 640, 1.0)
_QUALITIES = (80, 60, 40)
_OURS = "127.0.0.1"
_TOKEN = re.compile(r'value="[0-9a-f]{32,}"')


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, in both languages.

    Attributes:
        path: What is asked for.
        desk: On a large screen; else on a phone.
        role: Who looks.
        shown: Of which element the top of the picture is; the page's own when empty.
        typed: Typed into the site file, and judged.
    """

    name: str
    path: str
    desk: bool = False
    role: Role = Role.TECHNICIAN
    shown: str = ""
    typed: str = ""

    def file(self, language: str) -> str:
        """Its file in the folder of pictures."""
        return f"{self.name}.{language}.webp"


_MISTYPED = (
    SITE.replace("mqtt://127.0.0.1:1883", "mqtts://centre.example")
    + """
[device.cam1]
kind = "camera"
url = "rtsp://192.0.2.20/live"
analyse_fp = 10
"""
)
_CHECK = "/config/check"
_BASE = re.compile(r'name="base" value="([^"]*)"')

PICTURES = (
    Picture("first", "/first", role=Role.NOBODY),
    Picture("overview", "/"),
    Picture("alarms", "/alarms"),
    Picture("cameras", "/cameras?of=cam2"),
    Picture("passages", "/passages", desk=True),
    Picture("signals", "/signals"),
    Picture("weighing", "/weighing"),
    Picture("doctor", "/doctor"),
    Picture("provision", "/provision"),
    Picture("config", "/config", shown="section.bad", typed=_MISTYPED),
)


def arrange(there: Unit) -> None:
    """What is to be seen: a camera that is away, and what a doctor says of a unit in the rain."""
    there.told[STATUS]["devices"][0]["detail"] = "no picture for 5.0 s"
    there.seen.update(answers())
    wet = unit_kit.picture(sharp=12.0, plate_px=31)
    ill = unit_kit.unit(
        quality=TimeQuality("rtc", 800), devices=(unit_kit.camera(restarts=400, picture=wet),)
    )
    for language in LANGUAGES:
        answer = {"checks": [each.as_json() for each in examine(ill, language)]}
        there.house.chores._done[f"doctor {language}"] = Done(NOW - 40_000, answer)


async def served(there: Unit, picture: Picture, language: str) -> str:
    """The page as HTML, without what is new in every session."""
    if picture.role is Role.NOBODY:
        browser = there.browser()
    else:
        browser = await there.logged_in(picture.role)
    answer = await browser.get(picture.path, **{"accept-language": language})
    if picture.typed:
        base = _BASE.findall(answer.text)[0]
        answer = await browser.post(
            _CHECK, {"text": picture.typed, "base": base}, **{"accept-language": language}
        )
    assert answer.status_code == 200, (picture.path, answer.status_code)
    text = _TOKEN.sub('value=""', answer.text)
    return text.replace(str(there.house.state_dir.parent), "")


def digest(page: str) -> str:
    """Of a page as ``served`` gives it."""
    return hashlib.sha256(page.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """Of the picture itself: one that was drawn by hand is no picture of a page."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


async def take(folder: Path, wanted: Sequence[Picture] = PICTURES) -> dict[str, dict[str, str]]:
    """Take them; what is to be remembered of each."""
    with tempfile.TemporaryDirectory(prefix="unit-") as home:
        async with unit(Path(home)) as there:
            arrange(there)
            there.house.hosts |= {_OURS}
            listener = server.listen(server.Address(_OURS, 0))
            tls = server.tls_files(there.house.state_dir, None, there.house.hosts)
            running = _server(there, tls)
            serving = asyncio.create_task(running.serve(sockets=[listener]))
            url = f"https://{_OURS}:{listener.getsockname()[1]}"
            taken = {}
            try:
                with Chromium() as chromium:
                    for picture in wanted:
                        for language in LANGUAGES:
                            cookie = await _cookie(there, picture.role)
                            words = (chromium, picture, language, url, cookie, folder)
                            await asyncio.to_thread(_shoot, *words)
                            taken[picture.file(language)] = {
                                "page": digest(await served(there, picture, language)),
                                "file": file_digest(folder / picture.file(language)),
                            }
            finally:
                running.should_exit = True
                await serving
    return taken


def _server(there: Unit, tls: tuple[Path, Path]) -> uvicorn.Server:
    config = uvicorn.Config(
        build(there.house), lifespan="off", log_config=None, access_log=False,
        ssl_certfile=str(tls[0]), ssl_keyfile=str(tls[1]), timeout_graceful_shutdown=1,
    )  # fmt: skip
    return uvicorn.Server(config)


async def _cookie(there: Unit, role: Role) -> str:
    if role is Role.NOBODY:
        return ""
    cookies = (await there.logged_in(role)).client.cookies
    return str(cookies["__Host-edge"])


def _shoot(
    chromium: Chromium, picture: Picture, language: str, url: str, cookie: str, folder: Path
) -> None:
    width, height, scale = _DESK if picture.desk else _PHONE
    chromium.screen(width, height, phone=not picture.desk)
    chromium.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=height, deviceScaleFactor=scale, mobile=not picture.desk,
    )  # fmt: skip
    chromium.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
    chromium.call("Network.clearBrowserCookies")
    if cookie:
        chromium.call(
            "Network.setCookie", url=url, name="__Host-edge", value=cookie, secure=True, path="/"
        )
    chromium.go(f"{url}{picture.path}")
    assert chromium.run("document.documentElement.lang") == language
    if picture.typed:
        chromium.run(f"document.querySelector('#text').value = {json.dumps(picture.typed)}")
        chromium.send(f"document.querySelector('form[action=\"{_CHECK}\"] button').click()")
    if picture.shown:
        chromium.run(f"document.querySelector({json.dumps(picture.shown)}).scrollIntoView()")
    end = chromium.run("document.querySelector('main').getBoundingClientRect().bottom + 12")
    part = {"x": 0, "y": chromium.run("scrollY"), "width": width, "scale": 1}
    part["height"] = min(height, round(end))
    for quality in _QUALITIES:
        told = chromium.call("Page.captureScreenshot", format="webp", quality=quality, clip=part)
        content = base64.b64decode(told["data"])
        if len(content) <= MOST_BYTES:
            break
    (folder / picture.file(language)).write_bytes(content)


def main(words: Sequence[str] = ()) -> int:
    """Take them anew; the record says of which pages they are."""
    if find("chromium") is None:
        sys.stderr.write("pictures: chromium is not here: sudo apt install chromium\n")
        return 3
    folder = Path(words[0]) if words else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    taken = asyncio.run(take(folder))
    (folder / RECORD.name).write_text(json.dumps(taken, indent=1, sort_keys=True) + "\n")
    size = sum(file.stat().st_size for file in folder.glob("*.webp"))
    sys.stdout.write(f"{folder}: {len(taken)} pictures, {size // 1000} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
