"""A site file as text: TOML for what simulators have to say."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any


def document(head: list[str], tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Lines of a head, then a table each."""
    parts = list(head)
    for name, table in tables.items():
        parts += ["", f"[{name}]", *(f"{key} = {value(each)}" for key, each in table.items())]
    return "\n".join(parts) + "\n"


def value(given: Any) -> str:
    """A value in TOML; what JSON has in common with it, and inline tables."""
    match given:
        case Mapping():
            inside = ", ".join(f"{json.dumps(str(k))} = {value(v)}" for k, v in given.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(value(each) for each in given)}]"
        case date():
            return given.isoformat()
        case _:
            return json.dumps(given, ensure_ascii=False)
