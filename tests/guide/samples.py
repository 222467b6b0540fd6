"""The samples in the integrator's guides, put in anew from docs/contract by ``./dev generate``."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.guide.pages import LANGUAGES, page
from tests.house.source import ROOT

SAMPLES = ROOT / "docs" / "contract" / "samples"
ORDER = (
    "receipt", "passage", "unpaired", "violation", "evidence", "incident", "tag", "axles",
    "signal", "agg", "figure", "alarm", "dev", "loss", "state", "about", "health",
)  # fmt: skip
"""As they stand in the guides."""
_WIDTH = 88
_FENCE = re.compile(r"^```json\n.*?^```$", re.DOTALL | re.MULTILINE)
_PIECE = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")*,?')


def shown(name: str) -> str:
    """A sample as a fenced block, its one line broken after commas."""
    text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8").strip()
    return "```json\n" + "\n".join(_broken(text)) + "\n```"


def renewed(text: str) -> str:
    """A guide with its samples as they are now."""
    blocks = iter(ORDER)
    changed = _FENCE.sub(lambda _: shown(next(blocks)), text)
    left = list(blocks)
    if left:
        raise ValueError(f"a guide lacks blocks for {', '.join(left)}")
    return changed


def _broken(text: str) -> Iterator[str]:
    line = ""
    for piece in _PIECE.findall(text):
        if line and len(line) + len(piece) > _WIDTH:
            yield line
            line = " "
        line += piece
    yield line


def main() -> None:
    """Both guides."""
    for language in LANGUAGES:
        guide: Path = page("integrator", language)
        guide.write_text(renewed(guide.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
