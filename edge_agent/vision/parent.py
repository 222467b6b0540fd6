"""The child's ear for its parent: requests on stdin, and the end when stdin closes."""

import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

_LONGEST = 65_536
_MOST_WAITING = 16


class Parent:
    """Listens on a thread of its own.

    Leaves the process at once when stdin closes: the parent is gone or wants us gone. Not by an
    exception: the decoder may be stuck in native code for ever.

    Args:
        stdin: Lines of JSON, one a request.
        leave: Ends the process.
    """

    def __init__(self, stdin: BinaryIO, leave: Callable[[int], Any] = os._exit) -> None:
        self._stdin = stdin
        self._leave = leave
        self._asked: queue.Queue[dict[str, Any]] = queue.Queue(_MOST_WAITING)
        threading.Thread(target=self._listen, name="parent", daemon=True).start()

    def asked(self) -> Iterator[dict[str, Any]]:
        """What was asked since last time; never waits."""
        while True:
            try:
                yield self._asked.get_nowait()
            except queue.Empty:
                return

    def _listen(self) -> None:
        while line := self._stdin.readline(_LONGEST):
            try:
                request = json.loads(line)
                self._asked.put_nowait(request)
            except (ValueError, queue.Full):
                continue  # the parent has a deadline of its own
        self._leave(0)
