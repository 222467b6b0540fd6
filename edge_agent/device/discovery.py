"""How a kind recognises its devices where something answers, without writing to anything.

A driver folder says so in its ``discover.py``: the ways on which it asks or listens, and what it
makes of what comes back. Who looks where, in which order and for how long is the house's business.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from edge_agent.clock import Clock
from edge_agent.device.modbus import ModbusBus

Medium = Literal["tcp", "udp", "serial", "modbus"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where something may answer.

    Attributes:
        url: As a ``[device.<id>]`` table would have it.
        clock: Injected time.
        bus, unit: The open Modbus bus and the unit that answered on it; None on other media.
        told: The unit's identification objects by number, where it has them.
        username, password: For cameras that ask who we are; empty when nobody gave them.
    """

    url: str
    clock: Clock
    bus: ModbusBus | None = None
    unit: int | None = None
    told: Mapping[int, str] = field(default_factory=dict)
    username: str = ""
    password: str = ""

    @property
    def words(self) -> str:
        """Identification objects as one text."""
        return " ".join(text.strip() for _, text in sorted(self.told.items()) if text.strip())


@dataclass(frozen=True, slots=True)
class Found:
    """A kind believes that one of its devices is at a spot.

    Attributes:
        identity: Maker, model, serial and versions in words; empty when it does not tell.
        confidence: Per cent; 90 and more means that the device proved it.
        why: What speaks for it.
        table: Keys of its ``[device.<id>]`` besides kind, url and unit_id.
        url: Where the look has learned a better address.
        serial: Its serial number, which tells one device from its twins; empty when unknown.
    """

    identity: str
    confidence: int
    why: str
    table: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where devices that announce themselves are looked for.

    Attributes:
        multicast: Address and port of WS-Discovery; a test has a responder of its own.
        interface: Own address from which the question leaves; empty for the system's choice.
        seconds: How long answers are waited for.
        folders: Where the kernel lists cameras by stable names.
        username, password: As of ``Spot``.
    """

    multicast: tuple[str, int] = ("239.255.255.250", 3702)
    interface: str = ""
    seconds: float = 4.0
    folders: tuple[str, ...] = ("/dev/v4l/by-id", "/dev/v4l/by-path")
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One way to recognise a kind.

    Attributes:
        medium: Which spots it is shown.
        look: What is there; None when it is something else. DeviceError means the same.
        ports: Where such devices usually listen.
        speaks: Whether the device speaks first, so that listening is enough: such looks go first.
        lines: Baud and parity on a serial line, likeliest first.
    """

    medium: Medium
    look: Callable[[Spot], Awaitable[Found | None]]
    ports: tuple[int, ...] = ()
    speaks: bool = False
    lines: tuple[tuple[int, str], ...] = ()


Announce = Callable[[Surroundings], Awaitable[Sequence[Found]]]
"""Devices that announce themselves, each with its url."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """All that a kind knows about finding its devices."""

    recognisers: tuple[Recogniser, ...] = ()
    announce: Announce | None = None


NOTHING = Discovery()
"""Of a kind whose devices only a person can tell of."""


def line_url(url: str, baud: int, parity: str) -> str:
    """A serial address with its line settings."""
    return f"{url.partition('?')[0]}?{urlencode({'baud': baud, 'parity': parity})}"
