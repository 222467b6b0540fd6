"""Serves the page over TLS on one address, with limits on everything that a stranger can open."""

import asyncio.sslproto
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from edge_agent.errors import EdgeError
from edge_agent.web import certificate
from edge_agent.web.app import build
from edge_agent.web.house import FOLDER, House
from edge_agent.web.memory import settle

CONNECTIONS_MAX = 400
_KEEP_ALIVE_S = 10
"""Longer than a page waits between two questions, so that it does not shake hands each time."""
_STOP_S = 3
_TLS_BUFFER = 8 * 1024
"""A tab's read buffer. asyncio takes 256 kB and writes them full of zeros: a hundred tabs would
take 25 MB for questions of 1 kB."""
_HEAD_MAX = 16 * 1024


class ListenError(EdgeError):
    """That address will not do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """For people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}/"


def address_of(text: str, *, expose: bool) -> Address:
    """``127.0.0.1:8443`` or ``[::1]:8443``.

    Raises:
        ListenError: No such thing; or the network can reach it and nobody has said that it may.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004 - ports end there
        raise ListenError(f"{text}: must be an IP address and a port, like 127.0.0.1:8443")
    try:
        ip = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise ListenError(f"{text}: must be an IP address, not a name") from None
    if ip.is_unspecified:
        raise ListenError(
            f"{text}: is every network; name the technician's interface by its address"
        )
    if not ip.is_loopback and not expose:
        raise ListenError(
            f"{text}: the network can reach it, and --expose does not say that it may"
        )
    return Address(str(ip), int(port))


def names(address: Address, more: list[str]) -> frozenset[str]:
    """By what a browser may call the page."""
    loopback = ipaddress.ip_address(address.host).is_loopback
    own = {address.host, *(("localhost",) if loopback else (socket.gethostname().lower(),))}
    return frozenset(own | {name.lower() for name in more})


async def serve(house: House, listener: socket.socket, tls: tuple[Path, Path]) -> None:
    """Until SIGTERM or SIGINT."""
    asyncio.sslproto.SSLProtocol.max_size = _TLS_BUFFER
    made = certificate.context(*tls)
    config = uvicorn.Config(
        build(house),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STOP_S,
        h11_max_incomplete_event_size=_HEAD_MAX,
        ssl_certfile=str(tls[0]),
        ssl_keyfile=str(tls[1]),
        ssl_context_factory=lambda _config, _default: made,
    )
    settle()
    await uvicorn.Server(config).serve(sockets=[listener])


def listen(address: Address) -> socket.socket:
    """The listening socket.

    Raises:
        ListenError: Somebody else has it, or there is no such interface.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # By its full name: asyncio sends at once (TCP_NODELAY) only where it sees that this is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address.host, address.port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise ListenError(f"{address.host}:{address.port}: {error.strerror}") from error
    return made


def tls_files(
    state_dir: Path, given: tuple[Path, Path] | None, hosts: frozenset[str]
) -> tuple[Path, Path]:
    """What was given; else the unit's own, made at the first start."""
    return given or certificate.load_or_make(state_dir / FOLDER, hosts)
