"""ONVIF cameras answer a call on the local network: WS-Discovery 1.0 over UDP multicast.

Source: OASIS WS-Discovery 1.1 (the namespaces of the April 2005 draft, which ONVIF uses), ONVIF
Core Specification chapter 7. One Probe goes out; whatever else a camera could be asked is not.
"""

import asyncio
import re
import socket
import uuid
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from edge_agent.device.discovery import Found, Surroundings

_LARGEST = 32_768
_MOST = 256
"""Answers that are taken: more is no site but a flood."""
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="{discovery}" xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header>
<a:Action>{discovery}/Probe</a:Action><a:MessageID>urn:uuid:{id}</a:MessageID>
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"""


async def announced(around: Surroundings) -> list[Found]:
    """Cameras that answer; none where there is no network to ask on."""
    loop = asyncio.get_running_loop()
    ear = _Ear()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: ear,
            local_addr=(around.interface or "0.0.0.0", 0),  # noqa: S104 - any reply
        )
    except OSError:
        return []
    try:
        ear.call(transport, around)
        await asyncio.sleep(around.seconds)
    finally:
        transport.close()
    return list(ear.found.values())


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.found: dict[str, Found] = {}

    def call(self, transport: asyncio.DatagramTransport, around: Surroundings) -> None:
        """Ask; a host without a route for multicast has no such cameras either."""
        own: socket.socket = transport.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        if around.interface:
            interface = socket.inet_aton(around.interface)
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        question = _PROBE.format(discovery=_DISCOVERY, id=uuid.uuid4())
        transport.sendto(question.encode(), around.multicast)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self.found) < _MOST:
            found = match(data, addr[0])
            if found is not None:
                self.found.setdefault(found.url, found)

    def error_received(self, exc: Exception) -> None:
        """Nobody at the other end: silence is answer enough."""


def match(data: bytes, sender: str) -> Found | None:
    """A camera out of a ProbeMatches message; None when it is none, or is not to be trusted.

    The address is the sender's: what a message says of other hosts is not believed.
    """
    if len(data) > _LARGEST or b"<!" in data:  # no DTD, hence no entity to expand
        return None
    try:
        root = ET.fromstring(data)  # noqa: S314 - bounded, and without a DTD
    except (ET.ParseError, ValueError, LookupError):
        return None
    found = root.find(f".//{{{_DISCOVERY}}}ProbeMatch")
    if found is None:
        return None
    scopes = (found.findtext(f"{{{_DISCOVERY}}}Scopes") or "").split()
    told = [_scope(scopes, name) for name in ("name", "hardware")]
    services = (found.findtext(f"{{{_DISCOVERY}}}XAddrs") or "").split()
    here = any(_host(each) == sender for each in services)
    why = "answered ONVIF's call" + ("" if here else ", and names another address as its own")
    why += "; its path and password are to be told"
    return Found(
        ", ".join(filter(None, told)), 75 if here else 50, why, {}, f"rtsp://{sender}:554/"
    )


def _scope(scopes: list[str], name: str) -> str:
    start = f"onvif://www.onvif.org/{name}/"
    text = next((unquote(each[len(start) :]) for each in scopes if each.startswith(start)), "")
    return " ".join(re.sub(r"[^\w .()/+-]", " ", text).split())[:60]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
