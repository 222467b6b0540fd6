"""A technician with a phone: from the console's code to a signed acceptance, in a real browser.

Pictures of every step lie in ``.artefacts/provision``, phone and desk.
"""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from edge_agent.provision.forms import IDS
from edge_agent.web.access import code
from edge_agent.web.access.role import Role
from edge_agent.web.change.trial import TRIAL_S
from edge_agent.web.pages.provision.facts import CHORE
from edge_agent.web.routes import ROUTES, menu
from tests.house.source import ROOT
from tests.needs import find
from tests.provision.kit import GROUND
from tests.web import axe
from tests.web.chromium import Chromium
from tests.web.served import Served, served
from tests.web.test_browser import NEW
from tests.web.unit import SECRET, SITE
from tests.web.visiting import FORMS, Street, inline, record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find("chromium") is None, reason="chromium is not here: sudo apt install chromium"
    ),
]
SHOTS = ROOT / ".artefacts" / "provision"
SCREENS = {"desk": (1280, 800, False), "phone": (390, 844, True)}
TYPED_ALONE = ("identity", "discovery", "draft", "live", "walking", "apply", "soak")
"""Steps whose forms are not on the page of their results."""
REFRESHED = ("live", "apply")
"""Steps whose end the test waits to be shown; the page asks once a second."""
LOOK_S = 0.02
RICH = ("discovery", "draft", "lanes", "weighing", "colours", "asks", "acceptance")
"""Pages that between them hold every kind of thing that a visit shows."""
PLATE = re.compile(r"\b\d{2}[A-Z]\d?[- ]?\d{3}\.?\d{2}\b")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    SHOTS.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("page")
    with served(folder, lambda there, patch: inline(there, patch, Street())) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as made:
        yield made


@pytest.fixture(autouse=True)
def away(browser: Chromium, page: Served) -> Iterator[None]:
    """No page goes on asking when its test is over."""
    yield
    browser.go("about:blank")
    page.hang_up()


def as_(browser: Chromium, page: Served, role: Role) -> None:
    """Somebody with a role, and nobody else, looks."""
    browser.call("Network.clearBrowserCookies")
    name = f"a-{role.word}"
    page.there.account("boss", Role.ADMIN)
    page.there.account(name, role)
    browser.go(f"{page.url}login")
    browser.log_in(name, SECRET)


def type_in(browser: Chromium, fields: dict[str, str]) -> None:
    """Into the form of the step, as far as it is typed."""
    for name, typed in fields.items():
        browser.run(
            "(() => { const field = document.querySelector"
            f"(`form.make [name={json.dumps(name)}]`);"
            f" if (field) field.type === 'checkbox' ? field.checked = {json.dumps(bool(typed))}"
            f" : field.value = {json.dumps(typed)}; }})()"
        )


def keep(browser: Chromium, name: str) -> None:
    """Pictures of what is seen now; nothing is wider than its screen."""
    assert browser.complaints() == [], name
    if name.endswith(RICH):
        assert axe.grave(browser) == [], name
    for kind, (width, height, phone) in SCREENS.items():
        browser.screen(width, height, phone=phone)
        browser.run(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        wide = browser.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is wider than a {kind}"
        browser.shot(SHOTS / f"{name}-{kind}.png")
    browser.screen(*SCREENS["phone"][:2], phone=True)


def spot(browser: Chromium, x: float, y: float) -> tuple[float, float]:
    """Where in the window a place of the picture is, in shares of it."""
    browser.until("document.querySelector('.draw img').naturalWidth > 0")
    box: dict[str, Any] = browser.run(
        "(() => { const over = document.querySelector('.draw svg');"
        " over.scrollIntoView({block: 'center'}); const box = over.getBoundingClientRect();"
        " return {x: box.left, y: box.top, w: box.width, h: box.height}; })()"
    )
    return box["x"] + x * box["w"], box["y"] + y * box["h"]


def drag(browser: Chromium, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse."""
    (x1, y1), (x2, y2) = spot(browser, *start), spot(browser, *end)
    for kind, x, y in (("mousePressed", x1, y1), ("mouseMoved", x2, y2), ("mouseReleased", x2, y2)):
        browser.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1,
            buttons=0 if kind == "mouseReleased" else 1,
        )  # fmt: skip


def touch(browser: Chromium, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With a finger."""
    begun, ended = ({"x": x, "y": y} for x, y in (spot(browser, *start), spot(browser, *end)))
    browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[begun])
    browser.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=[ended])
    browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def values(browser: Chromium, stem: str) -> list[float]:
    """What stands in a row's fields."""
    said: list[float] = browser.run(
        f"[...document.querySelectorAll('[name^=\"{stem}.\"][type=number]')]"
        ".filter((each) => each.value !== '').map((each) => Number(each.value))"
    )
    return said


def send(browser: Chromium, page: Served, step: str) -> None:
    """The form; what follows is waited for, as a person does who looks."""
    browser.send(
        "(document.querySelector('form.make:has(.draw) button.main')"
        " ?? document.querySelector('form.make button.main')).click()"
    )
    if step == "apply":
        return
    ended(browser, page, step)


def ended(browser: Chromium, page: Served, step: str) -> None:
    """The step has come to its end and the page shows it: by itself, or because we look anew."""
    if step not in REFRESHED:
        while page.there.house.chores.running(CHORE):
            time.sleep(LOOK_S)
        browser.go(f"{page.url}provision")
    browser.until_told(lambda: page.advance(1), "document.querySelector('h2.chosen') !== null")
    told = record(page.there).side("now.json") or {}
    assert (told["step"], told["state"]) == (step, "done"), told


@pytest.mark.timeout(180)
def test_a_visit_by_phone(page: Served, browser: Chromium) -> None:
    """First use, drawing a lane, calibrating, applying, confirming; every page kept."""
    browser.screen(*SCREENS["phone"][:2], phone=True)
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
    browser.call("Network.setExtraHTTPHeaders", headers={"accept-language": "vi"})
    browser.go(page.url)
    assert browser.run("location.pathname") == "/first"
    made = code.make(page.there.house.folder)
    browser.go(page.url)
    for field, value in (("code", made), ("password", NEW), ("again", NEW)):
        browser.run(f"document.querySelector('#{field}').value = {json.dumps(value)}")
    browser.send("document.querySelector('form.card button').click()")
    browser.go(f"{page.url}provision")
    assert browser.run("document.activeElement.tagName") == "BODY"
    for number, step in enumerate(IDS, 1):
        at = browser.run("document.querySelector('.steps [aria-current] a').search")
        assert at == f"?step={step}"
        if step == "lanes":
            send(browser, page, step)
            touch(browser, (0.1, 0.8), (0.9, 0.8))
            assert values(browser, "line.0") == pytest.approx([10, 80, 90, 80], abs=1)
            drag(browser, (0.9, 0.8), (0.8, 0.7))
            assert values(browser, "line.0") == pytest.approx([10, 80, 80, 70], abs=1)
            type_in(browser, {"line.0.lane": "l1", "line.0.x2": "90", "line.0.y2": "80"})
        elif step == "calibration":
            for x, y, _, _ in GROUND:
                touch(browser, (x, y), (x, y))
            for n, (x, y, east, north) in enumerate(GROUND):
                assert values(browser, f"point.{n}") == pytest.approx([100 * x, 100 * y], abs=1)
                type_in(browser, {f"point.{n}.east": str(east), f"point.{n}.north": str(north)})
        else:
            type_in(browser, FORMS.get(step, {}))
        if step in TYPED_ALONE:
            browser.shot(SHOTS / f"{number:02}-{step}-form-phone.png")
        send(browser, page, step)
        if step == "apply":
            _confirms(browser, page)
        keep(browser, f"{number:02}-{step}")
        if step != IDS[-1]:
            browser.send("document.querySelector('a.button.main').click()")
    assert browser.run("document.querySelectorAll('a[download]').length") >= 4
    written = page.there.house.config.read_text()
    assert "lines = " in written or "[device.cam1.lines]" in written
    assert (record(page.there).folder / "acceptance" / "acceptance.pdf").exists()


def _confirms(browser: Chromium, page: Served) -> None:
    asks = "document.querySelector('form[action=\"/provision/confirm\"]') !== null"
    browser.until_told(lambda: page.advance(1), asks)
    assert page.there.house.config.read_text() != SITE
    assert 0 < browser.run("Number(document.querySelector('[data-left]').value)") <= TRIAL_S
    keep(browser, "12-apply-asks")
    browser.send("document.querySelector('form[action=\"/provision/confirm\"] button').click()")
    ended(browser, page, "apply")


def test_what_nobody_confirms_is_undone_after_its_time(page: Served, browser: Chromium) -> None:
    """The clock is ours: ninety seconds pass at once."""
    as_(browser, page, Role.TECHNICIAN)
    before = page.there.house.config.read_text()
    browser.go(f"{page.url}config")
    changed = before.replace('id = "u1"', 'id = "u9"')
    assert changed != before
    browser.run(f"document.querySelector('#text').value = {json.dumps(changed)}")
    browser.send("document.querySelector('form[action=\"/config/check\"] button').click()")
    browser.send("document.querySelector('[formaction=\"/config/apply\"]').click()")
    assert page.there.house.config.read_text() == changed
    assert browser.run("document.querySelector('[data-trial]').dataset.trial") == str(TRIAL_S)
    page.advance(TRIAL_S - 1)
    assert page.there.house.config.read_text() == changed
    page.advance(2)
    browser.go(f"{page.url}config")
    assert browser.run("document.querySelector('[data-trial]') === null")
    assert page.there.house.config.read_text() == before


def test_each_role_sees_and_may_do_its_own(page: Served, browser: Chromium) -> None:
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.ADMIN):
        as_(browser, page, role)
        links = browser.run("[...document.querySelectorAll('body > nav a')].map((a) => a.pathname)")
        assert links == [link.path for link in menu() if role >= link.least]
        asked = {row.path: row.least > role for row in ROUTES if row.method == "GET"}
        for path in ("/provision", "/config", "/audit"):
            browser.go(page.url.rstrip("/") + path)
            why = browser.run("document.querySelector('[data-why]')?.dataset.why")
            assert why == ("refused-role" if asked[path] else None)
        browser.go(page.url)
        status = browser.run(
            "(() => { const ask = new XMLHttpRequest(); ask.open('POST', '/provision/make', false);"
            " const token = document.querySelector('[name=token]').value;"
            " ask.setRequestHeader('content-type', 'application/x-www-form-urlencoded');"
            " ask.send(`token=${token}&step=none`); return ask.status; })()"
        )
        assert status == (403 if role is Role.VIEWER else 409)


def test_plates_and_tags_are_masked_for_whoever_looks(page: Served, browser: Chromium) -> None:
    as_(browser, page, Role.ADMIN)
    for path in ("passages", "weighing"):
        browser.go(page.url + path)
        text = browser.run("document.body.innerText")
        assert not PLATE.search(text), path
    browser.go(f"{page.url}passages")
    shown = browser.run("[...document.querySelectorAll('.plate')].map((each) => each.innerText)")
    assert shown
    assert all("•" in each or "~" in each for each in shown)
