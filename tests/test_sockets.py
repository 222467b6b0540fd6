import socket
from pathlib import Path

import pytest

from edge_agent import sockets


def test_a_path_may_be_longer_than_an_address(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30) / ("deeper" * 20)
    folder.mkdir(parents=True)
    path = folder / "status.sock"
    for mode in (0o600, 0o660):  # the second time in the place of the first
        with sockets.bound(path, mode) as listener:
            assert path.stat().st_mode & 0o777 == mode
            with pytest.raises(ConnectionRefusedError):
                sockets.connected(path, 1.0)
            listener.listen(1)
            with sockets.connected(path, 1.0) as client, listener.accept()[0] as served:
                served.sendall(b"here")
                assert client.recv(4) == b"here"


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "status.sock"
    path.write_text("a note")
    with pytest.raises(OSError, match="in use"):
        sockets.bound(path, 0o600)
    assert path.read_text() == "a note"


def test_a_failure_leaves_no_descriptor_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[socket.socket] = []
    real = socket.socket

    def kept(*kind: int) -> socket.socket:
        made.append(real(*kind))
        return made[-1]

    monkeypatch.setattr(socket, "socket", kept)
    with pytest.raises(FileNotFoundError):
        sockets.bound(tmp_path / "none" / "a.sock", 0o600)
    monkeypatch.setattr(Path, "chmod", _denied)
    with pytest.raises(PermissionError):
        sockets.bound(tmp_path / "a.sock", 0o600)
    assert [one.fileno() for one in made] == [-1, -1]


def _denied(*_: object) -> None:
    raise PermissionError
