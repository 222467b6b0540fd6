"""One SUMO as a process of its own."""

import contextlib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from edge_agent.simulators.sumo.network import Roads, build
from edge_agent.simulators.sumo.program import SumoError, find
from edge_agent.simulators.sumo.traci import Client
from edge_agent.simulators.world.network import Network

_START_S = 30.0
_ANSWER_S = 60.0
_END_S = 5.0
_RETRY_S = 0.05
_LATERAL_M = 0.8


class Sumo:
    """Builds the roads, starts SUMO on them and talks to it.

    Attributes:
        roads: What it drives on.
        process: Its process.
        client: The conversation.
    """

    def __init__(self, network: Network, seed: int, step_s: float) -> None:
        """Start it.

        Raises:
            SumoError: It is missing or does not start.
        """
        with contextlib.ExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="edge-sumo-")))
            self.roads: Roads = build(network, folder)
            self._log = folder / "log.txt"
            port = _free_port()
            self.process = process = subprocess.Popen(
                [
                    find("sumo"),
                    *("--net-file", self.roads.net),
                    *("--route-files", self.roads.routes),
                    *("--remote-port", str(port)),
                    *("--seed", str(seed & 0x7FFFFFFF)),
                    *("--step-length", str(step_s)),
                    *("--lateral-resolution", str(_LATERAL_M)),
                    *("--time-to-teleport", "-1"),
                    *("--collision.action", "none"),
                    *("--error-log", self._log),
                    "--no-step-log",
                    "--no-warnings",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            opened.callback(_end, process)
            link = opened.enter_context(self._connect(process, port))
            self.client = Client(link)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End it; again is no harm."""
        with contextlib.suppress(SumoError):
            self.client.close()
        self._opened.close()

    def _connect(self, process: subprocess.Popen[bytes], port: int) -> socket.socket:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                link = socket.create_connection(("127.0.0.1", port), _ANSWER_S)
            except OSError:
                if process.poll() is None and time.monotonic() < deadline:
                    time.sleep(_RETRY_S)
                    continue
                said = self._log.read_text(encoding="utf-8") if self._log.exists() else ""
                raise SumoError(f"SUMO does not start: {said.strip() or 'no answer'}") from None
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return link


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
