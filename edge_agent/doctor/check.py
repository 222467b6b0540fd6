"""The form of a check: what is looked at, what it means, what to do, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

F = TypeVar("F")

Language = Literal["en", "vi"]
Severity = Literal["error", "warning", "info"]
Group = Literal["unit", "clock", "storage", "network", "broker", "keys", "models", "devices"]

GROUPS: dict[Group, dict[Language, str]] = {
    "unit": {"en": "unit", "vi": "thiết bị"},
    "clock": {"en": "clock", "vi": "đồng hồ"},
    "storage": {"en": "storage", "vi": "lưu trữ"},
    "network": {"en": "network", "vi": "mạng"},
    "broker": {"en": "broker and centre", "vi": "máy chủ và trung tâm"},
    "keys": {"en": "keys and secrets", "vi": "khóa và mật khẩu"},
    "models": {"en": "networks for vision", "vi": "mô hình nhận dạng"},
    "devices": {"en": "devices", "vi": "thiết bị ngoại vi"},
}
"""Groups in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found.

    Attributes:
        ok: None when it could not be looked at, or there is nothing to look at; ``value`` says why.
        value: Measured value, in words short enough for a line.
    """

    ok: bool | None
    value: str


@dataclass(frozen=True, slots=True)
class Words:
    """In one language.

    Attributes:
        meaning: What the check is about, or why it matters.
        next: What to do when it fails.
    """

    meaning: str
    next: str


@dataclass(frozen=True, slots=True)
class Check(Generic[F]):
    """A row of a table.

    Attributes:
        id: Stable for scripts; a device's check is this behind ``device.<id>.``.
        look: Judges the facts; no I/O.
    """

    id: str
    group: Group
    severity: Severity
    look: Callable[[F], Seen]
    en: Words
    vi: Words


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that was made."""

    id: str
    group: Group
    severity: Severity
    ok: bool | None
    value: str
    meaning: str
    next: str

    def as_json(self) -> dict[str, Any]:
        """Plain values; ``next`` is empty where nothing is wrong."""
        return {name: getattr(self, name) for name in self.__slots__}


def made(check: Check[F], facts: F, language: Language, prefix: str = "") -> Finding:
    """Make a check on the facts."""
    seen = check.look(facts)
    words = check.vi if language == "vi" else check.en
    return Finding(
        prefix + check.id,
        check.group,
        check.severity,
        seen.ok,
        seen.value,
        words.meaning,
        words.next if seen.ok is False else "",
    )


def below(value: float | None, limit: float, words: str) -> Seen:
    """Good while under a limit; not known when there is no value."""
    return Seen(None if value is None else value <= limit, words if value is not None else UNKNOWN)


def above(value: float | None, limit: float, words: str) -> Seen:
    """Good from a limit on; not known when there is no value."""
    return Seen(None if value is None else value >= limit, words if value is not None else UNKNOWN)


UNKNOWN = "not measured here"
NO_AGENT = "no agent is running"
OFFLINE = "not asked for (--offline)"
"""Why something was not looked at."""
