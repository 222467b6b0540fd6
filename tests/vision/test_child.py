"""The child process itself: its border with the parent."""

import json
import socket
import subprocess
import sys
import time

import pytest

from edge_agent.errors import Cause, DeviceError
from edge_agent.vision.child import configured

CHILD = [sys.executable, "-m", "edge_agent.vision"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b'{"url": "rtsp://h/x", "password": "geheim", "typo": 1}',
        b'{"password": "geheim"}',
        b'{"url": "rtsp://h/x", "password": ["geheim"]}',
        b'{"url": "rtsp://h/x", "password": "geheim", "analyse_fps": "fast"}',
    ],
)
def test_a_bad_configuration_is_refused_without_repeating_it(line: bytes) -> None:
    with pytest.raises(DeviceError) as caught:
        configured(line)
    assert caught.value.cause is Cause.CRASH
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_good_one_hides_the_password() -> None:
    config = configured(b'{"url": "rtsp://h/x", "password": "geheim", "lines": {"a": [0,0,1,1]}}')
    assert config.password.get_secret_value() == "geheim"
    assert "geheim" not in repr(config)
    assert config.scene().lines == {"a": (0.0, 0.0, 1.0, 1.0)}


def test_its_last_word_is_the_error() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(CHILD, stdin=pipe, stdout=pipe, stderr=pipe) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(b'{"url": "file:///nowhere.mp4"}\n')
        child.stdin.flush()
        lines = child.stdout.read().splitlines()
        complaints = child.stderr.read()
        assert child.wait(30) == 1
    word = json.loads(lines[-1])
    assert word == {"error": {"cause": "gone", "detail": "/nowhere.mp4: No such file or directory"}}
    assert complaints == b""


def test_it_ends_with_its_parent() -> None:
    """Even while it waits for a camera that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdin is not None
            child.stdin.write(json.dumps({"url": f"rtsp://127.0.0.1:{port}/x"}).encode() + b"\n")
            child.stdin.flush()
            call, _ = server.accept()  # and never an answer
            began = time.monotonic()
            child.stdin.close()
            child.wait(5)
            call.close()
    assert time.monotonic() - began < 2
