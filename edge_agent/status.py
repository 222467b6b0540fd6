"""How the unit is at one moment, and the socket on which it says so to people on the same box."""

import asyncio
import contextlib
import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.errors import StatusError
from edge_agent.oneshot import OneShot

SOCKET = "status.sock"
_ANSWER_MAX = 8 * 1024 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DevicePart(_Part):
    """One device. Times are UTC ms."""

    id: str
    kind: str
    state: Literal["starting", "ok", "degraded", "down", "disabled"]
    cause: str | None = Field(default=None, description="Cause code; None when ok.")
    detail: str = ""
    since_ms: int = Field(description="Last change of state.")
    last_ms: int | None = Field(default=None, description="Last good reading; None when never.")
    restarts: int = 0
    readings: int = 0
    crashes: int = Field(default=0, description="Failures of our own driver.")
    abandoned: int = Field(default=0, description="Drivers that did not end when told to.")
    figures: dict[str, int] = Field(default_factory=dict, description="The driver's own figures.")


class DropPart(_Part):
    """Events given up."""

    stream: str
    why: str
    n: int


class SpoolPart(_Part):
    """The durable queue."""

    rows: int = Field(description="Events kept.")
    unsent: int | None = Field(default=None, description="Of these, not yet at the centre.")
    bytes: int
    bytes_max: int
    oldest_ms: int | None = Field(default=None, description="Age of the oldest unsent event.")
    hours_left: float | None = Field(
        default=None, description="Until full at today's rate; None when that cannot be told."
    )
    epoch: str = ""
    receipts: bool = True
    by_stream: dict[str, int] = Field(default_factory=dict)
    dropped: list[DropPart] = Field(default_factory=list)
    commits: int = 0
    written: int = Field(default=0, description="Bytes the spool wrote since start.")
    failing: str = Field(default="", description="Why it cannot write now; empty when it can.")


class UplinkPart(_Part):
    """The way to the centre."""

    connected: bool
    since_ms: int | None = Field(default=None, description="Last change of connected.")
    broker: str = ""
    protocol: str = ""
    in_flight: int = 0
    reconnects: int = 0
    published: int = 0
    last_puback_ms: int | None = None
    last_receipt_ms: int | None = None
    denied: int = Field(default=0, description="Publishes that the broker refused.")
    trouble: str = Field(default="", description="Why it is not connected, in words.")


class ClockPart(_Part):
    """Where time comes from."""

    source: Literal["gnss", "ntp", "rtc", "none"]
    uncertainty_ms: int | None = None
    steps: int = Field(default=0, description="Jumps of UTC seen since start.")


class ProcessPart(_Part):
    """The agent's own figures, see health.UnitFigures; None is not measured."""

    rss_kb: int | None = None
    cpu_ms: int | None = None
    threads: int | None = None
    fds: int | None = None
    fds_max: int | None = None
    disk_written: int | None = None
    disk_free: int | None = None
    disk_size: int | None = None
    inodes_free: int | None = None
    temperature: int | None = None
    load_1m: int | None = None
    written_per_day: int | None = Field(default=None, description="disk_written as a daily rate.")


class AlarmPart(_Part):
    """A condition that is raised now."""

    device: str
    code: str
    severity: Literal["info", "warning", "critical"]
    since_ms: int
    text: str = ""
    do: str = ""


class Snapshot(_Part):
    """The unit at one moment."""

    v: int = 1
    unit: str = Field(description="Topic root of the unit.")
    version: str
    boot: str
    pid: int
    now_ms: int
    started_ms: int
    up_s: int = Field(description="Seconds since start, by the monotonic clock.")
    config: str = Field(description="Fingerprint of the configuration in force.")
    config_problems: int = Field(default=0, description="Errors in the file that is not in force.")
    test: bool = False
    devices: list[DevicePart] = Field(default_factory=list)
    spool: SpoolPart
    uplink: UplinkPart
    clock: ClockPart
    process: ProcessPart = Field(default_factory=ProcessPart)
    alarms: list[AlarmPart] = Field(default_factory=list)
    events: dict[str, int] = Field(default_factory=dict, description="Recorded since start.")


class StatusServer:
    """Answers every connection with one JSON document and closes it."""

    def __init__(self, state_dir: Path, snapshot: Callable[[], Snapshot]) -> None:
        self._dir = state_dir
        self._snapshot = snapshot
        self._clients = OneShot(self._answer)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        path = self._dir / SOCKET
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.lstat().st_mode):
                path.unlink()
        listener = _at(self._dir, lambda listener, name: listener.bind(name))
        # Between bind and listen nobody can connect: the mode is right before the first client.
        path.chmod(0o660)
        listener.setblocking(False)
        self._server = await asyncio.start_unix_server(self._clients.handle, sock=listener)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            await self._clients.close(self._server)
            self._server = None
        with contextlib.suppress(OSError):
            (self._dir / SOCKET).unlink()

    async def _answer(self, _reader: asyncio.StreamReader) -> bytes:
        return self._snapshot().model_dump_json().encode() + b"\n"


def ask(state_dir: Path, timeout_s: float = 5.0) -> Snapshot:
    """Ask the running agent; blocking, for the command line.

    Raises:
        StatusError: Nobody answers there, or what answers is no agent.
    """
    path = state_dir / SOCKET
    try:
        with _at(state_dir, lambda client, name: client.connect(name), timeout_s) as client:
            answer = _read_all(client)
    except FileNotFoundError:
        raise StatusError(f"no agent is running here: there is no {path}") from None
    except PermissionError:
        raise StatusError(f"{path} is for root and the agent's group: use sudo") from None
    except ConnectionRefusedError:
        raise StatusError(f"the agent that made {path} is gone") from None
    except OSError as error:
        raise StatusError(f"{path}: {error.strerror or error}") from error
    try:
        return Snapshot.model_validate(json.loads(answer))
    except ValueError as error:
        raise StatusError(f"{path}: the answer is no status: {error}") from error


def _at(
    folder: Path,
    use: Callable[[socket.socket, str], Any],
    timeout_s: float | None = None,
) -> socket.socket:
    """A socket bound or connected below a folder, however long the folder's path is.

    A unix socket's address holds 107 bytes; the way through /proc is always short.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(timeout_s)
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        use(made, f"/proc/self/fd/{descriptor}/{SOCKET}")
    except BaseException:
        made.close()
        raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return made


def _read_all(client: socket.socket) -> bytes:
    parts = bytearray()
    while chunk := client.recv(65536):
        parts += chunk
        if len(parts) > _ANSWER_MAX:
            raise OSError("the answer has no end")
    return bytes(parts)
