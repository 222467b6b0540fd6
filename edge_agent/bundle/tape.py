"""The last minutes of readings in the running agent's memory, to be replayed from a bundle."""

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from edge_agent import door
from edge_agent.bundle.standins import StandIns
from edge_agent.clock import Clock
from edge_agent.device.readings import FiguresReading, Reading, to_wire

SOCKET = "readings.sock"
KEPT_S = 300
_MOST = 6000
"""Twenty readings a second; a unit that has more keeps a shorter time."""


class Tape:
    """Holds what devices said. One thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: deque[tuple[int, str, Reading | str]] = deque(maxlen=_MOST)

    def reading(self, device: str, reading: Reading) -> None:
        """Take note of a reading; the drivers' own figures are in the status."""
        if not isinstance(reading, FiguresReading):
            self._keep(device, reading)

    def state(self, device: str, state: str) -> None:
        """Take note of a device's state."""
        self._keep(device, state)

    def answer(self) -> bytes:
        """Lines as ``edge-agent replay --readings`` takes them. Nobody's plate reaches the door."""
        return b"".join(self._lines())

    def _keep(self, device: str, said: Reading | str) -> None:
        now = self._clock.utc_ms()
        self._held.append((now, device, said))
        while self._held and self._held[0][0] < now - KEPT_S * 1000:
            self._held.popleft()

    def _lines(self) -> Iterator[bytes]:
        standins = StandIns()
        for at_ms, device, said in list(self._held):
            line: dict[str, object] = {"device": device, "at_ms": at_ms}
            if isinstance(said, str):
                line["state"] = said
            else:
                line["reading"] = standins.reading(json.loads(to_wire(said)))
            yield json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def ask(state_dir: Path, timeout_s: float = 5.0) -> bytes:
    """The running agent's tape; blocking.

    Raises:
        StatusError: Nobody answers.
    """
    return door.knock(state_dir, SOCKET, timeout_s)
