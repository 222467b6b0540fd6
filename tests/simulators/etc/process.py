"""``edge-sim etc`` as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Simulator:
    """A running simulator: orders in, answers out."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.ready = self._line()

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def order(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._line()

    def report(self) -> dict[str, int]:
        counts: dict[str, int] = self.order(report=True)["report"]
        return counts

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the simulator ended"
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def simulator(*options: str) -> Iterator[Simulator]:
    """Start it, and end it with the block."""
    argv = [sys.executable, "-m", "edge_agent.simulators", "etc", *options]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Simulator(process)
        finally:
            process.terminate()
            process.communicate(timeout=10)
