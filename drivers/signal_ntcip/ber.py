"""The part of ASN.1's Basic Encoding Rules that SNMP v1 and v2c use, and nothing else.

Pure functions on bytes. Definite lengths and one-octet tags only; whatever else arrives is a
BerError, for a controller never sends it (RFC 1157 §3.2.2, RFC 3417 §8).
"""

_LONG_FORM = 0x80
_MOST_LENGTH_OCTETS = 3
_MOST_INTEGER_OCTETS = 9
_MOST_ARCS = 128
_TOP_ARC = 0xFFFFFFFF
_TOP_ROOT = 2
_ROOT_SPAN = 40


class BerError(ValueError):
    """Bytes that are not what they claim to be."""


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(length))) + length + content


def integer(value: int) -> bytes:
    """Content octets of a signed INTEGER, as few as possible."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def oid(text: str) -> bytes:
    """Content octets of an OBJECT IDENTIFIER given as ``1.3.6.1…``."""
    first, second, *rest = (int(arc) for arc in text.split("."))
    if first > _TOP_ROOT or (first < _TOP_ROOT and second >= _ROOT_SPAN):
        raise ValueError(f"no OID begins with {first}.{second}")
    content = bytearray()
    for arc in (first * _ROOT_SPAN + second, *rest):
        if not 0 <= arc <= _TOP_ARC:
            raise ValueError(f"arc {arc} does not fit into 32 bits")
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        content += bytes(reversed(digits))
    return bytes(content)


def to_integer(content: bytes, *, signed: bool = True) -> int:
    """Value of INTEGER content; Counter, Gauge and TimeTicks are the unsigned ones."""
    if not 0 < len(content) <= _MOST_INTEGER_OCTETS:
        raise BerError(f"integer of {len(content)} octets")
    value = int.from_bytes(content, "big", signed=True)
    if not signed and value < 0:
        # Some agents forget the leading zero of a large counter; the bits are meant unsigned.
        return int.from_bytes(content, "big")
    return value


def to_oid(content: bytes) -> str:
    """Dotted text of OBJECT IDENTIFIER content."""
    if not content or content[-1] & 0x80:
        raise BerError("object identifier cut off")
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if arc > _TOP_ARC:
            raise BerError("arc beyond 32 bits")
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if len(arcs) > _MOST_ARCS:
        raise BerError(f"object identifier of {len(arcs)} arcs")
    root = min(arcs[0] // _ROOT_SPAN, _TOP_ROOT)
    return ".".join(map(str, (root, arcs[0] - root * _ROOT_SPAN, *arcs[1:])))


class Reader:
    """Walks through one level of TLVs; never reads beyond its own end."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self._data = data
        self._at = at
        self._end = len(data) if end is None else end

    def __bool__(self) -> bool:
        return self._at < self._end

    def next(self) -> tuple[int, int, int]:
        """Tag of the next TLV, and where its content begins and ends."""
        data, at = self._data, self._at
        if at + 2 > self._end:
            raise BerError("cut off before a length")
        tag, size = data[at], data[at + 1]
        at += 2
        if size >= _LONG_FORM:
            octets = size - _LONG_FORM
            if not 0 < octets <= _MOST_LENGTH_OCTETS or at + octets > self._end:
                raise BerError(f"length in {octets} octets")
            size = int.from_bytes(data[at : at + octets], "big")
            at += octets
        if at + size > self._end:
            raise BerError(f"content of {size} octets where {self._end - at} are left")
        self._at = at + size
        return tag, at, at + size

    def content(self, tag: int) -> bytes:
        """Content of the next TLV, which must have this tag."""
        found, start, end = self.next()
        if found != tag:
            raise BerError(f"tag {found:#04x} instead of {tag:#04x}")
        return self._data[start:end]

    def number(self, tag: int = 0x02) -> int:
        """The next TLV as a signed integer."""
        return to_integer(self.content(tag))

    def inside(self, tag: int) -> "Reader":
        """A reader of the content of the next TLV, which must have this tag."""
        found, start, end = self.next()
        if found != tag:
            raise BerError(f"tag {found:#04x} instead of {tag:#04x}")
        return Reader(self._data, start, end)

    def finish(self) -> None:
        """Raise when something is left."""
        if self:
            raise BerError(f"{self._end - self._at} octets too many")
