"""Keep secrets out of what people and files get to see: logs, errors, printed settings."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

MASK = "••••"

_USERINFO = re.compile(r"(?<=://)\S*(?=@)")
"""Up to the last ``@``: a password may itself hold ``@ : / # %``. Rather too much."""

_PATH = r"(?<!\S)[\w.~-]*(?:/[\w.+@-]+)+:\s+(?=[a-z]+\s+[a-z]+\b)"
"""What stands before a reason of some plain words, as in ``/etc/passwd: not a video``."""

_PAIR = re.compile(
    rf"(?i){_PATH}|"
    r"\b((?:[a-z]+[_-]?)?(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|psk)\s*[=:]\s*)"
    r"[^\s&;,\"']+"
)
_SECRET_NAME = re.compile(
    r"(?i)(^|[_-])(pass(w(or)?d?|phrase|code)?|pwd|secret|token|api[_-]?key|private[_-]?key|psk)$"
)
_SHORTEST = 4
"""A known secret shorter than this is not searched for: it would blank out half of every line."""


def names_secret(key: str) -> bool:
    """Whether a setting of this name holds a secret, going by the name alone."""
    return _SECRET_NAME.search(key) is not None


def in_text(text: str) -> str:
    """The text with the credentials of URLs and ``password=…`` pairs masked."""
    if "://" in text:
        text = _USERINFO.sub(lambda match: _mask(match.group()), text)
    return _PAIR.sub(lambda match: f"{match[1]}{MASK}" if match[1] else match[0], text)


def _mask(userinfo: str) -> str:
    user, colon, _ = userinfo.partition(":")
    return f"{user}:{MASK}" if colon else MASK


def in_url(url: str) -> str:
    """One whole URL with everything before its last ``@`` masked, blanks and quotes included."""
    scheme, _, rest = url.partition("://")
    userinfo, at, host = rest.rpartition("@")
    return in_text(f"{scheme}://{_mask(userinfo)}{at}{host}") if at else in_text(url)


def has_credentials(url: str) -> bool:
    """Whether the text is a URL with a user or password in it, even a badly escaped one."""
    scheme, found, rest = url.partition("://")
    if not found or not scheme.isascii() or "@" not in rest:
        return False
    authority, slash, _ = rest.partition("/")
    if "@" in authority or not slash:
        return True
    # rtsp://admin:pa/ss@camera: what looks like a port is the beginning of a password.
    _, colon, port = authority.rpartition(":")
    return bool(colon) and not port.isdecimal() and not authority.endswith("]")


class Redactor:
    """Removes what ``in_text`` removes, and secrets that it was told of, in any common spelling."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Never let this value pass again; as it is, percent-encoded, or escaped."""
        if len(secret) < _SHORTEST:
            return
        self._known |= {
            secret,
            quote(secret),
            quote(secret, safe=""),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
        }
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return in_text(text)

    def value(self, value: Any) -> Any:
        """The same for nested lists and mappings; bytes become a count, whatever they held."""
        match value:
            case str():
                return self.text(value)
            case bytes() | bytearray() | memoryview():
                return f"<{len(value)} bytes>"
            case dict():
                return {
                    self.value(key): MASK
                    if isinstance(key, str) and names_secret(key) and isinstance(item, str)
                    else self.value(item)
                    for key, item in value.items()
                }
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
            case None | bool() | int() | float():
                return value
        return self.text(str(value))
