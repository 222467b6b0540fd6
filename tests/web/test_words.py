"""Both languages say everything, and nothing that no page asks for a word of is forgotten."""

import re
from pathlib import Path

import pytest

import edge_agent.web
from edge_agent.web.words import LANGUAGES, language_of, word, words

ROOM = Path(edge_agent.web.__file__).parent
FORMS = re.compile(r"\{(\w+)\}")


def test_the_languages_have_the_same_keys_and_the_same_blanks() -> None:
    english, vietnamese = words("en"), words("vi")
    assert english.keys() == vietnamese.keys()
    for key, text in english.items():
        assert sorted(FORMS.findall(text)) == sorted(FORMS.findall(vietnamese[key])), key
        assert text.strip()
        assert vietnamese[key].strip()


@pytest.mark.parametrize("page", sorted(ROOM.glob("templates/*.html")), ids=lambda path: path.name)
def test_every_word_that_a_page_asks_for_is_there(page: Path) -> None:
    asked = re.findall(r"[\"']([a-z][a-z0-9-]+)[\"']\|w\b", page.read_text(encoding="utf-8"))
    assert [key for key in asked if key not in words("en")] == []


def test_every_word_that_the_code_names_is_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    named = re.findall(
        r'"((?:refused|conflict|said|account|password|login|first|plot)-[a-z-]+)"', code
    )
    assert len(named) > 20
    audited = {f"audit-{what}" for what in re.findall(r'note\(\s*[\w.\"]+, "([a-z-]+)"', code)}
    # What is put on record is said of somebody: its words begin with "audit-".
    wanted = {key for key in named if not key.endswith("-")} - {key[6:] for key in audited}
    assert [key for key in wanted | audited if key not in words("en")] == []


def test_a_word_that_is_missing_shows_its_key() -> None:
    assert word("vi", "no-such-key") == "no-such-key"


@pytest.mark.parametrize(
    ("cookie", "accepted", "chosen"),
    [
        (None, "", "vi"),
        (None, "en-GB,en;q=0.9,vi;q=0.1", "en"),
        (None, "fr", "vi"),
        ("en", "vi", "en"),
        ("<x>", "en", "en"),
    ],
)
def test_the_language_is_the_chosen_one(cookie: str | None, accepted: str, chosen: str) -> None:
    assert language_of(cookie, accepted) == chosen
    assert chosen in LANGUAGES
