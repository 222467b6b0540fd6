"""Registers of the weigh-in-motion profile to records; pure functions, see docs/wim-profile.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.device.modbus_frames import Read, Table
from edge_agent.device.weighing import RawAxle, Record
from edge_agent.errors import Cause, DeviceError

HEADER = Read(Table.INPUT, 0, 32)
SLOT_LENGTH = 54
MOST_LANES = 8
MOST_AXLES = 12

_MARK, _VERSION = 22345, 1
_FIRST_LANE = 14
_LANES = 16
_AXLES = 16
_AGAIN = 52
_U16_NONE, _S16_NONE, _S32_NONE = 0xFFFF, -0x8000, -0x80000000
_TOP = 0xFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """What the station says of itself with every poll.

    Attributes:
        newest: Sequence of the newest vehicle; 0 before the first.
        slots: Of the ring, from register ``base`` on.
        states: Lane to state bits.
        time_ms: Station clock.
    """

    boot: int
    clock_set: bool
    newest: int
    slots: int
    base: int
    time_ms: int
    temperature: int | None
    states: dict[str, int]

    def slot(self, sequence: int) -> Read:
        """Where a vehicle lies in the ring."""
        at = self.base + (sequence - 1) % self.slots * SLOT_LENGTH
        return Read(Table.INPUT, at, SLOT_LENGTH)


def header(words: Sequence[int]) -> Header:
    """Read the registers of ``HEADER``.

    Raises:
        DeviceError: PROTOCOL when this is not the profile, or not a version that is known.
    """
    if words[0] != _MARK:
        raise DeviceError(Cause.PROTOCOL, f"register 0 is {words[0]}, not {_MARK}: another device")
    if words[1] != _VERSION:
        raise DeviceError(Cause.PROTOCOL, f"profile version {words[1]}; {_VERSION} is known")
    slots, base, length, lanes = words[6:10]
    fits = base + slots * length <= _TOP + 1
    if length != SLOT_LENGTH or not slots or not fits or not 1 <= lanes <= MOST_LANES:
        detail = f"ring of {slots} slots of {length} registers from {base}, {lanes} lanes"
        raise DeviceError(Cause.PROTOCOL, f"{detail}: not as the profile says")
    return Header(
        boot=words[2],
        clock_set=bool(words[3] & 1),
        newest=_u32(words, 4),
        slots=slots,
        base=base,
        time_ms=_u32(words, 10) * 1000 + words[12],
        temperature=_unless(_s16(words[13]), _S16_NONE),
        states={str(words[_FIRST_LANE] + n): words[_LANES + 2 * n] for n in range(lanes)},
    )


def sequence(words: Sequence[int]) -> int | None:
    """Which vehicle a slot holds; None while the station writes it."""
    first = _u32(words, 0)
    return first if first == _u32(words, _AGAIN) else None


def record(words: Sequence[int]) -> Record:
    """Read a slot that is not being written.

    Raises:
        DeviceError: PARSE when its number of axles cannot be.
    """
    count = words[6]
    if count > MOST_AXLES:
        raise DeviceError(Cause.PARSE, f"vehicle {_u32(words, 0)}: {count} axles")
    return Record(
        sequence=_u32(words, 0),
        time_ms=_u32(words, 2) * 1000 + words[4],
        lane=words[5],
        axles=tuple(
            RawAxle(*(_unless(word, _U16_NONE) for word in words[at : at + 3]))
            for at in range(_AXLES, _AXLES + 3 * count, 3)
        ),
        speed=_unless(words[7], _U16_NONE),
        gross=_unless(_s32(words, 8), _S32_NONE),
        length=_unless(words[10], _U16_NONE),
        temperature=_unless(_s16(words[11]), _S16_NONE),
        flags=words[12],
        reverse=words[13] == 1,
    )


def _u32(words: Sequence[int], at: int) -> int:
    return words[at] << 16 | words[at + 1]


def _s32(words: Sequence[int], at: int) -> int:
    number = _u32(words, at)
    return number - (1 << 32) if number >> 31 else number


def _s16(word: int) -> int:
    return word - 0x10000 if word >> 15 else word


def _unless(value: int, none: int) -> int | None:
    return None if value == none else value
