"""What the words promise exists: links lead somewhere, commands and their options are real."""

import functools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, files

PAGES = [path for path in files() if path.suffix == ".md" and "docs/contract" not in str(path)]
HEAD = re.compile(r"^\./dev (\w+)\b", re.MULTILINE)
PROGRAMS = {"edge-agent", "edge-sim", "edge-centre"}


def _fences(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def _commands() -> list[tuple[str, list[str]]]:
    """Every line of ours in a shell block: page and words."""
    found = []
    for page in PAGES:
        for block in _fences(page.read_text(), "sh"):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    words[0] = words[0].removeprefix("/opt/edge-agent/bin/")
                    found.append((str(page.relative_to(ROOT)), words))
    return found


@functools.cache
def _help(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name(program), *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_verb_of_dev_that_is_told_exists() -> None:
    script = (ROOT / "dev").read_text()
    verbs = set(
        re.findall(r"^    (\w+)\) ", script.partition("case $verb in\n    setup)")[2], re.MULTILINE)
    )
    verbs |= {"setup"}
    told = {words[1] for _, words in _commands() if words[0] == "./dev"}
    told |= {verb for page in PAGES for verb in re.findall(r"`\./dev (\w+)", page.read_text())}
    assert told
    assert told <= verbs
    assert {line.split()[1] for line in script.splitlines() if line.startswith("./dev ")} == verbs


def test_every_command_that_is_told_takes_its_words() -> None:
    told = [(page, words) for page, words in _commands() if words[0] in PROGRAMS]
    assert len(told) > 8
    for page, words in told:
        verb = [words[1]] if len(words) > 1 and not words[1].startswith("-") else []
        shown = _help(words[0], *verb)
        assert shown.returncode == 0, (page, words, shown.stderr)
        options = [word for word in words if word.startswith("--") and word != "--help"]
        assert [option for option in options if option not in shown.stdout] == [], (page, words)


def test_readme_says_how_to_get_figures_and_gives_none() -> None:
    text = (ROOT / "README.md").read_text()
    assert "./dev bench spine" in text
    assert not re.search(r"\d+ ?(ms|MB|events/s|%)", text)


def test_the_drawing_shows_the_house() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    picture = _fences(text, "")[0]
    inside = re.findall(r"^  ((?:[a-z]+(?:\.py|/) ?)+)", picture, re.MULTILINE)
    drawn = {name.rstrip("/") for line in inside for name in line.split()}
    built = {path.relative_to(ROOT).parts[1] for path in files() if _in_package(path)}
    assert drawn == {name for name in built if not name.startswith("__") and name != "py.typed"}
    paths = re.findall(r"`((?:edge_agent|drivers)/[\w/.]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def _in_package(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] == "edge_agent"
