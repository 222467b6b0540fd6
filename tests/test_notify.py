"""sd_notify against a real datagram socket, by path and by abstract name."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@edge-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        heard.settimeout(2)
        yield heard, name


def test_the_manager_hears_every_word(manager: tuple[socket.socket, str]) -> None:
    heard, name = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    assert notifier.ready("3 devices")
    assert heard.recv(1000) == b"READY=1\nSTATUS=3 devices"
    assert notifier.status("buffer 40 h\nREADY=1")
    assert heard.recv(1000) == b"STATUS=buffer 40 h READY=1"
    assert notifier.watchdog()
    assert heard.recv(1000) == b"WATCHDOG=1"
    assert notifier.stopping()
    assert heard.recv(1000) == b"STOPPING=1"


def test_a_full_or_dead_manager_neither_blocks_nor_raises(
    manager: tuple[socket.socket, str],
) -> None:
    heard, name = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    began = time.monotonic()
    assert not all(notifier.watchdog() for _ in range(10_000))
    assert time.monotonic() - began < 2
    heard.close()
    assert not notifier.ready()


def test_outside_systemd_it_is_silent() -> None:
    notifier = Notifier({})
    assert not notifier.ready()
    assert notifier.watchdog_s is None


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 30.0),
        pytest.param("30000000", str(os.getpid()), 30.0, id="our own"),
        ("30000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
    ],
)
def test_watchdog_interval(usec: str, pid: str | None, seconds: float | None) -> None:
    environment = {"WATCHDOG_USEC": usec} | ({"WATCHDOG_PID": pid} if pid else {})
    assert Notifier(environment).watchdog_s == seconds
