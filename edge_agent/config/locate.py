"""Line numbers of a TOML document: tomllib gives values, this gives the line each one stands on.

It reads documents that tomllib has accepted and relies on that: it looks for structure only
(keys, headers, brackets, ends of strings) and never judges.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Way to a value: keys, and positions in lists; ``("device", "cam1", "line", 0)``."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRINGS = (
    # Up to two quotes may stand before the closing three; escapes exist in basic strings only.
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)


@dataclass(slots=True)
class Lines:
    """Where things stand in one document."""

    known: dict[Path, int] = field(default_factory=dict)

    def of(self, path: Sequence[str | int]) -> int:
        """Line (from 1) of the value, or of the nearest thing around it; 0 when nothing is."""
        way = tuple(path)
        while way:
            if way in self.known:
                return self.known[way]
            way = way[:-1]
        return 0


def locate(text: str) -> Lines:
    """Find the line of every key, table and list element of a valid document."""
    return _Scan(text.replace("\r\n", "\n")).document()


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._pos = 0
        self._line = 1
        self._line_pos = 0
        self._lines = Lines()
        self._last: dict[Path, int] = {}  # array of tables -> its latest index

    def document(self) -> Lines:
        table: Path = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text.startswith("[", self._pos):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        double = self._text.startswith("[[", self._pos)
        self._pos += 2 if double else 1
        path: Path = ()
        keys = self._keys()
        for depth, (key, line) in enumerate(keys, 1):
            path = (*path, key)
            self._note(path, line)
            if double and depth == len(keys):
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
                self._note(path, line)
        if not double and keys:
            # The header itself is the better line when [a.b] stood before [a].
            self._lines.known[path] = keys[-1][1]
        self._pos += 2 if double else 1
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for key, line in self._keys():
            path = (*path, key)
            self._note(path, line)
        self._pos += 1  # "="
        self._value(path)

    def _keys(self) -> list[tuple[str, int]]:
        """A dotted key; stops before what follows it."""
        keys = []
        while True:
            self._skip(_SPACE)
            line = self._here()
            keys.append((self._key(), line))
            if self._text[self._skip(_SPACE)] != ".":
                return keys
            self._pos += 1

    def _key(self) -> str:
        if self._text[self._pos] in "\"'":
            start = self._pos
            self._string()
            key: str = tomllib.loads(f"k = {self._text[start : self._pos]}")["k"]
            return key
        match = _BARE_KEY.match(self._text, self._pos)
        if match is None:
            raise ValueError(f"line {self._here()}: not a TOML key")
        self._pos = match.end()
        return match.group()

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        match self._text[self._pos]:
            case "[":
                self._items(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._string()
            case _:
                self._skip(_SCALAR)

    def _items(self, path: Path) -> None:
        self._pos += 1
        index = 0
        while self._text[self._skip(_BLANK)] != "]":
            self._note((*path, index), self._here())
            self._value((*path, index))
            index += 1
            if self._text[self._skip(_BLANK)] == ",":
                self._pos += 1
        self._pos += 1

    def _inline(self, path: Path) -> None:
        self._pos += 1
        while self._text[self._skip(_BLANK)] != "}":
            self._pair(path)
            if self._text[self._skip(_BLANK)] == ",":
                self._pos += 1
        self._pos += 1

    def _string(self) -> None:
        for form in _STRINGS:
            match = form.match(self._text, self._pos)
            if match is not None:
                self._pos = match.end()
                return
        raise ValueError(f"line {self._here()}: string does not end")

    def _skip(self, what: re.Pattern[str]) -> int:
        match = what.match(self._text, self._pos)
        if match is not None:
            self._pos = match.end()
        return self._pos

    def _note(self, path: Path, line: int) -> None:
        self._lines.known.setdefault(path, line)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._line_pos, self._pos)
        self._line_pos = self._pos
        return self._line
