"""Acknowledged lines of the weigh-in-motion profile: frames out of bytes, messages out of frames.

Pure state, see docs/wim-profile.md. A frame counts only when its check digits are right; whatever
else arrives is counted and skipped, so that the next frame is found wherever it begins.
"""

import binascii
from collections import Counter
from dataclasses import dataclass

from edge_agent.device.weighing import RawAxle, Record
from edge_agent.errors import Cause, DeviceError

MOST_BODY = 512
MOST_AXLES = 12

_STX, _ETX, _CR = 0x02, 0x03, 0x0D
_CRC_DIGITS = 4
_LONGEST = 1 + MOST_BODY + 1 + _CRC_DIGITS
_VERSION = "1"
_MOST_DIGITS = 15
_FIELDS = {"I": 7, "H": 8, "R": 13}
_AXLE_PARTS = 3
_MOST_FLAGS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who the station is."""

    boot: int
    maker: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How the station is, and what it keeps.

    Attributes:
        time_ms: Its clock when this was sent.
        oldest: Oldest sequence that waits for its acknowledgement; 0 for none.
        newest: Newest sequence; 0 before the first.
    """

    boot: int
    time_ms: int
    clock_set: bool
    temperature: int | None
    oldest: int
    newest: int
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A vehicle; ``record`` is None when its frame is sound and its content is not."""

    boot: int
    sequence: int
    oldest: int
    record: Record | None


Message = Introduction | Heartbeat | Weighed


def check_digits(body: bytes) -> bytes:
    """CRC-16/CCITT-FALSE as four hexadecimal digits."""
    return f"{binascii.crc_hqx(body, 0xFFFF):04X}".encode()


def acknowledgement(boot: int, sequence: int) -> bytes:
    """The frame that lets the station forget one record."""
    body = f"A|{boot}|{sequence}".encode()
    return bytes((_STX,)) + body + bytes((_ETX,)) + check_digits(body) + bytes((_CR,))


class Framer:
    """Cuts frames out of a stream.

    Attributes:
        counts: ``bad-checksum`` frames and ``stray-bytes`` between frames.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Bodies of the sound frames that are whole now."""
        self._buffer += data
        bodies = []
        while (body := self._cut()) is not None:
            if body:
                bodies.append(body)
        return bodies

    def _cut(self) -> bytes | None:
        """A sound body; empty for something skipped; None when more must arrive."""
        buffer = self._buffer
        begin = buffer.find(_STX)
        if begin < 0:
            self._skip(len(buffer))
            return None
        self._skip(begin)
        etx, again = buffer.find(_ETX, 1), buffer.find(_STX, 1)
        if again > 0 and (etx < 0 or again < etx):
            self._skip(again)  # the frame before was cut short
            return b""
        end = etx + 1 + _CRC_DIGITS
        if etx < 0 or len(buffer) < end:
            # Check digits cannot hold a beginning: then they are not there.
            if again > 0 or len(buffer) > _LONGEST:
                self._skip(again if again > 0 else len(buffer))
                return b""
            return None
        body, digits = bytes(buffer[1:etx]), bytes(buffer[etx + 1 : end])
        if digits != check_digits(body) or not body.isascii() or len(body) > MOST_BODY:
            self.counts["bad-checksum"] += 1
            self._skip(again if 0 < again < end else end)
            return b""
        del buffer[:end]
        return body

    def _skip(self, count: int) -> None:
        skipped = self._buffer[:count]
        self.counts["stray-bytes"] += count - skipped.count(_CR)
        del self._buffer[:count]


def message(body: bytes) -> Message:
    """Make sense of a sound body.

    Raises:
        DeviceError: PROTOCOL for another version, PARSE for what is no message of this profile.
    """
    fields = body.decode("ascii", "replace").split("|")
    kind = fields[0]
    if kind == "I" and len(fields) > 1 and fields[1] != _VERSION:
        detail = f"profile version {fields[1][:20]!r}; {_VERSION} is known"
        raise DeviceError(Cause.PROTOCOL, detail)
    if len(fields) != _FIELDS.get(kind):
        raise DeviceError(Cause.PARSE, f"no message: {body[:40]!r}")
    try:
        match kind:
            case "I":
                return Introduction(_number(fields[2]), *fields[3:])
            case "H":
                return _heartbeat(fields)
            case _:
                return _weighed(fields)
    except ValueError as error:
        raise DeviceError(Cause.PARSE, f"{error} in {body[:40]!r}") from None


def _heartbeat(fields: list[str]) -> Heartbeat:
    return Heartbeat(
        boot=_number(fields[1]),
        time_ms=_number(fields[2]),
        clock_set=fields[3] == "1",
        temperature=_signed(fields[4]),
        oldest=_number(fields[5]),
        newest=_number(fields[6]),
        states=dict(_state(text) for text in fields[7].split(",")) if fields[7] else {},
    )


def _state(text: str) -> tuple[str, int]:
    lane, _, state = text.partition(":")
    return str(_number(lane)), _number(state)


def _weighed(fields: list[str]) -> Weighed:
    boot, sequence, oldest = (_number(field) for field in fields[1:4])
    if not 0 < oldest <= sequence:
        raise ValueError(f"oldest {oldest} of {sequence}")
    try:
        record = _record(sequence, fields)
    except ValueError:
        # Its number is known, so it can be told as lost instead of being repeated for ever.
        record = None
    return Weighed(boot, sequence, oldest, record)


def _record(sequence: int, fields: list[str]) -> Record:
    axles = tuple(_axle(text) for text in fields[12].split(",")) if fields[12] else ()
    flags = _number(fields[11])
    if len(axles) > MOST_AXLES or flags > _MOST_FLAGS or fields[6] not in ("0", "1"):
        raise ValueError("out of the profile's bounds")
    return Record(
        sequence=sequence,
        time_ms=_number(fields[4]),
        lane=_number(fields[5]),
        axles=axles,
        gross=_signed(fields[8]),
        speed=_maybe(fields[7]),
        length=_maybe(fields[9]),
        temperature=_signed(fields[10]),
        flags=flags,
        reverse=fields[6] == "1",
    )


def _axle(text: str) -> RawAxle:
    parts = text.split(":")
    if len(parts) != _AXLE_PARTS:
        raise ValueError(f"axle {text[:20]!r}")
    return RawAxle(*(_maybe(part) for part in parts))


def _number(text: str) -> int:
    # int() alone would also take blanks, signs, underscores and numbers of any length.
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError(f"{text[:20]!r} is no number")
    return int(text)


def _maybe(text: str) -> int | None:
    return None if text == "-" else _number(text)


def _signed(text: str) -> int | None:
    if text == "-":
        return None
    return -_number(text[1:]) if text.startswith("-") else _number(text)
