"""The guides as text, and what is fenced in them."""

import re
import shlex
from pathlib import Path

from tests.house.source import ROOT

FOLDER = ROOT / "docs" / "guide"
NAMES = ("technician", "integrator")
LANGUAGES = ("vi", "en")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page(name: str, language: str) -> Path:
    """The guide's file."""
    return FOLDER / f"{name}.{language}.md"


def fences(name: str, language: str, kind: str) -> list[str]:
    """Blocks of this kind, in their order."""
    found = _FENCE.findall(page(name, language).read_text(encoding="utf-8"))
    return [body for said, body in found if said == kind]


def prose(name: str, language: str) -> str:
    """Without what is fenced or between backticks."""
    text = _FENCE.sub("", page(name, language).read_text(encoding="utf-8"))
    return re.sub(r"`[^`]*`", "", text)


def commands(name: str, language: str) -> list[list[str]]:
    """Every line of the shell blocks as words; a line's last backslash joins the next to it."""
    lines = [
        line
        for block in fences(name, language, "sh")
        for line in block.replace("\\\n", " ").splitlines()
    ]
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]
