"""A reader's ROSpec: what it says, and its life of disabled, inactive and active."""

import struct
from dataclasses import dataclass
from typing import Literal

from edge_agent.simulators.etc.field import Read
from edge_agent.simulators.etc.wire import num, par, short, split

State = Literal["disabled", "inactive", "active"]
_IMMEDIATE = 1
_HEAD = 6
_DURATION, _OBSERVATION, _TAGS = 1, 3, 185
_AISPEC, _STOP, _INVENTORY, _REPORT, _CONTENT = 183, 184, 186, 237, 238


@dataclass
class ROSpec:
    """One inventory order.

    Attributes:
        ports: Antennas; empty for all.
        immediate: Starts as soon as it is enabled.
        trigger: 0 reports only when asked, 1 and 2 after ``every`` tags; 1 also when an AISpec
            ends.
        ai_tags: Tags after which an AISpec ends and begins again; 0 for none.
        ai_ms: The same in time.
        content: Bits of TagReportContentSelector.
    """

    number: int
    ports: frozenset[int]
    immediate: bool
    trigger: int
    every: int
    content: int
    ai_tags: int = 0
    ai_ms: int = 0
    state: State = "disabled"

    @classmethod
    def read(cls, value: bytes) -> "ROSpec":
        """The value of a ROSpec parameter; ValueError when something needed is missing."""
        if len(value) < _HEAD:
            raise ValueError("cut ROSpec")
        number, _priority, state = struct.unpack_from("!LBB", value)
        if number == 0 or state != 0:
            raise ValueError("a ROSpec has a number and begins disabled")
        parts = split(value[_HEAD:])
        inner = dict(parts)
        start = dict(split(inner[178]))[179]
        ports: set[int] = set()
        ai_tags = ai_ms = 0
        for kind, body in parts:
            if kind == _AISPEC:
                (count,) = struct.unpack_from("!H", body)
                ports |= set(struct.unpack_from(f"!{count}H", body, 2))
                nested = dict(split(body[2 + 2 * count :]))
                if _STOP not in nested or _INVENTORY not in nested:
                    raise ValueError("an AISpec without stop trigger or inventory")
                ai_tags, ai_ms = _ends(nested[_STOP])
        if not ports:
            raise ValueError("a ROSpec without antennas")
        trigger, every, content = 1, 1, 0xFFC0
        if _REPORT in inner:
            trigger, every = struct.unpack_from("!BH", inner[_REPORT])
            (content,) = struct.unpack_from("!H", dict(split(inner[_REPORT][3:]))[_CONTENT])
        return cls(
            number,
            frozenset() if 0 in ports else frozenset(ports),
            start[0] == _IMMEDIATE,
            trigger,
            every,
            content,
            ai_tags,
            ai_ms,
        )

    @property
    def full(self) -> int:
        """Tags that make a report; 0 for no number."""
        wanted = [self.every] if self.trigger else []
        wanted += [self.ai_tags] if self.trigger == 1 else []
        return min((number for number in wanted if number), default=0)

    def sees(self, read: Read) -> bool:
        """Whether this read is of one of its antennas."""
        return self.state == "active" and (not self.ports or read.port in self.ports)

    def report(self, read: Read, us: int, *, uptime: bool, tlv_epc: bool = False) -> bytes:
        """TagReportData of one read, holding what the selector asks for."""
        epc = bytes.fromhex(read.epc)
        fixed = len(epc) == 12 and not tlv_epc  # noqa: PLR2004 - EPC-96
        kinds = (3, 5) if uptime else (2, 4)
        fields = (
            (15, short(9, num(32, self.number))),
            (14, short(14, num(16, 1))),
            (13, short(10, num(16, 1))),
            (12, short(1, num(16, read.port))),
            (10, short(6, num(8, read.rssi))),
            (11, short(7, num(16, 1))),
            (9, short(kinds[0], num(64, us))),
            (8, short(kinds[1], num(64, us))),
            (7, short(8, num(16, 1))),
        )
        return par(
            240,
            short(13, epc) if fixed else par(241, num(16, 8 * len(epc)), epc),
            *(body for bit, body in fields if self.content >> bit & 1),
        )


def _ends(stop: bytes) -> tuple[int, int]:
    """Tags and milliseconds after which an AISpec with this stop trigger ends, 0 for neither."""
    kind, duration_ms = struct.unpack_from("!BL", stop)
    if kind == _OBSERVATION:
        _, _, tags, _, _, timeout_ms = struct.unpack("!BBHHHL", dict(split(stop[5:]))[_TAGS])
        return tags, timeout_ms
    return 0, duration_ms if kind == _DURATION else 0
