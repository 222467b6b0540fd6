"""docs/alarms.md shows the shipped rules as they are."""

import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from edge_agent.alarming.rules import shipped, usual
from tests.house.source import ROOT

PROFILES = sorted((ROOT / "drivers").glob("*/profiles/*.toml"))
PAGE = ROOT / "docs" / "alarms.md"


def table() -> Iterator[str]:
    """The rows of the page, from the rules: ``python -m tests.alarming.test_page`` prints them."""
    yield "| code | what | on / off | cause | limit |"
    yield "|---|---|---|---|---|"
    for code, rule in usual().items():
        limit = "" if rule.limit is None else f"{rule.limit:g} {rule.unit}"
        limit += f", deadband {rule.deadband:g}" if rule.limit is not None and rule.deadband else ""
        cause = f"`{rule.cause}`" if rule.cause else ""
        delays = f"{rule.on_s:g} / {rule.off_s:g}" if rule.on_s or rule.off_s else ""
        name = f"{rule.name.en} · {rule.name.vi}"
        yield f"| `{code}` | {name} | {delays} | {cause} | {limit} |"


def test_the_page_shows_every_shipped_rule() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = [line for line in text.splitlines() if line.startswith("|")]
    assert shown == list(table())


def codes(value: Any) -> Iterator[str]:
    """Of every alarm in a profile: tables with a code and a text."""
    if isinstance(value, list):
        for each in value:
            yield from codes(each)
    elif isinstance(value, dict):
        if "code" in value and "text" in value:
            yield value["code"]
        for each in value.values():
            yield from codes(each)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_what_shipped_profiles_raise_is_known(profile: Any) -> None:
    raised = set(codes(tomllib.loads(profile.read_text(encoding="utf-8"))))
    assert {code for code in raised if shipped(code) is None} == set()


def test_profiles_raise_something() -> None:
    told = [tomllib.loads(path.read_text(encoding="utf-8")) for path in PROFILES]
    assert {"mains-failed", "fog", "lamp-out"} <= set(codes(told))


if __name__ == "__main__":
    sys.stdout.write("\n".join([*table(), ""]))
