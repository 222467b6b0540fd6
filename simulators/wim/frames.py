"""Acknowledged lines: frames built and acknowledgements found, see docs/wim-profile.md."""

import re

from edge_agent.simulators.wim.station import Numbered, Station

_STX, _ETX = b"\x02", b"\x03"
_ACK = re.compile(rb"\x02(A\|(\d{1,5})\|(\d{1,10}))\x03([0-9A-F]{4})")
_LONGEST_ACK = 32


def crc(body: bytes) -> int:
    """CRC-16/CCITT-FALSE, bit by bit."""
    value = 0xFFFF
    for byte in body:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
    return value


def frame(body: str) -> bytes:
    """One frame as it goes on the wire."""
    data = body.encode("ascii")
    return _STX + data + _ETX + f"{crc(data):04X}\r".encode()


def inventory(station: Station) -> bytes:
    """Who it is."""
    names = [station.identity[key] for key in (0, 5)]
    return frame("|".join(["I", "1", str(station.boot), *names, "SN-0042", station.identity[2]]))


def heartbeat(station: Station) -> bytes:
    """How it is, and what it keeps."""
    states = ",".join(f"{lane}:{station.state(lane)}" for lane in station.lanes)
    fields = [
        "H", str(station.boot), str(station.clock()), str(int(station.clock_set)),
        _text(station.scale.temperature), str(_oldest(station)), str(station.newest), states,
    ]  # fmt: skip
    return frame("|".join(fields))


def record(station: Station, numbered: Numbered) -> bytes:
    """One vehicle."""
    told = numbered.told
    axles = ",".join(":".join(_text(value) for value in axle) for axle in told.axles)
    fields = [
        "R", str(station.boot), str(numbered.sequence), str(_oldest(station)), str(told.t_ms),
        str(told.lane), str(int(told.reverse)), _text(told.speed), _text(told.gross),
        _text(told.length), _text(told.temperature), str(told.flags), axles,
    ]  # fmt: skip
    return frame("|".join(fields))


def take_acks(buffer: bytearray) -> list[tuple[int, int]]:
    """Boot and sequence of every sound acknowledgement; keeps only what may be half of one."""
    found, end = [], 0
    for match in _ACK.finditer(bytes(buffer)):
        end = match.end()
        if crc(match[1]) == int(match[4], 16):
            found.append((int(match[2]), int(match[3])))
    del buffer[:end]
    begin = buffer.rfind(_STX)
    del buffer[: begin if begin >= 0 else len(buffer)]
    if len(buffer) > _LONGEST_ACK:
        buffer.clear()
    return found


def _oldest(station: Station) -> int:
    return station.kept[0].sequence if station.kept else 0


def _text(value: int | None) -> str:
    return "-" if value is None else str(value)
