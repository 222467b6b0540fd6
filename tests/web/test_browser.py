"""A headless Chromium does what a person does; every page is kept as pictures to look at.

They lie in ``.artefacts/web``: phone and desk, light and dark.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from edge_agent.web.access import code
from edge_agent.web.routes import menu
from tests.house.source import ROOT
from tests.needs import find
from tests.web.chromium import Chromium
from tests.web.unit import SITE, Unit, unit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find("chromium") is None, reason="chromium is not here: sudo apt install chromium"
    ),
]
SHOTS = ROOT / ".artefacts" / "web"
NEW = "mưa rơi trên mái tôn"
SCREENS = {"desk": (1280, 800, False), "phone": (390, 844, True)}


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[tuple[Unit, str]]:
    """A unit, and the address of its page's own process."""
    async with unit(tmp_path) as there:
        words = [
            sys.executable, "-m", "edge_agent", "web", "--json", "--listen", "127.0.0.1:0",
            "--config", str(there.house.config), "--state-dir", str(there.house.state_dir),
        ]  # fmt: skip
        with subprocess.Popen(  # noqa: ASYNC220 - one, for the whole test
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            told = json.loads(await asyncio.to_thread(process.stdout.readline))
            try:
                yield there, told["url"]
            finally:
                process.terminate()
                await asyncio.to_thread(process.wait, 20)


@pytest.fixture
def browser() -> Iterator[Chromium]:
    with Chromium() as made:
        yield made


async def test_from_first_use_to_an_undone_configuration(
    real: tuple[Unit, str], browser: Chromium
) -> None:
    there, url = real
    made = code.make(there.house.folder)
    await asyncio.to_thread(_walk, browser, url, made, there.house.config)
    assert there.house.config.read_text() == SITE


def _walk(browser: Chromium, url: str, made: str, config: Path) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    browser.screen(1280, 800)
    browser.go(url)
    assert browser.run("location.pathname") == "/first"
    _keep(browser, url, "first")
    for field, value in (("code", made), ("password", NEW), ("again", NEW)):
        browser.run(f"document.querySelector('#{field}').value = {json.dumps(value)}")
    browser.send("document.querySelector('form.card button').click()")
    assert browser.run("location.pathname") == "/"
    for link in menu():
        _keep(browser, url, link.path.strip("/") or "overview", link.path)
    _refreshes(browser, url)
    _tries_a_configuration(browser, url, config)


def _keep(browser: Chromium, url: str, name: str, path: str | None = None) -> None:
    for kind, (width, height, phone) in SCREENS.items():
        for light, dark in (("light", False), ("dark", True)):
            browser.screen(width, height, phone=phone, dark=dark)
            browser.go(url.rstrip("/") + (path or browser.run("location.pathname")))
            assert browser.complaints() == [], (name, kind)
            beyond = browser.run("document.documentElement.scrollWidth - innerWidth")
            assert beyond <= 0, f"{name} is wider than a {kind}"
            browser.shot(SHOTS / f"{name}-{kind}-{light}.png")
    browser.screen(1280, 800)


def _refreshes(browser: Chromium, url: str) -> None:
    """The live part is drawn anew, and a detail that was opened stays so."""
    browser.go(f"{url}signals")
    browser.run("document.querySelector('#live').dataset.mark = 'old';"
                "document.querySelector('#live h2').id = 'former'")  # fmt: skip
    browser.until("document.querySelector('#former') === null")
    assert browser.run("document.querySelector('#live').dataset.mark") == "old"


def _tries_a_configuration(browser: Chromium, url: str, config: Path) -> None:
    browser.go(f"{url}config")
    changed = SITE.replace('id = "u1"', 'id = "u9"')
    browser.run(f"document.querySelector('#text').value = {json.dumps(changed)}")
    browser.send("document.querySelector('form[action=\"/config/check\"] button').click()")
    browser.shot(SHOTS / "config-checked.png")
    browser.send("document.querySelector('[formaction=\"/config/apply\"]').click()")
    assert config.read_text() == changed
    assert 0 < browser.run("Number(document.querySelector('[data-left]').value)") <= 90
    browser.shot(SHOTS / "config-trial.png")
    browser.send("document.querySelector('form[action=\"/config/undo\"] button').click()")
    assert browser.run("document.querySelector('[data-trial]') === null")
