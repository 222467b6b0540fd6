"""The integrator's figures of bytes, measured anew on the simulated toll plaza."""

import json
import re
import zlib
from pathlib import Path
from statistics import fmean

import pytest

from edge_agent import cli
from edge_agent.simulators import cli as simulators
from tests.guide.pages import LANGUAGES, page

BULK = 50
_ROW = re.compile(r"^\| `(passage|axles|tag)` \| (\d+) \w+ \| (\d+) \w+ \|$", re.MULTILINE)


def _told(language: str) -> dict[str, tuple[int, int]]:
    text = page("integrator", language).read_text(encoding="utf-8")
    return {name: (int(alone), int(bulk)) for name, alone, bulk in _ROW.findall(text)}


def _day_mb(language: str) -> tuple[float, float]:
    """Of ten thousand vehicles: alone, in bulk."""
    text = page("integrator", language).read_text(encoding="utf-8")
    alone, bulk = re.findall(r"(\d+) MB", text.partition(" 50 |")[2])[:2]
    return float(alone), float(bulk)


def _measured(folder: Path) -> dict[str, list[bytes]]:
    readings, truth, config, out = (folder / name for name in ("r", "t", "c.toml", "e"))
    words = ["--minutes", "4", "--flow", "1200", "--out", str(readings), "--truth", str(truth)]
    words += ["--site", "toll-plaza", "--config", str(config)]
    assert simulators.main(["readings", *words]) == 0
    words = ["--readings", str(readings), "--config", str(config), "--out", str(out)]
    assert cli.main(["replay", *words]) == 0
    found: dict[str, list[bytes]] = {}
    for line in out.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)["event"]
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        found.setdefault(event["st"], []).append(body)
    return found


@pytest.mark.slow
def test_the_bytes_are_as_the_guides_say(tmp_path: Path) -> None:
    bodies = _measured(tmp_path)
    totals = [0.0, 0.0]
    for name in ("passage", "axles", "tag"):
        alone = fmean(map(len, bodies[name]))
        packs = [bodies[name][at : at + BULK] for at in range(0, len(bodies[name]), BULK)]
        packed = sum(len(zlib.compress(b"\n".join(pack))) for pack in packs) / len(bodies[name])
        totals = [totals[0] + alone, totals[1] + packed]
        for language in LANGUAGES:
            told_alone, told_packed = _told(language)[name]
            assert told_alone == pytest.approx(alone, rel=0.15)
            assert told_packed == pytest.approx(packed, rel=0.2)
    for language in LANGUAGES:
        day = tuple(total * 10_000 / 1e6 for total in totals)
        assert _day_mb(language) == pytest.approx(day, rel=0.15)
