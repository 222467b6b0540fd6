"""What is being done at this moment, told to whoever looks: a small file beside the record."""

import json
from typing import Any

from edge_agent.clock import Clock
from edge_agent.provision.record import Record

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
        # Whole, but not forced onto the flash: after a power cut nobody makes this step any more.
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(json.dumps(self._told, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._file)
