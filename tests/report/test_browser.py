"""The page in a real browser: nothing to complain of, nobody asked, and a picture to look at.

The pictures stay under ``.artefacts/report``: look at them after a change.
"""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent import cli
from edge_agent.contract.events import Violation
from edge_agent.exits import Exit
from tests.house.source import ROOT
from tests.needs import find
from tests.report.day import DAY, Day
from tests.report.packages import seal

CHROMIUM = find("chromium")
KEPT = ROOT / ".artefacts" / "report"
Picture = NDArray[np.int32]
_NONE = "not an origin"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: ./dev setup installs it as root"),
]


class Browser:
    """Chromium without a window and without a network."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *words: str) -> str:
        """What it logged; its console's words among that."""
        assert CHROMIUM is not None
        told = subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={self._folder / 'profile'}",
                f"--log-net-log={self._folder / 'net.json'}",
                "--enable-logging=stderr",
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
        return told.stderr

    def asked(self) -> list[str]:
        """Addresses that the page wanted; the browser's own errands come from no origin."""
        log = json.loads((self._folder / "net.json").read_text())
        told = [event["params"] for event in log["events"] if isinstance(event.get("params"), dict)]
        urls = [one["url"] for one in told if one.get("initiator", _NONE) != _NONE and "url" in one]
        return [url for url in urls if not url.startswith(("file:", "data:"))]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    KEPT.mkdir(parents=True, exist_ok=True)
    return Browser(tmp_path)


def make(folder: Path, language: str, days: int = 1) -> Path:
    lines = [
        line
        for day in range(days)
        for line in Day(seed=day + 1, start=Day.start + day * DAY).lines()
    ]
    (folder / "day.ndjson").write_bytes(b"\n".join(lines))
    seal(folder / "evidence", [e for e in Day().events() if isinstance(e, Violation)][:12])
    out = KEPT / f"{'day' if days == 1 else 'days'}-{language}.html"
    words = ["--from", "2026-11-22", "--to", f"2026-11-{22 + days}", "--lang", language]
    words += ["--source", str(folder / "day.ndjson"), "--out", str(out)]
    words += ["--evidence", str(folder / "evidence"), "--key", str(folder / "unit.pub")]
    assert cli.main(["report", *words, "--config", str(folder / "none")]) == Exit.OK
    return out


def seen(picture: Path) -> Picture:
    drawn = cv2.imread(str(picture))
    assert drawn is not None
    return np.asarray(drawn, np.int32)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_day_is_drawn_without_complaint_and_nobody_is_asked(
    tmp_path: Path, browser: Browser, language: str
) -> None:
    page = make(tmp_path, language)
    picture = page.with_suffix(".png")
    picture.unlink(missing_ok=True)
    log = browser.run("--window-size=1144,6800", f"--screenshot={picture}", page.as_uri())
    assert "CONSOLE" not in log
    assert browser.asked() == []
    drawn = seen(picture)
    assert drawn.shape == (6800, 1144, 3)
    # From top to bottom there is something to see, in the classes' own colours too.
    assert all(part.std() > 5 for part in (drawn[:800], drawn[2500:3300], drawn[4500:5300]))
    for colour in ((178, 114, 0), (233, 180, 86), (115, 158, 0)):
        assert (abs(drawn[:1200] - colour).max(axis=2) < 3).sum() > 50


def test_a_browser_that_is_told_to_load_something_would_be_caught(
    tmp_path: Path, browser: Browser
) -> None:
    page = tmp_path / "bad.html"
    page.write_text('<script>console.error("x")</script><img src="http://example.invalid/a.png">')
    log = browser.run(f"--screenshot={tmp_path / 'bad.png'}", page.as_uri())
    assert "CONSOLE" in log
    assert "http://example.invalid/a.png" in browser.asked()


def test_dark_screens_and_paper(tmp_path: Path, browser: Browser) -> None:
    page = make(tmp_path, "vi")
    dark, paper = page.with_name("dark.png"), page.with_suffix(".pdf")
    browser.run(
        "--blink-settings=preferredColorScheme=0",
        "--window-size=1144,2000",
        f"--screenshot={dark}",
        page.as_uri(),
    )
    assert seen(dark)[:200].mean() < 60
    browser.run("--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri())
    assert 4 <= paper.read_bytes().count(b"/Type /Page\n") <= 12


def test_a_phone_does_not_scroll_sideways(tmp_path: Path, browser: Browser) -> None:
    """The page is as wide as the screen: its last column of pixels is paper."""
    page = make(tmp_path, "vi")
    picture = page.with_name("phone.png")
    browser.run("--window-size=500,9000", f"--screenshot={picture}", page.as_uri())
    assert seen(picture)[:, -1].min() > 240


def test_several_days_are_shown_day_by_hour(tmp_path: Path, browser: Browser) -> None:
    page = make(tmp_path, "en", days=3)
    browser.run(
        "--window-size=1144,3000", f"--screenshot={page.with_suffix('.png')}", page.as_uri()
    )
    assert "Flow by day and hour" in page.read_text(encoding="utf-8")
