"""Complaints of tomllib and pydantic, turned into words for the person who must mend the file."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from edge_agent.config.locate import Lines, Path
from edge_agent.config.shape import Shape, nearest
from edge_agent.errors import Problem
from edge_agent.redact import MASK, has_credentials, in_text, in_url

_RULES = ("value_error", "assertion_error")
"""Rules written in Python: the schema does not know them, the description does."""
_LONGEST = 60
_SYNTAX_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
REFERENCE_FORMS = ("file:", "credential:", "env:")
_REFERENCE = "file:/absolute/path, credential:name or env:NAME"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document while it is being judged: what it says and where it says it."""

    file: str
    data: Mapping[str, Any]
    lines: Lines

    def problem(
        self, path: Sequence[str | int], wrong: str, *, value: str = "", allowed: str, do: str
    ) -> Problem:
        """A complaint about one setting."""
        return Problem(self.file, self.lines.of(path), dotted(path), value, wrong, allowed, do)

    def value(self, path: Sequence[str | int]) -> Any:
        """What stands at a path; None when nothing does."""
        found: Any = self.data
        for part in path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found


def dotted(path: Sequence[str | int]) -> str:
    """A path as a person writes it: ``device.cam1.lines[0].name``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            text += f".{key}" if text else key
    return text


def shown(value: Any) -> str:
    """A value for an error: short, of one line, credentials masked."""
    match value:
        case None:
            return ""
        case Mapping():
            return "a table"
        case list():
            text = f"[{', '.join(map(shown, value))}]"
            return text if len(text) <= _LONGEST else f"a list of {len(value)}"
        case bool():
            return str(value).lower()
        case str():
            text = in_url(value) if has_credentials(value) else in_text(value)
            if not text.isprintable():
                text = text.encode("unicode_escape").decode("ascii")
            return f'"{text}"' if len(text) <= _LONGEST else f'"{text[:_LONGEST]}…"'
    return str(value)[:_LONGEST]


def syntax(file: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    """The one complaint about a document that is not TOML; its text is not echoed."""
    words = str(error)
    at = _SYNTAX_AT.search(words)
    line = int(at.group(1)) if at and at.group(1) else text.count("\n") + 1
    column = f"column {at.group(2)}" if at and at.group(2) else "end of file"
    return Problem(
        file,
        line,
        "",
        column,
        f"not TOML: {_SYNTAX_AT.sub('', words)}",
        'key = value; text in "quotes"; [table]; every key and table once',
        f"mend {column} of line {line}; the other settings are checked after that",
    )


def of_model(draft: Draft, base: Path, shape: Shape, error: ValidationError) -> Iterator[Problem]:
    """Every complaint of a model about the table at ``base``."""
    for detail in error.errors(include_url=False):
        missing = detail["type"] == "missing"
        inner = _in_data(draft.value(base), detail["loc"], missing=missing)
        yield _one(draft, base, inner, shape, detail)


def _in_data(data: Any, loc: Sequence[str | int], *, missing: bool) -> Path:
    """The location without the names of alternatives that pydantic mixes in."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            if not (last and missing):
                continue
        path.append(part)
    return tuple(path)


def _one(draft: Draft, base: Path, inner: Path, shape: Shape, detail: ErrorDetails) -> Problem:
    path = base + inner
    if detail["type"] == "extra_forbidden":
        return _unknown(draft, base, inner, shape)
    if shape.is_secret(inner) and detail["type"] != "missing":
        return secret_inline(draft, path)
    allowed = shape.allowed(inner) or "see `edge-agent schema`"
    about = shape.description(inner)
    if detail["type"] == "missing":
        return draft.problem(path, "is missing", allowed=allowed, do=_set(inner, about))
    if detail["type"] in _RULES and about:
        allowed = about.rstrip(".")
        about = ""
    wrong = _WRONG.get(detail["type"], _said)(detail)
    return draft.problem(
        path, wrong, value=shown(draft.value(path)), allowed=allowed, do=_set(inner, about)
    )


def _unknown(draft: Draft, base: Path, inner: Path, shape: Shape) -> Problem:
    known = [name for name in shape.names(inner[:-1]) if (*inner[:-1], name) != inner]
    name = str(inner[-1])
    meant = nearest(name, known)
    return draft.problem(
        base + inner,
        "unknown key",
        value=in_text(name),  # the key alone: under a misspelt name may well stand a secret
        allowed=", ".join(known) or "no key at all",
        do=f"did you mean {meant}? rename it" if meant else "remove it, or rename it",
    )


def secret_inline(draft: Draft, path: Path) -> Problem:
    """A secret stands in the file itself, or something that is no reference to one."""
    key = path[-1]
    value = draft.value(path)
    if isinstance(value, str) and value.startswith(REFERENCE_FORMS):
        return draft.problem(
            path,
            "not a usable reference to a secret",
            value=MASK,
            allowed=_REFERENCE,
            do="file: wants an absolute path; credential: and env: want a plain name",
        )
    return draft.problem(
        path,
        "a secret is written into the file",
        value=MASK,
        allowed=f"a reference: {_REFERENCE}",
        do="change the secret, for it has been seen; put it alone into a file of mode 640 and "
        f'write {key} = "file:/etc/edge-agent/secrets/…"',
    )


def _set(inner: Path, about: str) -> str:
    key = dotted(inner) or "the table"
    return f"set {key}: {about}" if about else f"set {key} to what is allowed"


def _said(detail: ErrorDetails) -> str:
    words = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return in_text(words[:1].lower() + words[1:])


def _context(template: str) -> Callable[[ErrorDetails], str]:
    return lambda detail: template.format(**detail.get("ctx", {}))


_WRONG: Mapping[str, Callable[[ErrorDetails], str]] = {
    "greater_than": _context("too small: must be more than {gt}"),
    "greater_than_equal": _context("too small: must be at least {ge}"),
    "less_than": _context("too large: must be less than {lt}"),
    "less_than_equal": _context("too large: must be at most {le}"),
    "string_too_long": _context("longer than {max_length} characters"),
    "string_too_short": _context("shorter than {min_length} characters"),
    "too_long": _context("more than {max_length} entries"),
    "too_short": _context("fewer than {min_length} entries"),
    "string_pattern_mismatch": lambda _: "characters that are not allowed here",
    "literal_error": lambda _: "not one of the choices",
    "enum": lambda _: "not one of the choices",
    "string_type": lambda _: "not text",
    "int_type": lambda _: "not a whole number",
    "int_parsing": lambda _: "not a whole number",
    "int_from_float": lambda _: "not a whole number",
    "float_type": lambda _: "not a number",
    "float_parsing": lambda _: "not a number",
    "finite_number": lambda _: "not a finite number",
    "bool_type": lambda _: "neither true nor false",
    "bool_parsing": lambda _: "neither true nor false",
    "list_type": lambda _: "not a list",
    "tuple_type": lambda _: "not a list",
    "dict_type": lambda _: "not a table",
    "model_type": lambda _: "not a table",
    "model_attributes_type": lambda _: "not a table",
}
