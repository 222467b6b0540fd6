"""A manager of a few lines for tests of the agent, apart from the driver's."""

from edge_agent.simulators.ntcip.agent import Agent
from edge_agent.simulators.ntcip.asn1 import (
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    Name,
    Piece,
    cut,
    name,
    number,
    pieces,
    put_name,
    put_number,
    wrap,
)
from edge_agent.simulators.ntcip.junction import FixedJunction, Stage
from edge_agent.simulators.ntcip.mib import Mib
from edge_agent.simulators.ntcip.unit import Unit

START_MS = 1_790_000_010_000 // 30_000 * 30_000
GET, NEXT, SET, BULK = 0xA0, 0xA1, 0xA3, 0xA5


def unit(**keys: int) -> Unit:
    """Green of 1 at 0 s, yellow at 10, red at 13; green of 2 at 15 s."""
    junction = FixedJunction((Stage((1,), 10_000, walks=(1,)), Stage((2,), 10_000)), START_MS)
    return Unit(junction, START_MS, lambda _record: None, **keys)


def agent(of: Unit | None = None) -> Agent:
    return Agent(Mib(of or unit()))


def question(
    kind: int,
    names: list[Name],
    *,
    version: int = 1,
    community: bytes = b"public",
    values: list[bytes] | None = None,
    first: int = 0,
    second: int = 0,
    request: int = 77,
) -> bytes:
    binds = [
        wrap(SEQUENCE, put_name(name), value)
        for name, value in zip(names, values or [wrap(NULL)] * len(names), strict=True)
    ]
    pdu = wrap(
        kind, put_number(request), put_number(first), put_number(second), wrap(SEQUENCE, *binds)
    )
    return wrap(SEQUENCE, put_number(version), wrap(OCTETS, community), pdu)


def answer(reply: bytes | None) -> tuple[int, int, list[tuple[Name, Piece]]]:
    """Error-status, error-index and binds of a reply."""
    assert reply is not None
    (message,) = pieces(reply, SEQUENCE)
    _, _, pdu = pieces(message, INTEGER, OCTETS, 0xA2)
    identity, status, index, list_ = pieces(pdu, INTEGER, INTEGER, INTEGER, SEQUENCE)
    assert number(identity) == 77
    binds, at = [], 0
    while at < len(list_):
        bind = cut(list_, at)
        head = cut(bind.body)
        binds.append((name(head.body), cut(bind.body, head.end)))
        at = bind.end
    return number(status), number(index), binds


def value(piece: Piece) -> int:
    return int.from_bytes(piece.body, "big", signed=True)
