"""Rows as their tables have them, and back."""

import base64
import re
from dataclasses import dataclass

from edge_agent.errors import SpoolError
from edge_agent.spool.model import Row
from edge_agent.spool.seal import moment, seal, unseal

_STREAM = re.compile(r"[a-z]{2,12}")
_ULID = re.compile(rb"[0-7][0-9A-HJKMNP-TV-Z]{25}")


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

_START = b'{"v":1,"id":"'
_ID_CHARACTERS = 26
_ID_BYTES = 16
_SHORT = b"\1"
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_CROCKFORD = bytes.maketrans(_RFC4648, _CROCKFORD)
_TO_DIGITS = bytes.maketrans(_CROCKFORD, b"0123456789abcdefghijklmnopqrstuv")
_B32_BYTES = 20
"""Whole groups of base 32 that an id's 130 bits fit into: 32 characters, of them the last 26."""

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
        short = _short_id(row.body.replace(_number(row.sq, epoch), _NO_NUMBER, 1))
        sealed = seal(said(row.sq, row.pos, sub, self.early), short)
        return row.sq, row.pos, sub, self.early, sealed


def entry_of(stream: str, values: Values, epoch: str) -> Entry:
    """A row from its table's values, in a spool of that epoch.

    Raises:
        SealError: They are not what was written.
    """
    sq, pos, sub, early, sealed = values
    short = unseal(said(sq, pos, sub, early), sealed)
    body = _long_id(short).replace(_NO_NUMBER, _number(sq, epoch), 1)
    sub = default_sub(stream) if sub is None else sub
    return Entry(Row(pos, stream, sq, sub, moment(body), body), early)


def said(sq: int, pos: int, sub: str | None, early: int | None) -> str:
    """What a row says beside its body, for its checksum."""
    return f"{sq} {pos} {sub} {early}"


def _number(sq: int, epoch: str) -> bytes:
    return f'"sq":{sq},"ep":"{epoch}"'.encode()


def _short_id(body: bytes) -> bytes:
    """The body with its id as 16 bytes: random characters are what deflating cannot shorten."""
    end = len(_START) + _ID_CHARACTERS
    if not body.startswith(_START) or not _ULID.fullmatch(body[len(_START) : end]):
        return body
    number = int(body[len(_START) : end].translate(_TO_DIGITS), 32)
    return _SHORT + number.to_bytes(_ID_BYTES) + body[end:]


def _long_id(short: bytes) -> bytes:
    if not short.startswith(_SHORT):
        return short
    number = short[1 : 1 + _ID_BYTES].rjust(_B32_BYTES, b"\0")
    characters = base64.b32encode(number).translate(_TO_CROCKFORD)[-_ID_CHARACTERS:]
    return _START + characters + short[1 + _ID_BYTES :]
