"""The last passages of a running agent, for people in front of the cabinet. Memory only."""

import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent import door
from edge_agent.errors import StatusError
from edge_agent.history.trim import masked_event

SOCKET = "passages.sock"
KEPT = 200
SIGNALS_KEPT = 400
"""Changes of signals: some minutes of a busy junction."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the agent answers.

    Attributes:
        boot: Changes when the agent starts anew, and numbers begin again.
        timezone: Of the unit.
        passages: Number since the start, and the event with plate and tag masked; rising.
    """

    boot: str
    timezone: str
    passages: list[tuple[int, dict[str, Any]]]


class Recent:
    """Holds the last passages. Any thread."""

    def __init__(self, boot: str, timezone: str) -> None:
        self._boot = boot
        self._timezone = timezone
        self._number = 0
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=KEPT)
        self._signals: deque[bytes] = deque(maxlen=SIGNALS_KEPT)

    def keep(self, stream: str, body: bytes) -> None:
        """Take note of an event; only passages and changes of signals are."""
        if stream == "passage":
            self._number += 1
            self._ring.append((self._number, body))
        elif stream == "signal":
            self._signals.append(body)

    def answer(self) -> bytes:
        """One line of JSON. What may not be seen is masked here: it does not reach the door."""
        passages = [[number, masked_event(json.loads(body))] for number, body in [*self._ring]]
        told = {"boot": self._boot, "tz": self._timezone, "passages": passages}
        head = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
        # Nothing of a signal is anybody's own: its events pass as they are, unparsed.
        return head[:-1] + b',"signals":[' + b",".join([*self._signals]) + b"]}\n"


def ask(state_dir: Path, timeout_s: float = 5.0) -> Shown:
    """The last passages of the agent that runs here; blocking.

    Raises:
        StatusError: Nobody answers, or not in this way.
    """
    answer = door.knock(state_dir, SOCKET, timeout_s)
    try:
        told = json.loads(answer)
        passages = [(int(number), dict(event)) for number, event in told["passages"]]
        return Shown(str(told["boot"]), str(told["tz"]), passages)
    except (ValueError, KeyError, TypeError) as error:
        raise StatusError(f"{state_dir / SOCKET}: the answer is no list of passages") from error
