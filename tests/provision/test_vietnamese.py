"""Every reason that a step may give has its Vietnamese, with the same blanks."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edge_agent.provision
from edge_agent.provision.vietnamese import in_vietnamese, templates

ROOM = Path(edge_agent.provision.__file__).parent
OF_A_TERMINAL = {
    "a table, or the path of a TOML file: {}",
    "the script has no answer to {}: {}",
    "the input has ended; run it again to go on here",
    "then end here with Ctrl-C; nothing has changed",
    "then end here with Ctrl-C, and search elsewhere",
    "version = {}: a whole number is needed",
    "the site file is no TOML: {}",
    "no way from version {} of the site file to {}",
    "the change from version {} did not reach {}",
}
"""Nobody who looks at a page meets these."""


def said() -> list[str]:
    """Literal reasons in the code; what is composed of others' words alone is left out."""
    found = []
    for file in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                at = {"Result": 1, "StepFailed": 0, "ProvisionError": 0, "ValueError": 0}
                index = at.get(node.func.id, len(node.args))
                found += [_text(each) for each in node.args[index : index + 1]]
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id in ("why", "seen")
                for target in node.targets
            ):
                found.append(_text(node.value))
    return sorted({text for text in found if text.strip("{}:= .,") and text != "colours.{}: {}"})


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
        case ast.IfExp(body=body):
            return _text(body)
    return ""


@pytest.mark.parametrize("words", [each for each in said() if each not in OF_A_TERMINAL])
def test_every_reason_can_be_said(words: str) -> None:
    plain = words.replace("{}", "X")
    assert in_vietnamese(plain) != plain


def test_there_are_reasons() -> None:
    assert len(said()) > 50


def test_blanks_are_kept() -> None:
    for english, vietnamese in templates().items():
        assert english.count("{}") == vietnamese.count("{}"), english


def test_reasons_within_reasons() -> None:
    told = in_vietnamese(
        "Apply: undone: no way to the broker 10.0.0.9: timed out; snapshot S is back"
    )
    assert told == "đã hoàn tác: không đến được máy chủ 10.0.0.9: timed out; bản S đã trở lại"
    both = in_vietnamese(
        "cam1: point 3 does not fit the others; cam2: point 1 does not fit the others"
    )
    assert both.count("không khớp") == 2


@given(st.text(max_size=60))
def test_other_words_stay_what_they_are_or_are_said(words: str) -> None:
    assert isinstance(in_vietnamese(words), str)
