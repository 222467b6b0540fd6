"""What may stand where, asked of a model's JSON schema by the path of a value in the file."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from edge_agent.contract.envelope import ID, STREAM_ID
from edge_agent.passage.lanes import DIRECTION
from edge_agent.redact import names_secret

Schema = dict[str, Any]

_RANGE = (
    ("minimum", "≥ "),
    ("exclusiveMinimum", "> "),
    ("maximum", "≤ "),
    ("exclusiveMaximum", "< "),
)
_KINDS = {
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list [ … ]",
    "object": "a table",
}
_PATTERNS = {
    ID: "lower case letters, digits and inner hyphens, at most 40",
    STREAM_ID: "2 to 12 lower case letters",
    DIRECTION: "lower case letters, digits, - and _, at most 20",
}
"""Regular expressions that people meet often, in words."""


class Shape:
    """The schema of one model, or of one table in it."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._root: Schema = model.model_json_schema(mode="validation")
        self._defs: dict[str, Schema] = self._root.get("$defs", {})

    def at(self, path: Sequence[str | int]) -> list[Schema]:
        """Every form that a value at this path may take; empty when nothing may stand there."""
        return list(self._open(self._said(path)))

    def names(self, path: Sequence[str | int]) -> list[str]:
        """Keys that the table at this path knows."""
        return sorted({name for form in self.at(path) for name in form.get("properties", {})})

    def is_secret(self, path: Sequence[str | int]) -> bool:
        """Whether a secret belongs there, by the schema or by the name."""
        named = bool(path) and isinstance(path[-1], str) and names_secret(path[-1])
        return named or any(form.get("writeOnly", False) for form in self.at(path))

    def allowed(self, path: Sequence[str | int]) -> str:
        """What may stand there, in words; empty when the schema has nothing to say."""
        return " or ".join(dict.fromkeys(filter(None, map(_words, self.at(path)))))

    def description(self, path: Sequence[str | int]) -> str:
        """What the setting is for; empty when nobody said."""
        return next((form["description"] for form in self._said(path) if "description" in form), "")

    def _said(self, path: Sequence[str | int]) -> list[Schema]:
        """The schemas at this path as their tables wrote them."""
        forms = [self._root]
        for part in path:
            forms = [child for form in self._open(forms) for child in self._child(form, part)]
        return forms

    def _open(self, forms: Sequence[Schema]) -> Iterator[Schema]:
        """Follow references and alternatives down to plain forms."""
        for form in forms:
            if "$ref" in form:
                yield from self._open([self._defs[form["$ref"].rpartition("/")[2]]])
            elif "anyOf" in form or "oneOf" in form:
                yield from self._open([*form.get("anyOf", ()), *form.get("oneOf", ())])
            else:
                yield form

    def _child(self, form: Schema, part: str | int) -> list[Schema]:
        if isinstance(part, int):
            places = form.get("prefixItems", [])
            found = places[part] if part < len(places) else form.get("items")
        else:
            found = form.get("properties", {}).get(part, form.get("additionalProperties"))
        return [found] if isinstance(found, dict) else []


def _words(form: Schema) -> str:
    if form.get("type") == "null":
        return ""
    if "const" in form:
        return _quoted(form["const"])
    if "enum" in form:
        return ", ".join(_quoted(value) for value in form["enum"])
    words = _KINDS.get(form.get("type", ""), "")
    limits = [f"{sign}{_number(form[key])}" for key, sign in _RANGE if key in form]
    if form.get("type") == "array":
        words = _list_words(form)
    if limits:
        words += f" {' and '.join(limits)}"
    if "pattern" in form:
        words += f" of {_PATTERNS.get(form['pattern'], 'the form ' + form['pattern'])}"
    if form.get("examples"):
        words += f", for example {_quoted(form['examples'][0])}"
    return words


def _list_words(form: Schema) -> str:
    least, most = form.get("minItems"), form.get("maxItems")
    if least is not None and least == most:
        return f"a list of {least}"
    if least is not None and most is not None:
        return f"a list of {least} to {most}"
    if least is not None:
        return f"a list of at least {least}"
    return _KINDS["array"]


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant; None when nothing is near."""
    found = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return found[0] if found else None
