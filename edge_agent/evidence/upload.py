"""Brings a file to a signed URL: HTTPS PUT, verified TLS, tried again until a deadline.

Where the store can go on with a half-sent file (Content-Range, as ``resumable`` says) what it has
is not sent again; elsewhere it begins anew. What arrived is held against the file's digest when
the store tells one.
"""

import base64
import hashlib
import http.client
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import SplitResult, urlsplit

from edge_agent.clock import Clock
from edge_agent.errors import EvidenceError

PIECE = 65_536
SILENT_S = 20.0
"""A connection that does not move for so long is given up."""
_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
_HALF_SENT = 308
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"^bytes=0-(\d+)$")
_MD5 = re.compile(r'^"?([0-9a-f]{32})"?$')

Proof = Literal["sha256", "md5", "none"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a store has taken.

    Attributes:
        size: Bytes of the file.
        wire: Bytes sent in all tries.
        tries: Connections.
        proof: By which digest the store has told that it has the right bytes; ``none``: it took
            them and said nothing.
    """

    size: int
    wire: int
    tries: int
    proof: Proof


class _Lost(Exception):  # noqa: N818 - reads as the thing it is
    """A try that failed; another may not."""


class Upload:
    """One file on its way.

    Args:
        path: The file.
        url: Signed; nothing of its query is ever repeated in words.
        clock: Measures the deadline.
        sleep: Waits between two tries.
        resumable: Whether the store goes on with a half-sent file.
        ca: PEM of the authorities to trust; the system's when left out.

    Raises:
        EvidenceError: No HTTPS URL.
    """

    def __init__(
        self,
        path: Path,
        url: str,
        clock: Clock,
        sleep: Callable[[float], None],
        *,
        resumable: bool = False,
        ca: Path | None = None,
    ) -> None:
        self._path = path
        self._url = _checked(url)
        self._clock = clock
        self._sleep = sleep
        self._resumable = resumable
        self._tls = ssl.create_default_context(cafile=ca)
        self._wire = 0
        self._tries = 0

    @property
    def place(self) -> str:
        """Where it goes, without what is secret about it."""
        return f"{self._url.hostname}{self._url.path}"

    def run(self, deadline_s: float) -> Sent:
        """Send it.

        Raises:
            EvidenceError: Refused, another file than ours arrived, or not done in time.
            OSError: The file cannot be read.
        """
        latest_ns = self._clock.mono_ns() + deadline_s * 1e9
        while True:
            left_s = (latest_ns - self._clock.mono_ns()) / 1e9
            try:
                return self._try(left_s)
            except _Lost as lost:
                pause_s = _PAUSES_S[min(self._tries, len(_PAUSES_S)) - 1]
                if self._clock.mono_ns() + pause_s * 1e9 >= latest_ns:
                    words = f"not sent within {deadline_s:g} s, {self._tries} tries: {lost}"
                    raise EvidenceError(f"{self.place}: {words}") from None
                self._sleep(pause_s)

    def _try(self, left_s: float) -> Sent:
        self._tries += 1
        size = self._path.stat().st_size
        host = self._url.hostname or ""
        connection = http.client.HTTPSConnection(
            host, self._url.port, timeout=min(SILENT_S, max(1.0, left_s)), context=self._tls
        )
        try:
            start = self._held(connection, size) if self._resumable and self._tries > 1 else 0
            with self._path.open("rb") as file:
                response = self._put(connection, file, start, size)
            return self._judge(response, size)
        except ssl.SSLCertVerificationError as error:
            words = f"{self.place}: its certificate is not to be trusted: {error.verify_message}"
            raise EvidenceError(words) from None
        except (OSError, http.client.HTTPException) as error:
            raise _Lost(str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def _held(self, connection: http.client.HTTPSConnection, size: int) -> int:
        """Bytes that the store has of an earlier try."""
        head = {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        connection.request("PUT", self._target(), headers=head)
        response = connection.getresponse()
        response.read()
        found = _RANGE.match(response.headers.get("Range", ""))
        if response.status != _HALF_SENT or found is None:
            return 0
        return min(int(found[1]) + 1, size - 1)

    def _put(
        self, connection: http.client.HTTPSConnection, file: BinaryIO, start: int, size: int
    ) -> http.client.HTTPResponse:
        connection.putrequest("PUT", self._target())
        connection.putheader("Content-Length", str(size - start))
        connection.putheader("Content-Type", "application/zip")
        connection.putheader("Repr-Digest", f"sha-256=:{_base64(_digest(file))}:")
        if self._resumable and start:
            connection.putheader("Content-Range", f"bytes {start}-{size - 1}/{size}")
        connection.endheaders()
        file.seek(start)
        while piece := file.read(PIECE):
            connection.send(piece)
            self._wire += len(piece)
        return connection.getresponse()

    def _judge(self, response: http.client.HTTPResponse, size: int) -> Sent:
        said = response.read(2000)
        if response.status in _AGAIN or response.status == _HALF_SENT:
            raise _Lost(f"the store answered {response.status}")
        if not 200 <= response.status < 300:  # noqa: PLR2004 - success
            words = said.decode("utf-8", "replace").split("\n")[0][:80]
            raise EvidenceError(f"{self.place}: refused with {response.status} {words}".rstrip())
        return Sent(size, self._wire, self._tries, self._proof(response.headers))

    def _proof(self, headers: Message) -> Proof:
        with self._path.open("rb") as file:
            sha256 = _base64(_digest(file))
            md5 = _digest(file, "md5").hex()
        told = headers.get("x-amz-checksum-sha256") or headers.get("Repr-Digest", "")
        if told:
            if sha256 not in told:
                raise EvidenceError(f"{self.place}: other bytes arrived than were sent")
            return "sha256"
        tag = _MD5.match(headers.get("ETag", ""))
        if tag is None:
            return "none"
        if tag[1] != md5:
            raise EvidenceError(f"{self.place}: other bytes arrived than were sent")
        return "md5"

    def _target(self) -> str:
        path = self._url.path or "/"
        return f"{path}?{self._url.query}" if self._url.query else path


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_one = urlsplit(""), False
    if parts.scheme != "https" or not parts.hostname or not port_is_one or parts.username:
        raise EvidenceError("the place to send to must be https://host[:port]/path…")
    return parts


def _digest(file: BinaryIO, kind: str = "sha256") -> bytes:
    file.seek(0)
    digest = hashlib.new(kind, usedforsecurity=kind != "md5")
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.digest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
