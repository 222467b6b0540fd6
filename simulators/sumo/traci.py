"""As much of TraCI, SUMO's control protocol, as the world needs.

Source: https://sumo.dlr.de/docs/TraCI/Protocol.html. A message is its length (4 bytes) and
commands; a command is its length (1 byte, or 0 and 4 bytes), its number and its content; all
big-endian.
"""

import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from edge_agent.simulators.sumo.program import SumoError

_STEP, _CLOSE = 0x02, 0x7F
_SET_LIGHT, _SET_VEHICLE = 0xC2, 0xC4
_SUBSCRIBE_VEHICLE, _SUBSCRIBE_SIMULATION = 0xD4, 0xDB

_POSITION, _DEPARTED = 0x42, 0x74
_LIGHT_STATE, _ADD_FULL, _ALIGNMENT = 0x20, 0x85, 0xB9
LENGTH, WIDTH, HEIGHT, MAX_SPEED = 0x44, 0x4D, 0xBC, 0x41
ACCEL, DECEL, TAU, MIN_GAP, MIN_GAP_LAT = 0x46, 0x47, 0x48, 0x4C, 0xBB
"""Properties of a vehicle: metres, seconds, m/s and m/s²."""

_INTEGER, _DOUBLE, _STRING, _COMPOUND = 0x09, 0x0B, 0x0C, 0x0F
_SHORT = 0xFF
_ALWAYS = struct.pack("!dd", -1073741824.0, -1073741824.0)

Point = tuple[float, float]
Value = str | list[str] | Point


class Client:
    """A conversation with one SUMO over a connected socket; blocking.

    Every method raises SumoError when SUMO refuses or is gone.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._command(_SUBSCRIBE_SIMULATION, _subscription("", (_DEPARTED,)))

    def light(self, name: str, state: str) -> None:
        """Set the lamps of a junction, one letter a connection, until they are set again."""
        self._command(_SET_LIGHT, bytes([_LIGHT_STATE]) + _text(name) + _typed(state))

    def add(self, vehicle: str, route: str, kind: str, lane: int, at: float) -> None:
        """Have a vehicle depart as soon as there is room.

        Args:
            vehicle: Its name.
            route: Name of its route.
            kind: Name of its type.
            lane: Index of its lane, 0 at the kerb.
            at: Where its front departs, metres from the start of the edge.
        """
        words = (route, kind, "now", str(lane), f"{at:.2f}", "max", "current", "max", "current")
        content = b"".join(_typed(word) for word in (*words, "", "", ""))
        content += struct.pack("!BiBi", _INTEGER, 0, _INTEGER, 0)
        head = bytes([_ADD_FULL]) + _text(vehicle)
        self._command(_SET_VEHICLE, head + struct.pack("!Bi", _COMPOUND, 14) + content)

    def align(self, vehicle: str, left: float) -> None:
        """Say where across its lane a vehicle likes to be, metres left of the middle."""
        head = bytes([_ALIGNMENT]) + _text(vehicle)
        self._command(_SET_VEHICLE, head + _typed(f"{left:.2f}"))

    def set(self, vehicle: str, values: Mapping[int, float]) -> None:
        """Set properties of a vehicle."""
        for variable, value in values.items():
            content = bytes([variable]) + _text(vehicle) + struct.pack("!Bd", _DOUBLE, value)
            self._command(_SET_VEHICLE, content)

    def watch(self, vehicle: str) -> Point:
        """Have every step tell where this vehicle is; where it is now."""
        answer = self._command(_SUBSCRIBE_VEHICLE, _subscription(vehicle, (_POSITION,)))
        _, values = answer.subscribed()
        place = values[_POSITION]
        if not isinstance(place, tuple):
            raise SumoError(f"SUMO's place of {vehicle!r} is {place!r}")
        return place

    def step(self) -> tuple[list[str], dict[str, Point]]:
        """Let one step pass.

        Returns:
            Vehicles that departed in it, and where the front of each watched one is that is
            still on its way: x and y, metres.
        """
        answer = self._command(_STEP, struct.pack("!d", 0.0))
        departed: list[str] = []
        places: dict[str, Point] = {}
        for _ in range(answer.integer()):
            name, values = answer.subscribed()
            for variable, value in values.items():
                if variable == _DEPARTED and isinstance(value, list):
                    departed = value
                elif variable == _POSITION and isinstance(value, tuple):
                    places[name] = value
        return departed, places

    def close(self) -> None:
        """Ask SUMO to end."""
        self._command(_CLOSE, b"")

    def _command(self, number: int, content: bytes) -> "_Answer":
        length = 2 + len(content)
        if length > _SHORT:
            head = struct.pack("!BiB", 0, length + 4, number)
        else:
            head = struct.pack("!BB", length, number)
        try:
            self._socket.sendall(struct.pack("!i", 4 + len(head + content)) + head + content)
            (size,) = struct.unpack("!i", self._exactly(4))
            answer = _Answer(self._exactly(size - 4))
        except OSError as error:
            raise SumoError(f"SUMO is gone: {error}") from error
        answer.accepted(number)
        return answer

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise SumoError("SUMO ended")
            data += part
        return bytes(data)


class _Answer:
    """What SUMO said, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def accepted(self, command: int) -> None:
        _, number, result = self._take("!BBB")
        text = self.text()
        if number != command or result:
            raise SumoError(f"SUMO refused command {command:#x}: {text}")

    def integer(self) -> int:
        return int(self._take("!i")[0])

    def text(self) -> str:
        length = self.integer()
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def subscribed(self) -> tuple[str, dict[int, Value]]:
        if self._take("!B")[0] == 0:
            self._take("!i")
        self._take("!B")
        name = self.text()
        values: dict[int, Value] = {}
        for _ in range(self._take("!B")[0]):
            variable, failed = self._take("!BB")
            value = self._value()
            if failed:
                raise SumoError(f"SUMO cannot tell {variable:#x} of {name!r}: {value}")
            values[variable] = value
        return name, values

    def _value(self) -> Value:
        (kind,) = self._take("!B")
        match kind:
            case 0x0C:
                return self.text()
            case 0x0E:
                return [self.text() for _ in range(self.integer())]
            case 0x01:
                x, y = self._take("!dd")
                return x, y
        raise SumoError(f"SUMO answered with a type that nobody asked for: {kind:#x}")

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("!i", len(data)) + data


def _typed(text: str) -> bytes:
    return bytes([_STRING]) + _text(text)


def _subscription(name: str, variables: Sequence[int]) -> bytes:
    return _ALWAYS + _text(name) + bytes([len(variables), *variables])
