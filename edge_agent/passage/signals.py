"""What each phase showed, and since when: asked when a vehicle was at the stop line.

Pure state, monotonic time only. A controller tells changes late, so who asks waits ``SETTLE_MS``.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

from edge_agent.clock import Stamp
from edge_agent.device.readings import Colour, SignalReading
from edge_agent.passage.fused import SignalMoment

SETTLE_MS = 1200
"""By then a change that was before the moment has been told: a poll, its answer, the way here."""
_KEPT = 64
"""Aspects a phase: more than a quarter of an hour of the quickest plans."""
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Aspect:
    at_ns: int
    spread_ms: int
    colour: Colour
    known: bool  # whether its beginning was seen


class SignalTrace:
    """The last aspects of all controllers' phases."""

    def __init__(self) -> None:
        self._aspects: defaultdict[tuple[str, int], list[_Aspect]] = defaultdict(list)
        # Controller to when it went away, came back, went away…, ns; only the last few.
        self._away: dict[str, tuple[int, ...]] = {}

    def say(self, device: str, reading: SignalReading) -> None:
        """A controller told its phases."""
        spread = max(reading.at.spread_ms, int(getattr(reading, "every_ms", None) or 0))
        for phase, colour in reading.phases.items():
            aspects = self._aspects[device, phase]
            if aspects and aspects[-1].colour is colour and not reading.first:
                continue
            # A poll may mend a controller's clock backwards; the order of its words is right.
            at_ns = max(reading.at.mono_ns, aspects[-1].at_ns if aspects else 0)
            aspects.append(_Aspect(at_ns, spread, colour, not reading.first))
            del aspects[:-_KEPT]

    def device(self, device: str, *, up: bool, now: Stamp) -> None:
        """A controller went away or came back."""
        times = self._away.get(device, ())
        if up == bool(len(times) % 2):
            kept = (*times, now.mono_ns)
            self._away[device] = kept[2:] if len(kept) > _KEPT else kept

    def is_away(self, device: str) -> bool:
        """Whether a controller is away now."""
        return bool(len(self._away.get(device, ())) % 2)

    def at(self, device: str, phase: int, moment: Stamp) -> SignalMoment | None:
        """What the phase showed at a moment; None before its first word."""
        aspects = self._aspects.get((device, phase), [])
        place = bisect_right(aspects, moment.mono_ns, key=lambda aspect: aspect.at_ns) - 1
        if place < 0:
            return None
        aspect = aspects[place]
        return SignalMoment(
            device,
            phase,
            aspect.colour,
            max(0, (moment.mono_ns - aspect.at_ns) // _NS_PER_MS),
            aspect.spread_ms + moment.spread_ms,
            stale=not aspect.known or self._was_away(device, aspect.at_ns, moment.mono_ns),
        )

    def _was_away(self, device: str, from_ns: int, to_ns: int) -> bool:
        """Whether the controller was away at any time between two moments."""
        times = self._away.get(device, ())
        left, right = bisect_right(times, from_ns), bisect_right(times, to_ns)
        return left != right or bool(left % 2)
