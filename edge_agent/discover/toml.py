"""Values as TOML: what is proposed can be pasted into a site file as it is printed."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def table(path: Sequence[str], content: Mapping[str, Any]) -> str:
    """One ``[table]`` with its nested tables, as lines that end with a newline."""
    return "\n".join(_lines(tuple(path), content)) + "\n"


def value(given: Any) -> str:
    """One value.

    Raises:
        TypeError: TOML has no such value.
    """
    match given:
        case bool():
            return "true" if given else "false"
        case int() | float():
            return repr(given)
        case str():
            # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is.
            return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            inner = ", ".join(f"{_key(key)} = {value(each)}" for key, each in given.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Sequence():
            return f"[{', '.join(map(value, given))}]"
    raise TypeError(f"{type(given).__name__} has no form in TOML")


def _lines(path: tuple[str, ...], content: Mapping[str, Any]) -> Iterator[str]:
    nested = {key: each for key, each in content.items() if isinstance(each, Mapping)}
    plain = {key: each for key, each in content.items() if key not in nested}
    if path and (plain or not nested):
        yield f"[{'.'.join(map(_key, path))}]"
    for key, each in plain.items():
        yield f"{_key(key)} = {value(each)}"
    for key, each in nested.items():
        yield ""
        yield from _lines((*path, key), each)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else value(text)
