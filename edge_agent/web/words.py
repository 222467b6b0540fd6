"""The page's words: a file a language, with the same keys in each."""

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
    text = (_FOLDER / f"words.{language}.toml").read_text(encoding="utf-8")
    return cast("dict[str, str]", tomllib.loads(text))


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
