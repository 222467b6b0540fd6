"""The unit's ledger: one signed line for everything that must not be undone unseen.

Each line holds the digest of the line before. What was sealed, dropped by retention, unlocked or
handed out stays provable after the package itself is gone; a line changed, left out or put in
breaks the chain at a number that can be named. What was cut off at the end shows against any later
number that the centre holds.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical
from edge_agent.evidence.keys import PublicKey, UnitKey

GENESIS = "0" * 64
"""What the first line has before it."""


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


class Ledger:
    """Appends; each line is durable when ``append`` returns.

    Args:
        path: The file; made when missing. Half a line at its end is what a power cut leaves: it
            was promised to nobody and is cut off.
        key: Signs.

    Attributes:
        n: Number of the last line, 0 when there is none.
        head: Digest of the last line.
        torn: Bytes that a power cut left and opening cut off.

    Raises:
        BrokenLine: It was changed.
    """

    def __init__(self, path: Path, key: UnitKey) -> None:
        self._path = path
        self._key = key
        self.n, self.head = 0, GENESIS
        self.torn = _mend(path)
        for line in read(path, key.public):
            self.n, self.head = line.n, line.digest

    def append(self, t: int, what: str, facts: dict[str, Any]) -> Line:
        """Write one line to the disk.

        Raises:
            OSError: The disk is full or gone; the ledger is as before.
        """
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
        self.n, self.head = n, canonical.digest(raw)
        return Line(n, prev, t, what, facts, self.head)


def read(path: Path, key: PublicKey) -> Iterator[Line]:
    """Every line, each checked before it is given.

    Raises:
        BrokenLine: The first that is wrong.
    """
    n, head = 0, GENESIS
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = _parse(path, number, raw, key)
            if line.n != n + 1:
                raise BrokenLine(path, number, f"link {line.n} follows link {n}: lines are missing")
            if line.prev != head:
                raise BrokenLine(path, number, f"link {line.n} does not hold the digest of {n}")
            n, head = line.n, line.digest
            yield line


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
    if not path.exists():
        path.touch(mode=0o600)
        return 0
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
    return len(data) - whole
