"""What the page says is what the events say; what is not known says so; no plate, no request."""

import base64
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent import cli
from edge_agent.centre import cli as centre
from edge_agent.centre.intake import Key, Numbered
from edge_agent.centre.sqlite_store import SqliteStore
from edge_agent.centre.store import Group
from edge_agent.clock import ManualClock
from edge_agent.contract.events import Agg, Violation
from edge_agent.contract.topics import UnitTopics
from edge_agent.exits import Exit
from edge_agent.history.settings import HistorySettings
from edge_agent.history.store import FOLDER, History
from edge_agent.report.make import gather, write
from edge_agent.report.on_verdicts import SHOWN_MAX
from edge_agent.report.page import About
from edge_agent.report.period import HOUR_MS, Period
from edge_agent.report.pictures import Pictures
from edge_agent.report.source import Doubts, events
from tests.report.day import DAY, PLATE, Day
from tests.report.packages import MASKED, seal

Shown = pytest.CaptureFixture[str]


class Reader(HTMLParser):
    """Text, addresses and elements of a page; complains of what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.addresses: list[str] = []
        self.elements: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [str(v) for k, v in attrs if k in ("src", "href", "xlink:href", "action")]
        if tag not in ("meta", "img", "br", "hr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.text.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def make(folder: Path, *words: str, day: Day | None = None, code: int = Exit.OK) -> Path:
    source = folder / "day.ndjson"
    source.write_bytes(b"\n".join((day or Day(hours=4)).lines()))
    out = folder / "page.html"
    begin = () if "--from" in words else ("--from", "2026-11-22")
    told = ["report", *begin, "--source", str(source), "--out", str(out)]
    assert cli.main([*told, "--config", str(folder / "none.toml"), *words]) == code
    return out


@pytest.mark.parametrize("language", ["vi", "en"])
def test_totals_are_those_of_the_cameras(tmp_path: Path, language: str) -> None:
    page = make(tmp_path, "--lang", language)
    cameras = [e for e in Day(hours=4).events() if isinstance(e, Agg) and e.src == "camera"]
    total = sum(count.n for agg in cameras for count in agg.n or ())
    text = " ".join(read(page).text)
    assert f"{total:,}".replace(",", "." if language == "vi" else ",") in text
    assert ("Báo cáo giao thông" in text) is (language == "vi")
    assert ("Traffic report" in text) is (language == "en")


def test_page_needs_nothing_from_elsewhere_and_runs_nothing(tmp_path: Path) -> None:
    seal(tmp_path / "evidence", [e for e in Day(hours=4).events() if isinstance(e, Violation)][:2])
    key = str(tmp_path / "unit.pub")
    page = read(make(tmp_path, "--evidence", str(tmp_path / "evidence"), "--key", key))
    assert len(page.addresses) == 2
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert not {"script", "link", "iframe", "object", "form"} & set(page.elements)
    source = html.unescape((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert "default-src 'none'" in source
    assert not re.search(r"@import|url\((?!#hatch\))|https?://", source)


def test_no_plate_stands_in_it(tmp_path: Path) -> None:
    assert PLATE in json.dumps([line.decode() for line in Day(hours=4).lines()])
    assert PLATE not in make(tmp_path).read_text(encoding="utf-8")


def test_only_masked_copies_that_prove_themselves_are_shown(tmp_path: Path, capsys: Shown) -> None:
    wanted = [e for e in Day(hours=1).events() if isinstance(e, Violation)][:3]
    key = seal(tmp_path / "evidence", wanted)
    copies = sorted((tmp_path / "evidence").glob("*.zip"))[1::2]
    spoilt = bytearray(copies[0].read_bytes())
    spoilt[-4000] ^= 1
    copies[0].write_bytes(spoilt)
    pictures = Pictures(tmp_path / "evidence", key, [event.id for event in wanted])
    assert pictures.broken == [copies[0]]
    found = [pictures.of(event.id) for event in wanted]
    assert sum(address is not None for address in found) == 2
    for address in filter(None, found):
        data = base64.b64decode(address.partition(",")[2])
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (270, 480, 3)
        assert np.abs(picture[10, 240].astype(int) - MASKED).max() < 12


def test_evidence_without_its_key_is_refused(tmp_path: Path, capsys: Shown) -> None:
    make(tmp_path, "--evidence", str(tmp_path), code=Exit.NEGATIVE)
    assert "--evidence needs --key" in capsys.readouterr().err


def test_of_many_violations_the_page_shows_some_and_counts_all(tmp_path: Path) -> None:
    days = [Day(seed=n, hours=1) for n in range(3)]
    source = tmp_path / "many.ndjson"
    source.write_bytes(b"\n".join(line for day in days for line in day.lines()))
    page = read(make(tmp_path, "--source", str(source), "--lang", "en"))
    assert page.elements.count("article") == SHOWN_MAX
    assert f"and {99 - SHOWN_MAX} more" in " ".join(page.text)


def test_a_unit_that_said_nothing_for_a_while_is_not_called_well(tmp_path: Path) -> None:
    """Switched off at noon: its last word of each device is no word on the afternoon."""
    page = make(tmp_path, "--lang", "en", day=Day(hours=12))
    text = " ".join(read(page).text)
    assert "not known" in text
    assert re.search(r"Time measured\s+50 %", text)


def test_several_units_have_a_table_and_a_part_each(tmp_path: Path) -> None:
    source = tmp_path / "two.ndjson"
    source.write_bytes(
        b"\n".join([*Day(hours=2).lines(), *Day(unit="qt5-u2", seed=2, hours=2).lines()])
    )
    page = read(make(tmp_path, "--source", str(source), "--lang", "en"))
    text = " ".join(page.text)
    assert "2 units" in text
    assert text.count("Plates not read") == 2
    one = " ".join(read(make(tmp_path, "--source", str(source), "--unit", "qt5-u2")).text)
    assert "nts-u1" not in one


def test_broken_repeated_and_test_lines_are_told(tmp_path: Path) -> None:
    lines = Day(hours=1).lines()
    test = (
        lines[5].replace(b'"q":"live"', b'"q":"live","test":true').replace(b'"id":"', b'"id":"', 1)
    )
    source = tmp_path / "odd.ndjson"
    source.write_bytes(b"\n".join([*lines[:5], lines[0], test, b"{", b'{"st":"agg"}', *lines[6:]]))
    text = " ".join(read(make(tmp_path, "--source", str(source), "--lang", "en")).text)
    assert "2 broken lines, 1 repeated events, 1 test events, 0 torn files" in text
    with_test = make(tmp_path, "--source", str(source), "--lang", "en", "--with-test")
    assert "TEST MODE" in " ".join(read(with_test).text)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--from", "2025-01-01"], "nothing is known of this period"),
        (["--from", "22/11/2026"], "not a moment; allowed: 2026-11-22"),
        (["--to", "2026-11-21"], "is not after"),
        (["--timezone", "Hanoi"], "no such time zone"),
        (["--source", "none/such"], "no such file or folder"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(
    tmp_path: Path, capsys: Shown, words: list[str], says: str
) -> None:
    make(tmp_path, *words, code=Exit.NEGATIVE)
    assert says in capsys.readouterr().err


def test_centres_database_and_its_export_say_the_same(tmp_path: Path) -> None:
    unit = UnitTopics("hanoi", "nts", "nts-u1")
    told = [json.loads(line) for line in Day(hours=3).lines()]
    kept = [
        Numbered(
            Key(unit, event["ep"], event["st"]), event["sq"], event["id"], event["t"], "live",
            json.dumps(event).encode(), None, known=True,
        )
        for event in told
    ]  # fmt: skip
    store = SqliteStore(tmp_path / "centre.db")
    store.commit(Group(0, kept))
    store.close()
    pages = []
    for source in (tmp_path / "centre.db", tmp_path / "export.ndjson"):
        if source.suffix == ".ndjson":
            with pytest.MonkeyPatch.context() as patch, source.open("w") as out:
                patch.setattr("sys.stdout", out)
                assert centre.main(["export", "--db", str(tmp_path / "centre.db"), "--times"]) == 0
        page = read(make(tmp_path, "--source", str(source)))
        pages.append([text for text in page.text if "Nguồn" not in text])
    assert pages[0] == pages[1]


def test_own_history_and_pictures_are_the_default(tmp_path: Path) -> None:
    day = Day(hours=6)
    clock = ManualClock(utc_ms=day.start + DAY)
    history = History(tmp_path / FOLDER, HistorySettings(free_mb=0), clock)
    for line in day.lines():
        history.keep(json.loads(line)["st"], line)
    history.write()
    seal(tmp_path / "evidence", [e for e in Day(hours=6).events() if isinstance(e, Violation)][:4])
    out = tmp_path / "own.html"
    state = ["--state-dir", str(tmp_path), "--config", str(tmp_path / "none.toml")]
    assert cli.main(["report", "--from", "2026-11-22", "--out", str(out), *state]) == Exit.OK
    page = read(out)
    assert len(page.addresses) == 4
    # What the devices said before this day still holds in it.
    assert "cam-bac" in page.text


@settings(max_examples=8, deadline=None)
@given(
    begin=st.integers(0, 20),
    hours=st.integers(1, 60),
    seed=st.integers(0, 1000),
)
def test_whatever_the_period_the_page_is_whole(begin: int, hours: int, seed: int) -> None:
    day = Day(seed=seed, hours=2)
    start = day.start - begin * HOUR_MS
    period = Period(start, start + hours * HOUR_MS, ZoneInfo("Asia/Ho_Chi_Minh"))
    doubts = Doubts()
    units = gather(events(day.lines(), period, doubts), period)
    text = write(units, period, "vi", About(day.start, "x", {}), doubts, lambda _: None)
    reader = Reader()
    reader.feed(text)
    assert doubts.broken == 0
    assert "nan" not in text
