"""The page's words: files of a language, with the same keys in each; a large page has its own."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_FOLDER = Path(__file__).parent


@cache
def words(language: Language) -> dict[str, str]:
    """All of a language."""
    found: dict[str, str] = {}
    for file in sorted(_FOLDER.glob(f"words*.{language}.toml")):
        found |= cast("dict[str, str]", tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def word(language: Language, key: str, **values: object) -> str:
    """The words for a key; the key itself where there are none, so that a page is never empty."""
    text = words(language).get(key, key)
    return text.format(**values) if values else text


def language_of(cookie: str | None, accepted: str) -> Language:
    """As chosen; else as the browser asks; Vietnamese where neither says."""
    for language in LANGUAGES:
        if cookie == language:
            return language
    first = accepted.split(",", 1)[0].strip().lower()
    return "en" if first.startswith("en") else "vi"
