"""BER as an SNMP agent needs it: values out, requests in. Names are tuples of integers."""

from typing import NamedTuple

INTEGER, OCTETS, NULL, NAME, SEQUENCE = 2, 4, 5, 6, 48
COUNTER, GAUGE, TICKS = 65, 66, 67
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW = 128, 129, 130

Name = tuple[int, ...]


class Asn1Error(ValueError):
    """Octets that no manager would send."""


class Piece(NamedTuple):
    """One TLV and where the next begins."""

    tag: int
    body: bytes
    end: int


def cut(data: bytes, start: int = 0) -> Piece:
    """The TLV at ``start``."""
    try:
        tag, first = data[start], data[start + 1]
        body = start + 2
        if first > 127:  # noqa: PLR2004 - the long form
            width = first - 128
            if width not in (1, 2, 3):
                raise Asn1Error(f"length of {width} octets")
            first = int.from_bytes(data[body : body + width], "big")
            body += width
    except IndexError:
        raise Asn1Error("ends early") from None
    if body + first > len(data):
        raise Asn1Error("ends early")
    return Piece(tag, data[body : body + first], body + first)


def pieces(data: bytes, *tags: int) -> list[bytes]:
    """Bodies of exactly these TLVs, nothing behind them; tag -1 takes any."""
    bodies, at = [], 0
    for tag in tags:
        piece = cut(data, at)
        if tag not in (-1, piece.tag):
            raise Asn1Error(f"tag {piece.tag} instead of {tag}")
        bodies.append(piece.body)
        at = piece.end
    if at != len(data):
        raise Asn1Error("too long")
    return bodies


def number(body: bytes) -> int:
    """An INTEGER's value."""
    if not 1 <= len(body) <= 5:  # noqa: PLR2004 - 32 bits and a sign
        raise Asn1Error("integer size")
    return int.from_bytes(body, "big", signed=True)


def name(body: bytes) -> Name:
    """An OBJECT IDENTIFIER's arcs."""
    arcs, arc, open_ = [], 0, True
    for octet in body:
        arc, open_ = arc * 128 + octet % 128, octet > 127  # noqa: PLR2004 - more follows
        if not open_:
            arcs.append(arc)
            arc = 0
    if open_ or len(arcs) > 128:  # noqa: PLR2004 - RFC 2578 §3.5
        raise Asn1Error("object identifier")
    first = 0 if arcs[0] < 40 else 1 if arcs[0] < 80 else 2  # noqa: PLR2004 - X.690 §8.19.4
    return (first, arcs[0] - 40 * first, *arcs[1:])


def wrap(tag: int, *bodies: bytes) -> bytes:
    """A TLV around the bodies."""
    body = b"".join(bodies)
    if len(body) > 127:  # noqa: PLR2004 - the long form
        width = 1 if len(body) < 256 else 2  # noqa: PLR2004
        return bytes((tag, 128 + width)) + len(body).to_bytes(width, "big") + body
    return bytes((tag, len(body))) + body


def put_number(value: int, tag: int = INTEGER) -> bytes:
    """A whole number as TLV."""
    width = 1
    while not -(1 << 8 * width - 1) <= value < 1 << 8 * width - 1:
        width += 1
    return wrap(tag, value.to_bytes(width, "big", signed=True))


def put_name(arcs: Name) -> bytes:
    """An object identifier as TLV."""
    body = b""
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        octets = [arc % 128]
        rest = arc // 128
        while rest:
            octets.insert(0, rest % 128 + 128)
            rest //= 128
        body += bytes(octets)
    return wrap(NAME, body)
