"""How the unit is at one moment, and the door at which it says so to people on the same box."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent import door
from edge_agent.errors import StatusError

SOCKET = "status.sock"


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
    slowed: bool | None = Field(default=None, description="The processor is held back now.")
    under_voltage: bool | None = None
    throttles: int | None = None
    life_used: int | None = Field(default=None, description="Of the storage, at most, percent.")
    spares_used: int | None = Field(default=None, description="Spare blocks, at least, percent.")
    storage_written: int | None = Field(default=None, description="By anybody since the boot.")
    machine_s: int | None = None
    written_per_day: int | None = Field(default=None, description="disk_written as a daily rate.")


class AlarmPart(_Part):
    """A condition that is raised now."""

    device: str
    code: str
    severity: Literal["info", "warning", "critical"]
    since_ms: int
    text: str = ""
    do: str = Field(default="", description="As the device says; else as is shipped, in English.")
    name: dict[str, str] = Field(default_factory=dict, description="What it is, by language.")
    help: dict[str, str] = Field(default_factory=dict, description="What to do, by language.")


class AlarmCounts(_Part):
    """What is kept from people, and how often it was needed since the start."""

    shelved: int = Field(default=0, description="Put away by somebody.")
    following: int = Field(default=0, description="Consequences of other alarms.")
    chattered: int = 0
    hushed: int = 0


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
    alarms: list[AlarmPart] = Field(default_factory=list, description="Raised now.")
    quiet: AlarmCounts = Field(default_factory=AlarmCounts)
    events: dict[str, int] = Field(default_factory=dict, description="Recorded since start.")
    rules: dict[str, int] = Field(
        default_factory=dict, description="What could not be judged, by rule and reason."
    )


class StatusServer(door.Door):
    """Answers with one snapshot."""

    def __init__(self, state_dir: Path, snapshot: Callable[[], Snapshot]) -> None:
        super().__init__(state_dir, SOCKET, lambda: snapshot().model_dump_json().encode() + b"\n")


def ask(state_dir: Path, timeout_s: float = 5.0) -> Snapshot:
    """Ask the running agent; blocking, for the command line.

    Raises:
        StatusError: Nobody answers there, or what answers is no agent.
    """
    answer = door.knock(state_dir, SOCKET, timeout_s)
    try:
        return Snapshot.model_validate(json.loads(answer))
    except ValueError as error:
        raise StatusError(f"{state_dir / SOCKET}: the answer is no status: {error}") from error
