"""Where a step's questions are answered: by a script, by a person; each is asked once a visit."""

import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from edge_agent.provision.record import ProvisionError, Record

T = TypeVar("T")
Parse = Callable[[Any], Any]
"""From what was given to the value; ValueError with what would be right."""


class Answers(Protocol):
    """Answers questions."""

    def get(self, key: str, question: str, parse: Parse, default: Any) -> Any:
        """The answer; ``default`` where none is given, ``...`` for a question that needs one.

        A question without words is one that a person at a terminal is not asked: what is drawn.
        """


class Script:
    """A TOML file with the answers, by dotted keys."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self.inputs = 0

    def get(self, key: str, question: str, parse: Parse, default: Any) -> Any:
        given: Any = self._content
        for part in key.split("."):
            given = given.get(part) if isinstance(given, Mapping) else None
        if given is None:
            if default is ...:
                raise ProvisionError(f"the script has no answer to {key}: {question}")
            return default
        self.inputs += 1
        try:
            return parse(given)
        except (ValueError, TypeError) as error:
            raise ProvisionError(f"{key} = {str(given)[:60]!r}: {error}") from None


class Terminal:
    """A person at a terminal. An empty line takes what is proposed.

    Attributes:
        inputs: Lines that the person had to type or confirm.
    """

    def __init__(self, ask: Callable[[str], str] = input, out: TextIO | None = None) -> None:
        self._ask, self._out = ask, out or sys.stderr
        self.inputs = 0

    def get(self, key: str, question: str, parse: Parse, default: Any) -> Any:
        del key
        if not question:
            return default
        hint = "" if default is ... else f" [{_shown(default)}]"
        while True:
            self.inputs += 1
            try:
                line = self._ask(f"{question}{hint}: ").strip()
            except EOFError:
                raise ProvisionError("the input has ended; run it again to go on here") from None
            if not line and default is not ...:
                return default
            try:
                return parse(line)
            except (ValueError, TypeError) as error:
                self._out.write(f"  {error}\n")


class Remembered:
    """Asks each question once: what is on record is not asked again after a kill."""

    def __init__(self, source: Answers, record: Record) -> None:
        self._source, self._record = source, record

    def get(self, key: str, question: str, parse: Callable[[Any], T], default: Any = ...) -> T:
        """The answer.

        Raises:
            ProvisionError: A script has none, or one that makes no sense.
        """
        known = self._record.answers()
        if key in known:
            kept: T = known[key]
            return kept
        value: T = self._source.get(key, question, parse, default)
        self._record.answer(key, value)
        return value

    def forget(self, key: str) -> None:
        """Ask again next time."""
        left = self._record.answers()
        if left.pop(key, None) is not None:
            self._record.replace_answers(left)


def text(given: Any, most: int = 200) -> str:
    """One line of words."""
    words = str(given).strip()
    if len(words) > most or any(not c.isprintable() for c in words):
        raise ValueError(f"one line of at most {most} printable characters")
    return words


def yes(given: Any) -> bool:
    """Yes or no, in English or Vietnamese."""
    if isinstance(given, bool):
        return given
    words = str(given).strip().lower()
    if words in ("y", "yes", "c", "có", "co", "true"):
        return True
    if words in ("n", "no", "k", "không", "khong", "false"):
        return False
    raise ValueError("y or n")


def seconds(given: Any) -> int:
    """A whole number of seconds, up to a week."""
    number = int(given)
    if not 0 <= number <= 604_800:  # noqa: PLR2004 - a week
        raise ValueError("seconds, 0 to 604800")
    return number


def table(given: Any) -> dict[str, Any]:
    """A table of a script; a person names a TOML file that holds it."""
    if isinstance(given, Mapping):
        return dict(given)
    try:
        return tomllib.loads(Path(str(given)).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"a table, or the path of a TOML file: {error}") from None


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "y" if default else "n"
    return str(default) if default not in ("", [], {}) else "none"
