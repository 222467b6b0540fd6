"""An HTTPS store for uploads, with an authority of its own, that can be made to fail."""

import contextlib
import hashlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme


@dataclass
class Store:
    """What it has, and how it behaves.

    Attributes:
        cut_after: Bytes of body after which each of the next connections is cut; one a connection.
        answers: Statuses for the next whole files, before 200.
        resumes: Whether it goes on with half-sent files.
        tells: ``etag``, ``digest``, ``wrong`` or nothing of what it has.
    """

    url: str = ""
    ca: Path = Path()
    cut_after: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    resumes: bool = False
    tells: str = "etag"
    files: dict[str, bytes] = field(default_factory=dict)
    half: bytes = b""
    ranges: list[str] = field(default_factory=list)
    tries: int = 0


class _Handler(BaseHTTPRequestHandler):
    store: Store

    def do_PUT(self) -> None:
        store = self.store
        size = int(self.headers["Content-Length"])
        asked = self.headers.get("Content-Range", "")
        if asked:
            store.ranges.append(asked)
        if asked.startswith("bytes */") and store.resumes:
            self.send_response(308)
            if store.half:
                self.send_header("Range", f"bytes=0-{len(store.half) - 1}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        store.tries += 1
        start = int(asked.split()[1].split("-")[0]) if asked and store.resumes else 0
        cut = store.cut_after.pop(0) if store.cut_after else None
        body = self.rfile.read(size if cut is None else min(cut, size))
        store.half = store.half[:start] + body
        if cut is not None:
            self.close_connection = True
            self.connection.close()
            return
        self._answer()

    def _answer(self) -> None:
        store = self.store
        status = store.answers.pop(0) if store.answers else 200
        self.send_response(status)
        if status == 200:
            store.files[self.path] = store.half
            seen = store.half if store.tells != "wrong" else b"other"
            if store.tells in {"etag", "wrong"}:
                self.send_header("ETag", f'"{hashlib.md5(seen).hexdigest()}"')  # noqa: S324
            if store.tells == "digest":
                self.send_header("Repr-Digest", self.headers["Repr-Digest"])
        body = b"" if status == 200 else b"said no"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # connections are cut on purpose


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Store]:
    """A store on a port of its own; its authority's certificate lies in the folder."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    store = Store(ca=folder / "ca.pem")
    authority.cert_pem.write_to_path(str(store.ca))
    handler = type("Handler", (_Handler,), {"store": store})
    with _Server(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        store.url = f"https://127.0.0.1:{server.server_address[1]}/bucket/a.zip"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="store")
        thread.start()
        try:
            yield store
        finally:
            server.shutdown()
            thread.join()
