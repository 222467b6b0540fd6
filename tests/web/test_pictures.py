"""The guides' pictures show the pages as they are: see ``pictures`` for how that is known."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import ROOT
from tests.needs import find
from tests.web import pictures
from tests.web.pictures import FOLDER, LANGUAGES, MOST_BYTES, PICTURES, RECORD
from tests.web.unit import Unit

GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
ANEW = "the page has changed since its picture was taken: ./dev pictures"


@pytest.fixture(scope="module")
def record() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(RECORD.read_text())
    return known


async def test_each_picture_is_of_the_page_as_it_is_served(
    there: Unit, record: dict[str, dict[str, str]]
) -> None:
    pictures.arrange(there)
    for picture in PICTURES:
        for language in LANGUAGES:
            name = picture.file(language)
            page = await pictures.served(there, picture, language)
            assert pictures.digest(page) == record[name]["page"], f"{name}: {ANEW}"
            assert pictures.file_digest(FOLDER / name) == record[name]["file"], f"{name}: {ANEW}"


async def test_a_changed_word_is_another_page(there: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.arrange(there)
    doctor = next(each for each in PICTURES if each.name == "doctor")
    before = await pictures.served(there, doctor, "vi")
    assert pictures.digest(before) == pictures.digest(await pictures.served(there, doctor, "vi"))
    there.house.chores._done.clear()
    assert pictures.digest(before) != pictures.digest(await pictures.served(there, doctor, "vi"))


def test_there_are_few_small_pictures_and_each_is_shown(record: dict[str, Any]) -> None:
    assert len(PICTURES) <= 12
    here = {file.name for file in FOLDER.glob("*.webp")}
    assert here == set(record) == {each.file(lang) for each in PICTURES for lang in LANGUAGES}
    assert [file.name for file in FOLDER.glob("*.webp") if file.stat().st_size > MOST_BYTES] == []
    told = {
        name for page in GUIDES for name in re.findall(r"\(pictures/([\w.-]+)\)", page.read_text())
    }
    assert told == here


@pytest.mark.slow
@pytest.mark.skipif(find("chromium") is None, reason="chromium is not here")
async def test_they_can_be_taken_anew(tmp_path: Path) -> None:
    wanted = [each for each in PICTURES if each.name in ("first", "cameras", "config")]
    taken = await pictures.take(tmp_path, wanted)
    assert set(taken) == {each.file(lang) for each in wanted for lang in LANGUAGES}
    assert all((tmp_path / name).read_bytes()[8:12] == b"WEBP" for name in taken)


def test_without_a_browser_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pictures, "find", lambda _: None)
    assert pictures.main() == 3
    assert "apt install chromium" in capsys.readouterr().err
