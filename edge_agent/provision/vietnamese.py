"""What a step says of itself, in Vietnamese: the record keeps one language, the page shows two."""

import re
import tomllib
from functools import cache
from pathlib import Path

from edge_agent.provision.forms import FORMS

_FILE = Path(__file__).with_name("vietnamese.toml")
_DEPTH = 3


@cache
def templates() -> dict[str, str]:
    """English to Vietnamese."""
    found: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found


def in_vietnamese(words: str) -> str:
    """The same in Vietnamese; as they are where they are not words of a step."""
    return _translated(words, _DEPTH)


def _translated(words: str, depth: int) -> str:
    if depth == 0:
        return words
    for form in FORMS:
        if words.startswith(f"{form.en}: "):
            return _translated(words.removeprefix(f"{form.en}: "), depth)
    several = words.split("; ")
    if len(several) > 1:
        each_told = [_translated(each, depth) for each in several]
        if all(told != each for told, each in zip(each_told, several, strict=True)):
            return "; ".join(each_told)
    for pattern, vietnamese in _patterns():
        match = pattern.fullmatch(words)
        if match:
            return vietnamese.format(*(_translated(each, depth - 1) for each in match.groups()))
    return words


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with more words of their own first: they fit less by chance."""
    by_length = sorted(templates().items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return [
        (re.compile(re.escape(english).replace(r"\{\}", "(.+?)"), re.DOTALL), vietnamese)
        for english, vietnamese in by_length
    ]
