import json
import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.config.locate import Path, locate

KEYS = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9_-]{1,6}\Z"),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=382, exclude_characters="\x7f"), max_size=6
    ),
)
TRICKY = st.text(st.sampled_from(list("ab\"'\\[]{}#=,. \n")), max_size=12)


@dataclass
class Writer:
    """Writes TOML in random spellings and notes the line of every leaf as it goes."""

    draw: st.DrawFn
    text: str = ""
    leaves: dict[Path, int] = field(default_factory=dict)

    def line(self) -> int:
        return self.text.count("\n") + 1

    def put(self, text: str) -> None:
        self.text += text

    def pick(self, *choices: str) -> None:
        self.put(self.draw(st.sampled_from(choices)))

    def key(self, key: str) -> None:
        bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
        literal = "'" not in key and key.isprintable()
        forms = [json.dumps(key, ensure_ascii=False)]
        forms += [f"'{key}'"] if literal else []
        forms += [key] * 3 if bare else []
        self.pick(*forms)

    def value(self, path: Path, depth: int, *, one_line: bool = False) -> None:
        kind = self.draw(st.integers(0, 7 if depth < 3 else 4))
        if kind in {5, 6}:
            self.list(path, depth, one_line=one_line)
        elif kind == 7:
            self.inline(path, depth)
        else:
            self.leaves[path] = self.line()
            self.put(self.scalar(kind, one_line=one_line))

    def scalar(self, kind: int, *, one_line: bool) -> str:
        text = self.draw(TRICKY)
        if kind == 0:
            return self.draw(
                st.sampled_from(["1", "true", "-2.5e3", "0x1F", "inf", "1979-05-27 07:32:00Z"])
            )
        if kind == 1 and "'" not in text and "\n" not in text:
            return f"'{text}'"
        if kind == 2 and not one_line:
            body = text.replace("\\", "\\\\").replace('"""', '""\\"')
            return f'"""{body.removesuffix(chr(34))}"""'
        if kind == 3 and not one_line and "'''" not in text:
            return f"'''{text.rstrip(chr(39))}'''"
        return json.dumps(text)

    def list(self, path: Path, depth: int, *, one_line: bool) -> None:
        blank = (" ", "") if one_line else (" ", "", "\n", " # ] \" ' [\n", "\n\n  ")
        self.put("[")
        size = self.draw(st.integers(0, 3))
        for index in range(size):
            self.pick(*blank)
            self.value((*path, index), depth + 1, one_line=one_line)
            self.pick(*blank)
            if index < size - 1 or self.draw(st.booleans()):
                self.put(",")
        self.pick(*blank)
        self.put("]")

    def inline(self, path: Path, depth: int) -> None:
        self.put("{ ")
        for index, key in enumerate(self.draw(st.lists(KEYS, max_size=3, unique=True))):
            self.put(", " if index else "")
            self.key(key)
            self.pick("=", " = ")
            self.value((*path, key), depth + 1, one_line=True)
        self.put(" }")

    def pairs(self, base: Path, taken: set[str]) -> None:
        for key in self.draw(st.lists(KEYS, max_size=4, unique=True)):
            if key in taken:
                continue
            taken.add(key)
            path: Path = (*base, key)
            self.pick("", "\n", "# x = [1\n", "  ")
            self.key(key)
            if self.draw(st.booleans()):
                self.pick(".", " . ")
                inner = self.draw(KEYS)
                self.key(inner)
                path = (*path, inner)
            self.pick("=", " = ", "\t=")
            self.value(path, 0)
            self.pick("\n", " # end '\n", "\n\n")


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    writer = Writer(draw)
    names: set[str] = set()
    writer.pairs((), names)
    for name in draw(st.lists(KEYS, max_size=3, unique=True)):
        if name in names:
            continue
        names.add(name)
        repeat = draw(st.integers(0, 2))
        for index in range(max(1, repeat)):
            base: Path = (name, index) if repeat else (name,)
            writer.put("[[" if repeat else "[")
            writer.key(name)
            writer.put("]] # [\n" if repeat else "]\n")
            taken: set[str] = set()
            writer.pairs(base, taken)
            sub = draw(KEYS)
            if sub not in taken:
                writer.put("[ ")
                writer.key(name)
                writer.put(" . ")
                writer.key(sub)
                writer.put(" ]\n")
                writer.pairs((*base, sub), set())
    return writer.text, writer.leaves


def leaves(value: Any, path: Path = ()) -> set[Path]:
    if isinstance(value, dict):
        return {found for key, item in value.items() for found in leaves(item, (*path, key))}
    if isinstance(value, list):
        return {found for index, item in enumerate(value) for found in leaves(item, (*path, index))}
    return {path}


@given(documents())
@settings(max_examples=60, deadline=None)
def test_every_leaf_is_found_on_its_line(document: tuple[str, dict[Path, int]]) -> None:
    text, expected = document
    assert leaves(tomllib.loads(text)) == set(expected), "the generator itself must be right"
    for spelling in (text, text.replace("\n", "\r\n")):
        lines = locate(spelling)
        for path, line in expected.items():
            # A leaf's own line is that of its key or element, where the value begins too.
            assert lines.of(path) == line, (path, text)


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\n\nb.c.d = 2\n", ("b", "c"), 3),
        ("[a.b]\nx = 1\n[a]\ny = 2\n", ("a",), 3),
        ("[[a]]\n[[a]]\n[a.b]\nc = 1\n", ("a", 1, "b", "c"), 4),
        ("a = [\n  { b = 1 },\n  { b = 2 },\n]\n", ("a", 1, "b"), 3),
        ('a = """\n[b]\n"""\nc = 1\n', ("c",), 4),
        ("[a]\n", ("a", "missing"), 1),
        ("a = 1\n", ("none",), 0),
        ("", (), 0),
    ],
)
def test_lines(text: str, path: Path, line: int) -> None:
    assert locate(text).of(path) == line
