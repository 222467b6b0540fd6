"""A camera's window: people on the same box look through it while it works.

Two unix sockets in the agent's folder, each of which answers a connection with one line of JSON and
a JPEG: ``view-<id>.sock`` for the agent's group, with plates made unreadable; ``plain-<id>.sock``
as the camera sees it, for the agent's own account alone. Pictures are made only while somebody
asks, and never more than one a second, however many ask.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from edge_agent import sockets

Kind = Literal["view", "plain"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PACE_NS = 1_000_000_000
"""Between two pictures."""
LOOKING_NS = 3_000_000_000
"""So long after a question somebody is taken to be still looking, and a picture to be of now."""

_MODES: dict[Kind, int] = {"view": 0o660, "plain": 0o600}
_WAIT_S = 0.7
"""For the first picture after nobody looked."""
_SEND_S = 1.0
_BACKLOG = 8


class _Made(NamedTuple):
    shown_ns: int
    taken_ns: int
    head: dict[str, Any]
    jpeg: bytes


class Window:
    """Answers on threads of its own; the pictures come from the thread that analyses.

    Args:
        folder: Where the sockets lie.
        name: Of the device.
        now_ns: Monotonic.

    Raises:
        OSError: They cannot be made there.
    """

    def __init__(self, folder: Path, name: str, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._changed = threading.Condition()
        self._asked: dict[Kind, int] = {}
        self._made: dict[Kind, _Made] = {}
        self._due = 0
        self._listeners: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        try:
            for kind in KINDS:
                listener = sockets.bound(folder / f"{kind}-{name}.sock", _MODES[kind])
                self._listeners.append(listener)
                listener.listen(_BACKLOG)
        except OSError:
            self.close()
            raise
        for kind, listener in zip(KINDS, self._listeners, strict=True):
            thread = threading.Thread(
                target=self._serve, args=(kind, listener), name=f"window {kind}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def wanted(self) -> Kind | None:
        """Which picture is to be made now; None when nobody looks, or one was made just now.

        When both are looked at they take turns.
        """
        now = self._now_ns()
        if now < self._due:
            return None
        looked_at = [kind for kind, at in self._asked.items() if now - at < LOOKING_NS]
        return min(looked_at, key=self._made_ns, default=None)

    def show(self, kind: Kind, taken_ns: int, head: dict[str, Any], jpeg: bytes) -> None:
        """A new picture.

        Args:
            kind: For whom.
            taken_ns: Monotonic time of its frame.
            head: What is told with it; ``age_ms`` is added when somebody asks.
            jpeg: The picture.
        """
        with self._changed:
            now = self._now_ns()
            self._due = now + PACE_NS
            self._made[kind] = _Made(now, taken_ns, head, jpeg)
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody is answered any more."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
            listener.close()
        for thread in self._threads:
            thread.join(_WAIT_S + _SEND_S)

    def _made_ns(self, kind: Kind) -> int:
        return self._made[kind].shown_ns if kind in self._made else -LOOKING_NS

    def _serve(self, kind: Kind, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # closed
            with client, contextlib.suppress(OSError):  # who asked went away
                client.settimeout(_SEND_S)
                client.sendall(self._answer(kind))

    def _answer(self, kind: Kind) -> bytes:
        asked = self._asked[kind] = self._now_ns()
        with self._changed:
            self._changed.wait_for(lambda: self._made_ns(kind) > asked - LOOKING_NS, _WAIT_S)
            made = self._made.get(kind)
        if made is None:
            return b""
        head = made.head | {"age_ms": (self._now_ns() - made.taken_ns) // 1_000_000}
        return json.dumps(head, separators=(",", ":")).encode() + b"\n" + made.jpeg
