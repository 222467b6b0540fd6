"""Where to look: what the technician gives, and what follows from it."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.device.discovery import Surroundings
from edge_agent.errors import EdgeError

MOST_HOSTS = 1024
BY_ID = Path("/dev/serial/by-id")


class WhereError(EdgeError, ValueError):
    """Not a place that can be searched; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Where:
    """The ground to search.

    Attributes:
        hosts: Addresses to try, in order.
        ports: TCP and UDP ports to try; empty for those on which the kinds usually listen.
        lines: Serial addresses without line settings: ``serial:///dev/serial/by-id/…``.
        units: Modbus units to ask behind each TCP port and on each line, likeliest first.
        around: Where devices that announce themselves are called; None for not at all.
        seconds: Time for everything.
        username, password: For cameras; the password is never shown.
        reference: Where the password lies, as a site file says it.
    """

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()
    units: tuple[int, ...] = (*range(1, 248),)
    around: Surroundings | None = field(default_factory=Surroundings)
    seconds: float = 60.0
    username: str = ""
    password: str = field(default="", repr=False)
    reference: str = ""


def hosts(nets: Iterable[str]) -> tuple[str, ...]:
    """Addresses of the ranges, each once.

    Raises:
        WhereError: No range, or one so large that it is a mistake.
    """
    found: dict[str, None] = {}
    for text in nets:
        try:
            net = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise WhereError(f"{text!r} is no network: 192.168.10.0/28 or an address") from None
        if net.num_addresses > MOST_HOSTS:
            wrong = f"{text} holds {net.num_addresses} addresses"
            raise WhereError(f"{wrong}; {MOST_HOSTS} at most: give the range of the cabinet")
        found |= dict.fromkeys(str(host) for host in net.hosts())
    if len(found) > MOST_HOSTS:
        raise WhereError(f"{len(found)} addresses; {MOST_HOSTS} at most")
    return tuple(found)


def ports(text: str) -> tuple[int, ...]:
    """Ports of a list such as ``502,5084,8000-8010``.

    Raises:
        WhereError: It is none.
    """
    return tuple(dict.fromkeys(_numbers(text, 65_535)))


def units(text: str) -> tuple[int, ...]:
    """Modbus units of a list such as ``1-10,247``; raises WhereError."""
    return tuple(dict.fromkeys(_numbers(text, 255, least=0)))


def stable_lines(by_id: Path = BY_ID) -> tuple[str, ...]:
    """Serial ports by the names that survive a reboot."""
    return tuple(f"serial://{link}" for link in sorted(by_id.glob("*")))


def _numbers(text: str, most: int, least: int = 1) -> Iterator[int]:
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise WhereError(f"{part.strip()!r}: numbers and ranges such as 502,5000-5010")
        low, high = int(first), int(last or first)
        if not least <= low <= high <= most:
            raise WhereError(f"{part.strip()}: {least}…{most}, the smaller first")
        yield from range(low, high + 1)
