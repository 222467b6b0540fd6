import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from edge_agent.simulators.sumo.program import SumoError
from edge_agent.simulators.sumo.traci import Client


def _status(number: int, result: int = 0, text: str = "") -> bytes:
    said = struct.pack("!i", len(text)) + text.encode()
    return struct.pack("!BBB", 3 + len(said), number, result) + said


def _message(body: bytes) -> bytes:
    return struct.pack("!i", 4 + len(body)) + body


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        theirs.settimeout(10)
        yield ours, theirs


def _client(ends: tuple[socket.socket, socket.socket], *answers: bytes) -> Client:
    for answer in (_message(_status(0xDB)), *answers):
        ends[1].sendall(answer)
    return Client(ends[0])


def test_a_step_tells_who_departed_and_where_the_watched_are(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    departed = (
        b"\xeb" + struct.pack("!i", 0) + b"\x01\x74\x00\x0e" + struct.pack("!ii", 1, 1) + b"7"
    )
    place = b"\xe4" + struct.pack("!i", 1) + b"5\x01\x42\x00\x01" + struct.pack("!dd", 1.5, -2.0)
    parts = [
        bytes([len(departed) + 1]) + departed,
        struct.pack("!Bi", 0, len(place) + 5) + place,  # the long form of a length
    ]
    body = _status(0x02) + struct.pack("!i", 2) + b"".join(parts)
    client = _client(ends, _message(body))
    assert client.step() == (["7"], {"5": (1.5, -2.0)})


def test_a_long_command_has_the_long_length(ends: tuple[socket.socket, socket.socket]) -> None:
    client = _client(ends, _message(_status(0xC2)))
    ends[1].recv(4096)
    client.light("junction", "G" * 300)
    sent = ends[1].recv(4096)
    total, zero, length, number = struct.unpack_from("!iBiB", sent)
    assert (total, zero, length, number) == (len(sent), 0, len(sent) - 4, 0xC2)


def test_a_refusal_says_what_sumo_said(ends: tuple[socket.socket, socket.socket]) -> None:
    client = _client(ends, _message(_status(0xC4, 0xFF, "Route 'x' is not known.")))
    with pytest.raises(SumoError, match="Route 'x' is not known"):
        client.add("1", "x", "car", 0, 30.0)


def test_an_end_amid_an_answer_is_told(ends: tuple[socket.socket, socket.socket]) -> None:
    client = _client(ends, b"\x00\x00\x00\x20abc")
    threading.Timer(0.05, ends[1].shutdown, (socket.SHUT_WR,)).start()
    with pytest.raises(SumoError, match="ended"):
        client.step()
