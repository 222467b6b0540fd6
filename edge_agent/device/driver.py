"""The contract between the house and a driver.

A driver folder ``drivers/<kind>/`` exports ``KIND``. Life of a driver: the supervisor builds it
(no I/O), awaits ``run`` until it raises or is cancelled, waits, builds a new one. The driver knows
its own protocol and nothing above it; reconnecting, back-off, states and counters are the
supervisor's.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.clock import Clock
from edge_agent.device.discovery import NOTHING, Discovery
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import InventoryReading, Reading
from edge_agent.device.view import View
from edge_agent.errors import Cause

Emit = Callable[[Reading], None]
"""Takes a reading at once and never blocks. Call it on the event loop's thread only."""


class Log(Protocol):
    """The few calls of a bound structlog logger that a driver makes."""

    def debug(self, event: str, **facts: Any) -> Any: ...
    def info(self, event: str, **facts: Any) -> Any: ...
    def warning(self, event: str, **facts: Any) -> Any: ...
    def error(self, event: str, **facts: Any) -> Any: ...


class DeviceSettings(BaseModel):
    """What every ``[device.<id>]`` table may say; a kind adds its own keys by subclassing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="Driver folder, see `edge-agent drivers`.")
    enabled: bool = Field(default=True, description="false keeps the table but starts nothing.")
    silent_s: float = Field(
        default=12.0,
        gt=0,
        le=3600,
        description="Seconds without a sign of life after which the driver is restarted.",
    )
    isolate: bool = Field(
        default=False,
        description="true runs the driver in a child process that can be killed.",
    )
    memory_mb: int = Field(
        default=256,
        ge=32,
        le=8192,
        description="Resident memory at which a child process is killed and restarted.",
    )
    serial: str = Field(
        default="", max_length=60, description="Serial number, as on the calibration certificate."
    )
    calibrated: date | None = Field(
        default=None, description="Day of the last calibration, year-month-day."
    )
    valid_to: date | None = Field(
        default=None,
        description="Last day of its certificate; without one nothing it measures is evidence.",
    )


async def _at_once() -> None:
    """Nobody keeps what is emitted, so there is nothing to wait for."""


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What the house lends to one driver instance.

    Attributes:
        id: The device's id in the site file.
        clock: Injected time.
        log: Logger bound to the device.
        ports: Shared openers, one per physical port or TCP endpoint.
        alive: Call it whenever the device did something useful; ``emit`` calls it too. Without a
            call for ``silent_s`` the supervisor restarts the driver with Cause.SILENT.
        degraded: Say that the device works in part and why; ``(None, "")`` takes it back.
        durable: Await it before telling a device that it may forget a record: it returns when all
            that was emitted lies on disk, or was given up by a counted rule.
        pictures_s: Seconds for which a camera keeps its pictures, so that evidence can be had; 0
            where nobody will ask.
        window: Folder in which a camera may put sockets at which people look through it; None
            where nobody will.
    """

    id: str
    clock: Clock
    log: Log
    ports: PortBook
    alive: Callable[[], None]
    degraded: Callable[[Cause | None, str], None] = lambda _cause, _detail: None
    durable: Callable[[], Awaitable[None]] = _at_once
    pictures_s: float = 0.0
    window: Path | None = None


class Driver(ABC):
    """One device being driven."""

    @abstractmethod
    async def run(self, emit: Emit) -> None:
        """Drive the device until cancelled.

        Raises:
            DeviceError: The device failed; the supervisor decides what follows.
        """

    @abstractmethod
    async def probe(self) -> InventoryReading:
        """Ask whether it is there and what it is, without writing anything to it.

        Raises:
            DeviceError: It is not there, or is something else.
        """


@dataclass(frozen=True)
class DriverKind:
    """A driver folder's one export.

    Attributes:
        name: The folder's name.
        summary: One line for ``edge-agent drivers``.
        settings: Model of the device's table in the site file.
        build: Makes a driver; must not touch the device.
        claims: Physical things that the settings claim for themselves alone, e.g.
            ``serial:/dev/x#3``; two devices that claim the same are a configuration error.
        check: Problems that a model cannot see (a map file that does not parse, a line outside
            the picture): pairs of dotted key and complaint, without touching the device.
        offers: Names that a ``[lane.<id>]`` may refer to, by what they are: ``line``, ``zone``,
            ``detector``.
        present: A cheap look whether a start makes sense now (the port's node exists); while it
            says no the supervisor waits for it instead of trying.
        view: How to look through it, for a device that makes pictures.
        discovery: How its devices are found and recognised.
    """

    name: str
    summary: str
    settings: type[DeviceSettings]
    build: Callable[[Any, DeviceContext], Driver]
    claims: Callable[[Any], frozenset[str]] = lambda _settings: frozenset()
    check: Callable[[Any], list[tuple[str, str]]] = lambda _settings: []
    offers: Callable[[Any], Mapping[str, frozenset[str]]] = lambda _settings: {}
    present: Callable[[Any], bool] = lambda _settings: True
    view: Callable[[Any], View | None] = lambda _settings: None
    discovery: Discovery = NOTHING
