"""The unit's ledger: one signed line for everything that must not be undone unseen.

Each line holds the digest of the line before. What was sealed, dropped by retention, unlocked or
handed out stays provable after the package itself is gone; a line changed, left out or put in
breaks the chain at a number that can be named. What was cut off at the end shows against any later
number that the centre holds.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical
from edge_agent.evidence.keys import PublicKey, UnitKey

GENESIS = "0" * 64
"""What the first line has before it."""

_LONGEST = 65_536
"""Bytes; no line is longer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        n: From 1, without gaps.
        t: UTC, ms since 1970.
        what: ``sealed``, ``dropped``, ``unlocked``, …
        facts: Integers and strings.
        digest: Of its bytes, as the next line quotes it.
    """

    n: int
    prev: str
    t: int
    what: str
    facts: dict[str, Any]
    digest: str


class BrokenLine(EvidenceError):  # noqa: N818 - reads as the thing it is
    """A ledger that cannot be as the unit wrote it.

    Attributes:
        number: Line of the file, from 1.
    """

    def __init__(self, path: Path, number: int, wrong: str) -> None:
        super().__init__(f"{path}:{number}: {wrong}")
        self.number = number


class Reader:
    """Reads a ledger and, later, on from where it stopped; every line is proved before it is given.

    Attributes:
        n: Number of the last line read, 0 before the first.
        head: Its digest.
        offset: Bytes read.
    """

    def __init__(self, path: Path, key: PublicKey) -> None:
        self._path = path
        self._key = key
        self._number = 0
        self.n, self.head, self.offset = 0, GENESIS, 0

    def more(self) -> Iterator[Line]:
        """Every line that was not read yet.

        Raises:
            BrokenLine: The first that is wrong.
        """
        with self._path.open("rb") as file:
            file.seek(self.offset)
            for raw in file:
                self._number += 1
                line = _parse(self._path, self._number, raw, self._key)
                self._check(line)
                self.took(line, len(raw))
                yield line

    def skim(self, take: Callable[[Line], None] | None = None) -> None:
        """Read on, far more quickly, when all that is new is wanted at once.

        Every digest is checked and the last line's signature: it holds the digest of the line
        before, which holds the one before that, so it signs them all.

        Args:
            take: Given each line; what it took is void when this raises.

        Raises:
            BrokenLine: Something is wrong; where exactly, ``more`` tells.
        """
        last = b""
        with self._path.open("rb") as file:
            file.seek(self.offset)
            for raw in file:
                self._number += 1
                line = _fields(self._path, self._number, raw)
                self._check(line)
                self.took(line, len(raw))
                last = raw
                if take is not None:
                    take(line)
        if last:
            _parse(self._path, self._number, last, self._key)

    def took(self, line: Line, size: int) -> None:
        """Take a line as read."""
        self.n, self.head = line.n, line.digest
        self.offset += size

    def wrote(self, line: Line, size: int) -> None:
        """Take a line that was appended just now as read."""
        self._number += 1
        self.took(line, size)

    def _check(self, line: Line) -> None:
        if line.n != self.n + 1:
            wrong = f"link {line.n} follows link {self.n}: lines are missing"
        elif line.prev != self.head:
            wrong = f"link {line.n} does not hold the digest of {self.n}"
        else:
            return
        raise BrokenLine(self._path, self._number, wrong)


class Ledger:
    """Appends; each line is durable when ``append`` returns.

    Several processes may hold the same ledger: the agent seals while somebody unlocks a package
    from the command line. Each waits for the other and takes over what it wrote.

    Args:
        path: The file; made when missing. Half a line at its end is what a power cut leaves: it
            was promised to nobody and is cut off.
        key: Signs.

    Attributes:
        torn: Bytes of half a line that were cut off.

    Raises:
        BrokenLine: It cannot be as this unit wrote it.
    """

    def __init__(self, path: Path, key: UnitKey) -> None:
        self._path = path
        self._key = key
        self._reader = Reader(path, key.public)
        self._mine = threading.RLock()
        self._depth = 0
        path.touch(mode=0o600)
        self.torn = 0
        with self.alone():
            pass

    @property
    def n(self) -> int:
        """Number of the last line that is known here, 0 when there is none."""
        return self._reader.n

    @property
    def head(self) -> str:
        """Digest of that line."""
        return self._reader.head

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else appends meanwhile, and all that others appended before is known."""
        with self._mine:
            if self._depth:
                yield
                return
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self.torn += _mend(self._path)
                if self._path.stat().st_size < self._reader.offset:
                    raise BrokenLine(self._path, self.n, "lines are gone that were here")
                self._reader.skim()
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1

    def append(self, t: int, what: str, facts: dict[str, Any]) -> Line:
        """Write one line to the disk.

        Raises:
            OSError: The disk is full or gone; the ledger is as before.
        """
        with self.alone():
            n, prev = self.n + 1, self.head
            fields = {"n": n, "prev": prev, "t": t, "what": what, "facts": facts}
            body = canonical.encode(fields)
            raw = canonical.encode(fields | {"sig": self._key.sign(body).hex()})
            with self._path.open("ab") as out:
                before = out.tell()
                try:
                    out.write(raw + b"\n")
                    out.flush()
                    os.fsync(out.fileno())
                except OSError:
                    os.truncate(self._path, before)
                    raise
            line = Line(n, prev, t, what, facts, canonical.digest(raw))
            self._reader.wrote(line, len(raw) + 1)
            return line


def read(path: Path, key: PublicKey) -> Iterator[Line]:
    """Every line, each checked before it is given.

    Raises:
        BrokenLine: The first that is wrong.
    """
    return Reader(path, key).more()


def _fields(path: Path, number: int, raw: bytes) -> Line:
    """A line as it stands, its signature not looked at."""
    if not raw.endswith(b"\n"):
        raise BrokenLine(path, number, "cut off in the middle of a line")
    try:
        fields = json.loads(raw)
        del fields["sig"]
        return Line(**fields, digest=canonical.digest(raw[:-1]))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BrokenLine(path, number, "not a line of a ledger") from None


def _parse(path: Path, number: int, raw: bytes, key: PublicKey) -> Line:
    if not raw.endswith(b"\n"):
        raise BrokenLine(path, number, "cut off in the middle of a line")
    raw = raw[:-1]
    try:
        fields = json.loads(raw)
        signature = bytes.fromhex(fields.pop("sig"))
        line = Line(**fields, digest=canonical.digest(raw))
        body = canonical.encode(fields)
        same = canonical.encode(fields | {"sig": signature.hex()}) == raw
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BrokenLine(path, number, "not a line of a ledger") from None
    if not same:
        raise BrokenLine(path, number, "not in canonical form: it was written by another hand")
    if not key.holds(signature, body):
        raise BrokenLine(path, number, f"the signature is not that of key {key.id}")
    return line


def _mend(path: Path) -> int:
    """Cut half a line off the end; how many bytes that was."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        start = max(0, end - _LONGEST)
        file.seek(start)
        tail = file.read()
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        os.truncate(path, end - torn)
    return torn
