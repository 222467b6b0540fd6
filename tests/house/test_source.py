"""Rules about what is in the files, and where files may be."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, files, python, texts

LONGEST = 350
TOP = {
    ".ci",
    ".gitignore",
    ".importlinter",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "config",
    "dev",
    "docs",
    "drivers",
    "edge_agent",
    "models",
    "pyproject.toml",
    "requirements",
    "simulators",
    "systemd",
    "tests",
}
# Spelt in pieces, for this file is read too.
MACHINE = re.compile(r"(?<![\w.])/(?:work|opt/pypi[\w-]*|root)/|/home/\w+/")
INDEX = re.compile(r"py" r"pi\.org|python" r"hosted|registry\.np" r"mjs|--(?:extra-)?index" r"-url")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImpl" r"emented")


def _hits(pattern: re.Pattern[str], skip: str = "") -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        if name != skip
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_top_level_is_the_one_that_is_drawn() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in files()} <= TOP


def test_no_path_of_somebodys_machine() -> None:
    assert _hits(MACHINE) == []


def test_no_address_of_a_package_index() -> None:
    assert _hits(INDEX, skip="dev") == []


def test_nothing_is_left_for_later() -> None:
    assert _hits(UNFINISHED) == []


def test_one_idea_a_file() -> None:
    long = {name: text.count("\n") for name, text in python() if text.count("\n") > LONGEST}
    assert long == {}


def test_no_attic() -> None:
    attics = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}
    assert [name for name, _ in python() if Path(name).name in attics] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for name, text in python()
        if not name.startswith("tests/") and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {Path(name).parent for name, _ in python()}
    assert [str(each) for each in folders if not (ROOT / each / "__init__.py").is_file()] == []


def test_links_into_the_package_lead_to_the_drawn_folders() -> None:
    for name in ("drivers", "simulators", "models"):
        link = ROOT / "edge_agent" / name
        assert link.is_symlink()
        assert link.resolve() == ROOT / name


@pytest.mark.parametrize("name", ["drivers", "simulators", "models"])
def test_the_linter_refuses_the_folder_name_as_a_package(name: str) -> None:
    source = f'"""Doc."""\n\nimport {name}.camera\n\nprint({name})\n'
    ruff = Path(sys.executable).with_name("ruff")
    result = subprocess.run(
        [ruff, "check", "--stdin-filename", "edge_agent/x.py", "--select", "TID251", "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "TID251" in result.stdout


@pytest.mark.parametrize("name", ["run", "sim", "dev"])
def test_requirements_are_hashed_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 10
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin
    assert "://" not in text
    assert "file:" not in text


def test_requirements_agree_with_each_other() -> None:
    pins = {
        name: dict(
            re.findall(
                r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE
            )
        )
        for name in ("run.txt", "sim.txt", "dev.txt")
    }
    assert pins["run.txt"].items() <= pins["sim.txt"].items() <= pins["dev.txt"].items()
