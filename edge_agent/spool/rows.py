"""Rows as their tables have them, and back."""

import re
from dataclasses import dataclass

from edge_agent.errors import SpoolError
from edge_agent.spool.model import Row
from edge_agent.spool.seal import moment, seal, unseal

_STREAM = re.compile(r"[a-z]{2,12}")


def table(stream: str) -> str:
    """Table of a stream; the name is checked because it becomes part of SQL."""
    if not _STREAM.fullmatch(stream):
        raise SpoolError(f"{stream!r} is no name of a stream")
    return f"ev_{stream}"


def default_sub(stream: str) -> str:
    """The topic that is stored as nothing."""
    return f"evt/{stream}"


Values = tuple[int, int, str | None, int | None, bytes]
"""A row as its table has it: the columns of ``COLUMNS``."""

COLUMNS = "sq, pos, sub, early, body"

_NO_NUMBER = b'"sq":,"ep":'
"""What a stored body has where number and epoch belong: the row and the database say them once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and when, in monotonic ms, it was taken if nobody vouched for UTC then."""

    row: Row
    early: int | None = None

    def values(self, epoch: str) -> Values:
        """As its table has it, in a spool of that epoch."""
        row = self.row
        sub = None if row.sub == default_sub(row.stream) else row.sub
        short = row.body.replace(_number(row.sq, epoch), _NO_NUMBER, 1)
        sealed = seal(said(row.sq, row.pos, sub, self.early), short)
        return row.sq, row.pos, sub, self.early, sealed


def entry_of(stream: str, values: Values, epoch: str) -> Entry:
    """A row from its table's values, in a spool of that epoch.

    Raises:
        SealError: They are not what was written.
    """
    sq, pos, sub, early, sealed = values
    short = unseal(said(sq, pos, sub, early), sealed)
    body = short.replace(_NO_NUMBER, _number(sq, epoch), 1)
    sub = default_sub(stream) if sub is None else sub
    return Entry(Row(pos, stream, sq, sub, moment(body), body), early)


def said(sq: int, pos: int, sub: str | None, early: int | None) -> str:
    """What a row says beside its body, for its checksum."""
    return f"{sq} {pos} {sub} {early}"


def _number(sq: int, epoch: str) -> bytes:
    return f'"sq":{sq},"ep":"{epoch}"'.encode()
