import asyncio
import hashlib
from pathlib import Path
from typing import cast

import pytest

from edge_agent.device.discovery import Surroundings
from edge_agent.drivers.camera import discover, login, onvif

MATCH = """<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/name/Dome%20%3Cb%3E onvif://www.onvif.org/hardware/X-4</d:Scopes>
<d:XAddrs>http://{host}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body>
</s:Envelope>"""


class Responder(asyncio.DatagramProtocol):
    """A camera that answers a Probe, and noise before it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        for answer in (b"\xff\x00", b"<a/>", MATCH.format(host="127.0.0.1").encode()):
            self.transport.sendto(answer, addr)


async def test_a_camera_answers_the_call() -> None:
    loop = asyncio.get_running_loop()
    transport, responder = await loop.create_datagram_endpoint(
        Responder, local_addr=("127.0.0.1", 0)
    )
    where = transport.get_extra_info("sockname")
    try:
        found = await onvif.announced(Surroundings(where, "127.0.0.1", seconds=0.3))
    finally:
        transport.close()
    assert [(each.url, each.identity) for each in found] == [
        ("rtsp://127.0.0.1:554/", "Dome b, X-4")
    ]
    (asked,) = responder.heard
    assert b"/Probe</a:Action>" in asked


def test_a_message_about_another_host_is_doubted() -> None:
    found = onvif.match(MATCH.format(host="10.9.9.9").encode(), "10.0.0.1")
    assert found is not None
    assert found.confidence < 75
    assert found.url == "rtsp://10.0.0.1:554/"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>',
        b" " * 40_000,
        b"<?xml version='1.0' encoding='utf-99'?><a/>",
    ],
    ids=["empty", "torn", "other", "entities", "large", "encoding"],
)
def test_hostile_messages_are_nothing(data: bytes) -> None:
    assert onvif.match(data, "10.0.0.1") is None


def test_the_kernel_lists_a_camera_once(tmp_path: Path) -> None:
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    for folder in (by_id, by_path):
        folder.mkdir()
    for node in ("video0", "video1"):
        (tmp_path / node).touch()
    (by_id / "usb-Cam-video-index0").symlink_to(tmp_path / "video0")
    (by_id / "usb-Cam-video-index1").symlink_to(tmp_path / "video1")
    (by_path / "pci-0-video-index0").symlink_to(tmp_path / "video0")
    (found,) = discover._listed((str(by_id), str(by_path)))
    assert found.url == f"v4l2://{by_id}/usb-Cam-video-index0"


def test_digest_as_in_the_standard() -> None:
    """The example of RFC 2069 §2.4 as corrected by its erratum, without qop."""
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    said = login.answer(challenge, "GET", "/dir/index.html", "Mufasa", "CircleOfLife")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in said


def test_digest_with_qop_counts_its_own_nonce() -> None:
    said = login.answer(
        'Digest realm="r", nonce="n", qop="auth"', "DESCRIBE", "rtsp://c/", "u", "p"
    )
    own = said.partition('cnonce="')[2].partition('"')[0]
    first = hashlib.md5(b"u:r:p", usedforsecurity=False).hexdigest()
    second = hashlib.md5(b"DESCRIBE:rtsp://c/", usedforsecurity=False).hexdigest()
    whole = f"{first}:n:00000001:{own}:auth:{second}"
    wanted = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()
    assert f'response="{wanted}"' in said


def test_what_is_not_understood_is_not_answered() -> None:
    assert login.answer("Negotiate abc", "GET", "/", "u", "p") == ""
    assert login.answer('Digest realm="r", algorithm=SHA-256', "GET", "/", "u", "p") == ""
