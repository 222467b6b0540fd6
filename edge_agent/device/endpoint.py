"""Where a device is: stream URLs, told apart and checked before anything is opened.

``tcp://host:port``, ``serial:///dev/serial/by-id/…?baud=9600&parity=N&stop=1&bits=8`` and
``pty:///path`` (a pseudo-terminal of a simulator; takes the same options).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, Field

Parity = Literal["N", "E", "O"]

_ALLOWED = "tcp://host:port, serial:///dev/serial/by-id/…?baud=9600&parity=N&stop=1, pty:///path"
_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_RENUMBERED = re.compile(r"^/dev/tty(USB|ACM)\d+$")
_BY_ID = Path("/dev/serial/by-id")
_TOP_PORT = 65535


class EndpointError(ValueError):
    """A stream URL that cannot be used.

    Attributes:
        wrong: What is wrong; never repeats a secret.
        allowed: What would be right.
        next: What to do.
    """

    def __init__(self, wrong: str, allowed: str = _ALLOWED, next_: str = "") -> None:
        super().__init__(f"{wrong}; allowed: {allowed}" + (f"; {next_}" if next_ else ""))
        self.wrong = wrong
        self.allowed = allowed
        self.next = next_


@dataclass(frozen=True, slots=True)
class TcpEndpoint:
    """A TCP server."""

    host: str
    port: int

    @property
    def key(self) -> str:
        """What two devices on the same wire have in common."""
        return f"tcp:{self.host}:{self.port}"

    def present(self) -> bool:
        """Only connecting can tell."""
        return True

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SerialEndpoint:
    """A serial port or pseudo-terminal.

    Attributes:
        path: Device node, or a link to it that survives renumbering.
        baud: Bits a second.
    """

    path: str
    baud: int = 9600
    parity: Parity = "N"
    stop: int = 1
    bits: int = 8

    @property
    def key(self) -> str:
        """The node behind the link, so that two names of one port are one port."""
        return f"serial:{os.path.realpath(self.path)}"

    def present(self) -> bool:
        """Whether the node is there now: an adapter that is unplugged takes it away."""
        return Path(self.path).exists()

    def __str__(self) -> str:
        line = f"{self.baud} {self.bits}{self.parity}{self.stop}"
        return f"{self.path} ({line})"


Endpoint = TcpEndpoint | SerialEndpoint


def parse(url: str, by_id: Path = _BY_ID) -> Endpoint:
    """Read a stream URL without opening it.

    Args:
        url: See the module's text.
        by_id: Folder of stable names, for the offer in an error.

    Raises:
        EndpointError: With what is wrong, what is allowed and what to do.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EndpointError(f"not a URL: {error}") from None
    if "@" in parts.netloc:
        raise EndpointError(
            "a user or password inside the URL",
            "the URL without user and password",
            'put the secret into a file and name it: password = "file:/etc/edge-agent/…"',
        )
    match parts.scheme:
        case "tcp":
            return _tcp(parts, port)
        case "serial" | "pty":
            return _serial(parts, by_id)
        case "":
            raise EndpointError("no scheme in front of the address")
        case scheme:
            raise EndpointError(f"unknown scheme {scheme!r}")


def _tcp(parts: SplitResult, port: int | None) -> TcpEndpoint:
    if not parts.hostname:
        raise EndpointError("no host in the URL", "tcp://host:port")
    if port is None or not 0 < port <= _TOP_PORT:
        raise EndpointError("no port in the URL", "tcp://host:port with a port of 1…65535")
    if parts.path not in ("", "/") or parts.query:
        raise EndpointError("something after the port", "tcp://host:port")
    return TcpEndpoint(parts.hostname, port)


def _serial(parts: SplitResult, by_id: Path) -> SerialEndpoint:
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path == "/":
        raise EndpointError(
            f"{parts.scheme} wants an absolute path after three slashes",
            f"{parts.scheme}:///dev/…",
        )
    if parts.scheme == "serial" and _RENUMBERED.match(path):
        raise _renumbered(path, by_id)
    options = _options(parts.query)
    return SerialEndpoint(
        path,
        baud=_number(options.get("baud", "9600"), "baud", _BAUDS),
        parity=_parity(options.get("parity", "N")),
        stop=_number(options.get("stop", "1"), "stop", (1, 2)),
        bits=_number(options.get("bits", "8"), "bits", (7, 8)),
    )


def _options(query: str) -> dict[str, str]:
    known = ("baud", "parity", "stop", "bits")
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise EndpointError(f"unknown option {name!r}", ", ".join(known))
        if name in options:
            raise EndpointError(f"option {name!r} given twice", "each option once")
        options[name] = value
    return options


def _number(text: str, name: str, allowed: tuple[int, ...]) -> int:
    if not text.isascii() or not text.isdigit() or int(text) not in allowed:
        raise EndpointError(f"{name}={text}", f"{name} of {', '.join(map(str, allowed))}")
    return int(text)


def _parity(text: str) -> Parity:
    if text not in ("N", "E", "O"):
        raise EndpointError(f"parity={text}", "parity of N, E, O")
    return cast("Parity", text)


def _renumbered(path: str, by_id: Path) -> EndpointError:
    allowed = "a name that survives a reboot: serial:///dev/serial/by-id/…"
    names = stable_names(path, by_id)
    if names:
        return EndpointError(
            f"{path} may be another device after a reboot", allowed, f"use serial://{names[0]}"
        )
    return EndpointError(
        f"{path} may be another device after a reboot",
        allowed,
        f"plug the device in and run: ls -l {by_id}",
    )


def stable_names(path: str, by_id: Path = _BY_ID) -> list[str]:
    """Names below ``by_id`` that point to this node now."""
    if not by_id.is_dir():
        return []
    target = os.path.realpath(path)
    return sorted(str(link) for link in by_id.iterdir() if os.path.realpath(link) == target)


def _checked(url: str) -> str:
    parse(url)
    return url


EndpointUrl = Annotated[
    str,
    Field(description=f"Where the device is: {_ALLOWED}."),
    AfterValidator(_checked),
]
"""Type of a ``url`` key in a driver's settings."""
