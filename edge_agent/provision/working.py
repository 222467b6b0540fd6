"""What is being done at this moment, told to whoever looks: a small file beside the record."""

from typing import Any

from edge_agent.clock import Clock
from edge_agent.provision.record import Record, write

FILE = "now.json"
_MOST_WORDS = 400


class Working:
    """Tells of one step while it is made.

    States: ``running``; ``asking`` (waits for a person's word); ``stopped`` (cannot end, see
    ``why``); ``done``.
    """

    def __init__(self, record: Record, clock: Clock, step: str) -> None:
        self._file = record.folder / FILE
        self._told: dict[str, Any] = {
            "step": step, "begun_ms": clock.utc_ms(), "state": "running", "why": "", "words": [],
        }  # fmt: skip
        self._write()

    def tell(self, words: str) -> None:
        """One more line."""
        self._told["words"] = [*self._told["words"], words.strip()][-_MOST_WORDS:]
        self._write()

    def state(self, state: str, why: str = "") -> None:
        """It goes on, waits, or has ended."""
        self._told |= {"state": state, "why": why}
        self._write()

    def _write(self) -> None:
        write(self._file, self._told)
