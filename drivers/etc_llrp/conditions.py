"""What a reader's events say about its health: states of antennas, and moments that fade."""

from collections.abc import Iterator

from edge_agent.clock import Stamp
from edge_agent.device.readings import ConditionReading
from edge_agent.drivers.etc_llrp.codec import Notice

_FADE_NS = 60_000_000_000
"""An event that only has a beginning counts as over after a minute without another."""

_ANOTHER_ATTEMPT = 4
_MOMENTS = ("reader-exception", "report-buffer", "reads-lost", "second-client")


class Conditions:
    """Turns events into conditions."""

    def __init__(self) -> None:
        self._antennas: dict[int, bool] = {}
        # An earlier run may have left any of them raised: the first look clears them.
        self._until: dict[str, int] = dict.fromkeys(_MOMENTS, 0)

    def antennas(self, connected: dict[int, bool], at: Stamp) -> Iterator[ConditionReading]:
        """States of antennas: the first word of each, and changes."""
        for number, fine in sorted(connected.items()):
            if self._antennas.get(number) == fine:
                continue
            self._antennas[number] = fine
            yield ConditionReading(
                at,
                f"antenna-{number}",
                not fine,
                "critical",
                f"antenna {number} is not connected",
                "look at cable and connectors between reader and antenna",
            )

    def events(self, notice: Notice, at: Stamp) -> Iterator[ConditionReading]:
        """Moments: raised now, cleared by ``due``."""
        if notice.exception is not None:
            yield from self._raise(at, "reader-exception", notice.exception, "see the reader's log")
        if notice.buffer_percent is not None:
            text = f"the reader's report buffer is {notice.buffer_percent} % full"
            yield from self._raise(at, "report-buffer", text, "look at the network to the reader")
        if notice.overflow:
            text = "the reader's report buffer overflowed: reads are lost"
            yield from self._raise(at, "reads-lost", text, "look at the network to the reader")
        if notice.attempt == _ANOTHER_ATTEMPT:
            text = "somebody else tried to connect to the reader"
            yield from self._raise(at, "second-client", text, "find out who; a reader takes one")

    def due(self, at: Stamp) -> Iterator[ConditionReading]:
        """Moments that have faded."""
        for code in [code for code, until_ns in self._until.items() if at.mono_ns >= until_ns]:
            del self._until[code]
            yield ConditionReading(at, code, False)

    def _raise(self, at: Stamp, code: str, text: str, do: str) -> Iterator[ConditionReading]:
        known = self._until.get(code, 0) > 0
        self._until[code] = at.mono_ns + _FADE_NS
        if not known:
            yield ConditionReading(at, code, True, "warning", text[:200], do)
