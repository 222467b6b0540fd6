"""The guides tell the truth: what they name exists, and both languages say the same."""

import argparse
import json
import re
import shlex
import tomllib
from collections.abc import Callable
from typing import Any, get_args

import jsonschema
import pytest

from edge_agent import cli
from edge_agent.centre import cli as centre
from edge_agent.config.unit import UnitSettings
from edge_agent.device.readings import Severity
from edge_agent.doctor.check import GROUPS, Language
from edge_agent.errors import Cause
from edge_agent.provision.steps import STEPS
from edge_agent.simulators import cli as simulators
from edge_agent.web.routes import menu
from edge_agent.web.words import word, words
from tests.guide.pages import FOLDER, LANGUAGES, NAMES, commands, fences, page, prose
from tests.guide.samples import ORDER, SAMPLES, renewed
from tests.house.source import ROOT

PAIRS = [(name, language) for name in NAMES for language in LANGUAGES]
OTHERS = {"chronyc", "journalctl", "openssl", "python", "systemctl"}
"""Programs of others that a shell block may call."""
BOTH: tuple[Language, ...] = ("vi", "en")
VIETNAMESE = re.compile(
    r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
)
_INLINE = re.compile(r"`((?:edge-agent|edge-sim|edge-centre|\./dev) [^`]+)`")


class Parsed(Exception):  # noqa: N818 - no error: it ends a command before it runs
    """The words were understood."""


def _understood(main: Callable[[list[str]], int], words: list[str]) -> bool:
    """Whether the program takes these words, without running them."""
    whole = argparse.ArgumentParser.parse_args

    def stop(self: Any, args: Any = None, namespace: Any = None) -> Any:
        whole(self, args, namespace)
        raise Parsed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", stop)
        patch.setattr(cli, "explain", lambda error: 0 if isinstance(error, Parsed) else 70)
        try:
            return main(words) == 0
        except Parsed:
            return True
        except SystemExit as ended:
            return ended.code == 0


PROGRAMS: dict[str, Callable[[list[str]], int]] = {
    "edge-agent": cli.main,
    "edge-sim": simulators.main,
    "edge-centre": centre.main,
}


def _ours(words: list[str]) -> list[str]:
    """A line up to where the shell takes over."""
    cut = [at for at, word in enumerate(words) if word in (">", "<", "|", "&&")]
    return words[: min(cut, default=len(words))]


def _told(name: str, language: str) -> list[list[str]]:
    """Commands in blocks, and those between backticks."""
    inline = _INLINE.findall(page(name, language).read_text(encoding="utf-8"))
    return [*map(_ours, commands(name, language)), *map(shlex.split, inline)]


@pytest.mark.parametrize(("name", "language"), PAIRS)
def test_every_command_is_understood(name: str, language: str) -> None:
    told = _told(name, language)
    assert len(told) > 10
    for line in told:
        program, rest = line[0], line[1:]
        if program == "sudo":
            program, rest = line[3], line[4:]
        if program in PROGRAMS:
            assert _understood(PROGRAMS[program], rest), line
        elif program == "./dev":
            assert f"\n./dev {rest[0]} " in (ROOT / "dev").read_text(), line
        else:
            assert program in OTHERS, line


def test_what_is_no_command_is_found() -> None:
    assert _understood(PROGRAMS["edge-agent"], ["doctor", "--offline"])
    assert not _understood(PROGRAMS["edge-agent"], ["doctor", "--of-course"])
    assert not _understood(PROGRAMS["edge-agent"], ["moonlight"])
    assert not _understood(PROGRAMS["edge-sim"], ["demo", "--site", "moon"])
    assert not _understood(PROGRAMS["edge-centre"], ["gaps"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_samples_are_those_of_the_contract(language: str) -> None:
    blocks = fences("integrator", language, "json")
    assert len(blocks) == len(ORDER)
    for name, block in zip(ORDER, blocks, strict=True):
        schema = json.loads((SAMPLES.parent / "schema" / f"{name}.json").read_text())
        jsonschema.validate(json.loads(block), schema)
    text = page("integrator", language).read_text(encoding="utf-8")
    assert text == renewed(text), "stale samples: ./dev generate"


def test_every_type_has_its_sample() -> None:
    assert set(ORDER) == {file.stem for file in SAMPLES.glob("*.json")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_closed_list_is_explained(language: str) -> None:
    schema = json.loads((SAMPLES.parent / "schema" / "passage.json").read_text())
    text = page("integrator", language).read_text(encoding="utf-8")
    codes = schema["properties"]["why"]["additionalProperties"]["enum"]
    sources = schema["properties"]["ts"]["enum"]
    assert [code for code in (*codes, *sources) if f"| `{code}` |" not in text] == []


@pytest.mark.parametrize("language", BOTH)
def test_the_technician_finds_every_step_group_and_page(language: Language) -> None:
    text = page("technician", language).read_text(encoding="utf-8")
    steps = [step.vi if language == "vi" else step.en for step in STEPS]
    groups = [GROUPS[group][language] for group in GROUPS]
    assert [each for each in (*steps, *groups) if f"| {each} |" not in text] == []
    pages = [word(language, f"nav-{name}") for name in ("overview", "passages", "signals")]
    assert [each for each in pages if f"**{each}**" not in text] == []
    assert len(menu()) > len(pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_aid_knows_every_cause_of_a_device_that_is_down(language: str) -> None:
    rows = re.findall(r"^\| (.+?) \|", page("technician", language).read_text(), re.MULTILINE)
    known = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert {cause.value for cause in Cause} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_into_a_site_file_fits_it(language: str) -> None:
    blocks = fences("integrator", language, "toml")
    unit = {"version": 1, "unit": {"province": "hanoi", "site": "plaza", "id": "u1"}}
    assert blocks
    for block in blocks:
        UnitSettings.model_validate(unit | tomllib.loads(block))


@pytest.mark.parametrize(("name", "language"), PAIRS)
def test_every_link_and_heading_is_there(name: str, language: str) -> None:
    text = page(name, language).read_text(encoding="utf-8")
    heads = {_anchor(head) for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        if path:
            assert (FOLDER / path).exists(), target
        else:
            assert anchor in heads, target


def _anchor(head: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_structure(name: str) -> None:
    one, other = ([_form(line) for line in _outline(name, language)] for language in LANGUAGES)
    assert one == other
    assert commands(name, "vi") == commands(name, "en")
    for kind in ("python", "json", "conf", "acl"):
        assert fences(name, "vi", kind) == fences(name, "en", kind)


def _outline(name: str, language: str) -> list[str]:
    text = page(name, language).read_text(encoding="utf-8")
    found = re.findall(r"^(?:#+ .+|!\[.+|\|.+|\d+\. .+|- .+|```\w*)$", text, re.MULTILINE)
    return [each for each in found if isinstance(each, str)]


def _form(line: str) -> str:
    """What both languages share of a line: its kind, its picture, how many cells it has."""
    if line.startswith("!"):
        return line.partition("](")[2].replace(".vi.", ".").replace(".en.", ".")
    if line.startswith("|"):
        return f"row of {line.count('|')}"
    return line.partition(" ")[0]


@pytest.mark.parametrize("name", NAMES)
def test_each_language_is_itself(name: str) -> None:
    shares = {language: _share(re.findall(r"\w+", prose(name, language))) for language in LANGUAGES}
    assert shares["vi"] > 0.5
    assert shares["en"] < 0.02


def _share(words: list[str]) -> float:
    assert len(words) > 500
    return sum(bool(VIETNAMESE.search(each)) for each in words) / len(words)


@pytest.mark.parametrize(("name", "language"), PAIRS)
def test_a_phone_can_show_it(name: str, language: str) -> None:
    lines = prose(name, language).splitlines()
    plain = [line for line in lines if not line.startswith(("|", "!"))]
    assert [line for line in plain if len(line) > 110] == []
    sentences = re.split(r"(?<=[.!?])\s", " ".join(plain))
    assert max(len(each.split()) for each in sentences) <= 60


@pytest.mark.parametrize("language", BOTH)
def test_what_is_pressed_or_read_on_the_page_is_called_so(language: Language) -> None:
    text = prose("technician", language)
    told = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text))
    known = set(words(language).values()) | set(get_args(Severity))
    known |= {step.vi if language == "vi" else step.en for step in STEPS}
    assert len(told) > 8
    assert told - known == set()
