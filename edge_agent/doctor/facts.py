"""All that the checks judge, gathered once. What could not be had is None, with a reason beside."""

from collections import Counter
from dataclasses import dataclass

from edge_agent.clock import TimeQuality
from edge_agent.config.unit import UnitSettings
from edge_agent.device.view import Glance
from edge_agent.errors import Problem
from edge_agent.health import UnitFigures
from edge_agent.spool.inspect import Summary
from edge_agent.status import Snapshot


@dataclass(frozen=True)
class StateFolder:
    """Where the unit keeps its events.

    Attributes:
        fsync_ms: How long a small file took to become durable; None when it could not be written.
        trouble: Why not.
        mode: Permission bits; None when there is no such folder.
        read_only: Whether its file system is mounted so.
    """

    path: str
    mode: int | None = None
    fsync_ms: float | None = None
    trouble: str = ""
    read_only: bool = False


@dataclass(frozen=True)
class Certificate:
    """A certificate's end, or why it cannot be read."""

    until_ms: int | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Broker:
    """What the way to the broker looks like from here, step by step.

    A step after the first that failed is None; ``trouble`` says what failed.

    Attributes:
        puback_ms: From publish to its PUBACK.
    """

    host: str
    port: int
    secure: bool
    addresses: tuple[str, ...] | None = None
    connected_ms: float | None = None
    tls: str | None = None
    theirs: Certificate | None = None
    ours: Certificate | None = None
    login: bool | None = None
    puback_ms: float | None = None
    trouble: str = ""


@dataclass(frozen=True)
class DeviceFacts:
    """One device, as the running agent sees it or as the doctor saw it.

    Attributes:
        present: Whether its port or address can be there at all.
        answered: Whether it told who it is, or is being driven.
        cause, detail: Why not.
        identity: Maker, model, serial, versions in words.
        readings: How many of each type came while it was looked at; None when the agent has it.
        good_ago_s: Since its last good reading, when the agent has it.
        wrong: Conditions that hold.
    """

    id: str
    kind: str
    enabled: bool = True
    present: bool | None = None
    answered: bool | None = None
    cause: str = ""
    detail: str = ""
    identity: str = ""
    readings: Counter[str] | None = None
    good_ago_s: float | None = None
    restarts: int | None = None
    wrong: tuple[str, ...] = ()
    stable_name: bool | None = None
    picture: Glance | None = None
    reads_plates: bool = False


@dataclass(frozen=True)
class Secret:
    """A secret that the site file names."""

    where: str
    trouble: str = ""


@dataclass(frozen=True)
class Facts:
    """The unit at one moment.

    Attributes:
        errors, warnings: Of the site file.
        settings: None when the file is broken.
        fingerprint: Of the file as it is now.
        snapshot: What the running agent says; None without one, ``no_agent`` says why.
        models: Name of each network to what is wrong with it, empty when sound; None when vision
            is not installed.
        evidence_mode: Permission bits of the unit's signing key; None when there is none.
    """

    now_ms: int
    version: str
    quality: TimeQuality
    figures: UnitFigures
    state: StateFolder
    site_mode: int | None = None
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    settings: UnitSettings | None = None
    fingerprint: str = ""
    snapshot: Snapshot | None = None
    no_agent: str = ""
    memory_free_kb: int | None = None
    hardware_clock: bool | None = None
    addresses: tuple[str, ...] = ()
    spool: Summary | None = None
    spool_trouble: str = ""
    broker: Broker | None = None
    secrets: tuple[Secret, ...] = ()
    models: dict[str, str] | None = None
    evidence_mode: int | None = None
    devices: tuple[DeviceFacts, ...] = ()
    offline: bool = False
