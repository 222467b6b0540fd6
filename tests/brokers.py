"""Private brokers for tests: mosquitto and amqtt, each on an ephemeral port, gone at the end."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from tests.needs import find

MOSQUITTO = find("mosquitto")

needs_mosquitto = pytest.mark.skipif(
    MOSQUITTO is None, reason="mosquitto is not installed: apt-get install mosquitto"
)

_START_S = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mosquitto:
    """One broker process; ``config`` is what mosquitto.conf says beyond the listener.

    ``start`` after ``kill`` begins empty: nothing is persisted unless the config says so.
    """

    config: str = "allow_anonymous true\n"
    acl: str | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    require_certificate: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mosquitto-"))
        # Started as root, mosquitto becomes its own user, who must be able to read this.
        self.folder.chmod(0o755)

    def _write(self) -> Path:
        lines = [f"listener {self.port} 127.0.0.1", self.config]
        if self.acl is not None:
            self._put("acl", self.acl)
            lines.append(f"acl_file {self.folder / 'acl'}")
        if self.passwords:
            file = self._put("passwords", "")
            for user, password in self.passwords.items():
                subprocess.run(
                    ["mosquitto_passwd", "-b", str(file), user, password],
                    check=True,
                    capture_output=True,
                )
            file.chmod(0o644)
            lines.append(f"password_file {file}")
        for name in ("ca", "cert", "key"):
            source = getattr(self, name)
            if source is not None:
                file = self._put(f"{name}.pem", source.read_text())
                lines.append(f"{name}file {file}")
        if self.require_certificate:
            lines.append("require_certificate true")
        return self._put("mosquitto.conf", "\n".join(lines) + "\n")

    def _put(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def start(self) -> Self:
        if MOSQUITTO is None:
            pytest.skip("mosquitto is not installed: apt-get install mosquitto")
        config = self._write()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [MOSQUITTO, "-c", str(config)], stdout=log, stderr=subprocess.STDOUT
            )
        wait_for_port(self.port, self.process)
        return self

    def kill(self) -> None:
        """kill -9: what is in memory is gone."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Hung: the sockets stay open, nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None:
            self.thaw()
            self._end(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, number)

    def _end(self, number: int) -> None:
        if self.process is None:
            return
        self._signal(number)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process = None

    @property
    def url(self) -> str:
        return f"{'mqtts' if self.cert else 'mqtt'}://localhost:{self.port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def wait_for_port(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"broker ended at once with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise RuntimeError(f"no broker on port {port}")


@contextlib.contextmanager
def amqtt() -> Iterator[str]:
    """The embedded broker of the demo in its own process; gives its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edge_agent.simulators.broker"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
