"""A headless Chromium does what a person does; every page is kept as pictures to look at.

They lie in ``.artefacts/web``: on a phone by day, on a desk and a wall by night.
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
from tests.web import axe, scene
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
SCREENS = {"desk": (1280, 800, False), "phone": (390, 844, True), "wall": (1920, 1080, False)}
LOOKS = (("phone", "light", "vi"), ("desk", "dark", "en"))
"""Each page in both languages, both lights, both sizes; Vietnamese is the longer on a phone."""


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
    there.seen |= await asyncio.to_thread(scene.answers)
    made = code.make(there.house.folder)
    flaws = await asyncio.to_thread(_walk, browser, url, made, there.house.config)
    assert flaws == []
    assert there.house.config.read_text() == SITE


def _walk(browser: Chromium, url: str, made: str, config: Path) -> list[str]:
    """What is wrong with the pages; all are looked at before that is told."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    browser.screen(1280, 800)
    browser.go(url)
    assert browser.run("location.pathname") == "/first"
    flaws = [*_kept(browser, url, "/first"), *_kept(browser, url, "/login")]
    browser.go(url)
    for field, value in (("code", made), ("password", NEW), ("again", NEW)):
        browser.run(f"document.querySelector('#{field}').value = {json.dumps(value)}")
    browser.send("document.querySelector('form.card button').click()")
    assert browser.run("location.pathname") == "/"
    for path in (*(link.path for link in menu()), "/password", "/no-such-page"):
        flaws += _kept(browser, url, path)
    flaws += _on_a_wall(browser, url)
    _is_led_by_keys(browser, url)
    _refreshes(browser, url)
    _unveils_a_camera(browser, url)
    _tries_a_configuration(browser, url, config)
    return flaws


def _kept(browser: Chromium, url: str, path: str) -> Iterator[str]:
    """A page as pictures; what keeps people from using it."""
    name = path.strip("/").replace("/", "-") or "overview"
    for kind, light, language in LOOKS:
        width, height, phone = SCREENS[kind]
        browser.language(url, language)
        browser.screen(width, height, phone=phone, dark=light == "dark")
        browser.go(url.rstrip("/") + path)
        said = [each for each in browser.complaints() if "404" not in each]
        if browser.run("document.documentElement.scrollWidth - innerWidth") > 0:
            said.append("wider than the screen")
        said += axe.grave(browser)
        yield from (f"{path} {kind} {light}: {each}" for each in said)
        browser.shot(SHOTS / f"{name}-{kind}-{light}.png")
    browser.language(url, "vi")
    browser.screen(1280, 800)


def _on_a_wall(browser: Chromium, url: str) -> Iterator[str]:
    width, height, _ = SCREENS["wall"]
    browser.screen(width, height, dark=True)
    for name in ("", "cameras"):
        browser.go(url + name)
        if browser.run("document.documentElement.scrollWidth - innerWidth") > 0:
            yield f"{name} is wider than a wall"
        browser.shot(SHOTS / f"{name or 'overview'}-wall-dark.png")
    browser.screen(1280, 800)


def _is_led_by_keys(browser: Chromium, url: str) -> None:
    """The first key leads past the menu; every key shows where it has led."""
    browser.go(f"{url}cameras")
    browser.key("Tab")
    assert browser.run("document.activeElement.className") == "skip"
    browser.key("Enter")
    browser.key("Tab")
    assert browser.run("document.activeElement.closest('main') !== null")
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def _refreshes(browser: Chromium, url: str) -> None:
    """The live part is drawn anew, and a detail that was opened stays so."""
    browser.go(f"{url}signals")
    browser.run("document.querySelector('#live').dataset.mark = 'old';"
                "document.querySelector('#live h2').id = 'former'")  # fmt: skip
    browser.until("document.querySelector('#former') === null")
    assert browser.run("document.querySelector('#live').dataset.mark") == "old"


def _unveils_a_camera(browser: Chromium, url: str) -> None:
    browser.go(f"{url}cameras?of=cam2")
    seen = "[...document.querySelectorAll('.look img')].every((each) => each.naturalWidth === 640)"
    browser.until(seen)
    browser.run("document.querySelector('#reason').value = 'chỉnh lại ống kính'")
    browser.send("document.querySelector('form[action=\"/cameras/unveil\"] button').click()")
    assert browser.run("location.pathname") == "/cameras/plain"
    browser.until(seen)
    assert "29A-123.45" in browser.run("document.querySelector('.sight').textContent")
    assert 0 < browser.run("Number(document.querySelector('[data-left]').value)") <= 60
    browser.shot(SHOTS / "cameras-plain.png")
    browser.send("document.querySelector('form[action=\"/cameras/veil\"] button').click()")
    assert browser.run("location.pathname") == "/cameras"
    assert "29A-123.45" not in browser.run("document.body.textContent")


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
