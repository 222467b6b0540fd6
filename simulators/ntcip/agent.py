"""An SNMP v1 and v2c agent: one datagram in, one out or none. GET, GETNEXT, GETBULK and SET."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from edge_agent.simulators.ntcip import asn1
from edge_agent.simulators.ntcip.asn1 import (
    END_OF_VIEW,
    INTEGER,
    NAME,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    OCTETS,
    SEQUENCE,
    Asn1Error,
    Name,
    cut,
    pieces,
    put_name,
    put_number,
    wrap,
)
from edge_agent.simulators.ntcip.mib import Cell, Mib

GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
TOO_BIG, NO_SUCH_NAME, BAD_VALUE, READ_ONLY = 1, 2, 3, 4
WRONG_TYPE, WRONG_VALUE, NO_CREATION, NOT_WRITABLE = 7, 10, 11, 17
V1, V2C = 0, 1
MOST_OCTETS = 1472
_MOST_REPETITIONS = 64

Bind = tuple[Name, bytes]
"""A name and its value as TLV."""


class Refused(Exception):  # noqa: N818 - what the agent says
    """An error-status and the 1-based object that it is about."""

    def __init__(self, status: int, index: int) -> None:
        super().__init__(f"status {status} about {index}")
        self.status = status
        self.index = index


class Request(NamedTuple):
    """A request as it came."""

    version: int
    community: bytes
    kind: int
    id: bytes
    first: int
    second: int
    binds: list[tuple[Name, asn1.Piece]]


@dataclass
class Agent:
    """Answers for one unit.

    Attributes:
        community: Whoever does not know it gets no answer.
        counts: Requests by kind, writes, and what was dropped and why.
        limit: Largest reply, octets; a bigger one is refused as too big.
    """

    mib: Mib
    community: bytes = b"public"
    limit: int = MOST_OCTETS

    def __post_init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.written: list[tuple[Name, int]] = []

    def answer(self, datagram: bytes) -> bytes | None:
        """The reply, or None where an agent stays silent."""
        try:
            request = read_request(datagram)
        except Asn1Error:
            self.counts["damaged"] += 1
            return None
        if request.community != self.community:
            self.counts["wrong-community"] += 1
            return None
        if request.version not in (V1, V2C):
            self.counts["wrong-version"] += 1
            return None
        try:
            binds = self._serve(request)
            reply = _reply(request, 0, 0, binds)
            if len(reply) <= self.limit:
                return reply
            error = Refused(TOO_BIG, 0)
        except Refused as refused:
            error = refused
        except Asn1Error:
            self.counts["damaged"] += 1
            return None
        # v1 repeats the question in its refusal; v2c's too-big carries nothing.
        echo = [] if error.status == TOO_BIG and request.version == V2C else request.binds
        asked = [(name, wrap(piece.tag, piece.body)) for name, piece in echo]
        return _reply(request, error.status, error.index, asked)

    def _serve(self, request: Request) -> list[Bind]:
        names = [name for name, _ in request.binds]
        match request.kind:
            case 0xA0:
                self.counts["get"] += 1
                return [self._get(request, n, name) for n, name in enumerate(names, 1)]
            case 0xA1:
                self.counts["next"] += 1
                return [self._next(request, n, name) for n, name in enumerate(names, 1)]
            case 0xA5 if request.version == V2C:
                self.counts["bulk"] += 1
                return self._bulk(request, names)
            case 0xA3:
                self.counts["set"] += 1
                return self._set(request)
        raise Asn1Error(f"PDU {request.kind:#x}")

    def _get(self, request: Request, index: int, name: Name) -> Bind:
        cell = self.mib.get(name)
        if cell is not None:
            return name, cell.read()
        if request.version == V1:
            raise Refused(NO_SUCH_NAME, index)
        near = self.mib.after(name[:-1]) if len(name) > 2 else None  # noqa: PLR2004 - shortest OID
        known = near is not None and near[0][: len(name) - 1] == name[:-1]
        return name, wrap(NO_SUCH_INSTANCE if known else NO_SUCH_OBJECT)

    def _next(self, request: Request, index: int, name: Name) -> Bind:
        found = self.mib.after(name)
        if found is not None:
            return found[0], found[1].read()
        if request.version == V1:
            raise Refused(NO_SUCH_NAME, index)
        return name, wrap(END_OF_VIEW)

    def _bulk(self, request: Request, names: list[Name]) -> list[Bind]:
        single = max(0, request.first)
        binds = [self._next(request, 0, name) for name in names[:single]]
        rows = names[single:]
        size = 0
        for _ in range(min(max(0, request.second), _MOST_REPETITIONS)):
            row = [self._next(request, 0, name) for name in rows]
            size += sum(len(value) + 4 * len(name) for name, value in row)
            if size > self.limit - 100 or not row:
                break
            binds += row
            rows = [name for name, _ in row]
        return binds

    def _set(self, request: Request) -> list[Bind]:
        changes: list[tuple[Cell, Name, int]] = []
        for index, (name, piece) in enumerate(request.binds, 1):
            self.counts["writes"] += 1
            cell = self.mib.get(name)
            v1 = request.version == V1
            if cell is None:
                raise Refused(NO_SUCH_NAME if v1 else NO_CREATION, index)
            if cell.write is None:
                raise Refused(READ_ONLY if v1 else NOT_WRITABLE, index)
            if piece.tag != INTEGER:
                raise Refused(BAD_VALUE if v1 else WRONG_TYPE, index)
            value = asn1.number(piece.body)
            if not cell.low <= value <= cell.high:
                raise Refused(BAD_VALUE if v1 else WRONG_VALUE, index)
            changes.append((cell, name, value))
        # Only now: a SET takes effect as a whole or not at all (RFC 1157 §4.1.5).
        for cell, name, value in changes:
            if cell.write is not None:
                cell.write(value)
            self.written.append((name, value))
        return [(name, put_number(value)) for _, name, value in changes]


def read_request(datagram: bytes) -> Request:
    """Take a message apart; raises Asn1Error."""
    (message,) = pieces(datagram, SEQUENCE)
    version, community, _ = pieces(message, INTEGER, OCTETS, -1)
    at = cut(message, cut(message).end).end
    kind = message[at]
    number, first, second, list_ = pieces(
        cut(message, at).body, INTEGER, INTEGER, INTEGER, SEQUENCE
    )
    asn1.number(number)
    binds = []
    at = 0
    while at < len(list_):
        piece = cut(list_, at)
        if piece.tag != SEQUENCE:
            raise Asn1Error("no bind")
        name = cut(piece.body)
        value = cut(piece.body, name.end)
        if name.tag != NAME or value.end != len(piece.body) or len(name.body) == 0:
            raise Asn1Error("bind")
        if value.tag == NULL and value.body:
            raise Asn1Error("null with content")
        binds.append((asn1.name(name.body), value))
        at = piece.end
    return Request(
        asn1.number(version),
        community,
        kind,
        number,
        asn1.number(first),
        asn1.number(second),
        binds,
    )


def _reply(request: Request, status: int, index: int, binds: list[Bind]) -> bytes:
    body = b"".join(wrap(SEQUENCE, put_name(name), value) for name, value in binds)
    return wrap(
        SEQUENCE,
        put_number(request.version),
        wrap(OCTETS, request.community),
        wrap(
            RESPONSE,
            wrap(INTEGER, request.id),
            put_number(status),
            put_number(index),
            wrap(SEQUENCE, body),
        ),
    )
