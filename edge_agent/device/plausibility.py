"""Is this vehicle detector believable? Five rules of practice, over time, without I/O.

The rules and their usual limits are those by which the Minnesota DOT's traffic system sets its
"auto fail" flag (its public manual, "Vehicle Detection Systems"): no hits, chatter (more than 37
vehicles in 30 s), locked on, no change for 24 h, occupancy spikes. A detector that fails one is
not measured: its counts are published as absent, with the rule as the reason.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

_S = 1_000_000_000
_CHATTER_WINDOW_S = 30
_FULL = 1000
_SPIKE = 250
"""Change of occupancy from one sample to the next, per mille, that counts as a jump."""


class Fault(StrEnum):
    """What is not believable; also the ``why`` of the absent counts."""

    NO_HITS = "no-hits"
    CHATTER = "chatter"
    LOCKED_ON = "locked-on"
    NO_CHANGE = "no-change"
    OCC_SPIKE = "occ-spike"


class Limits(BaseModel):
    """When a rule fails; 0 switches a rule off.

    The defaults suit a detector at a stop line, where vehicles stand on it all through a red and
    occupancy jumps with every cycle. On free lanes 120 s of locked_on and 60 s of spikes are usual.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    no_hits_h: float = Field(default=4.0, ge=0, description="Hours without a vehicle.")
    chatter: int = Field(default=37, ge=0, description="Most vehicles believable in 30 s.")
    locked_on_s: float = Field(default=1800.0, ge=0, description="Seconds at full occupancy.")
    no_change_h: float = Field(default=24.0, ge=0, description="Hours at exactly one occupancy.")
    spike_s: float = Field(
        default=0.0, ge=0, description="Seconds of samples that jump by a quarter and more."
    )
    clear_s: float = Field(
        default=300.0, ge=0, description="Seconds of believable samples that clear a fault."
    )


@dataclass(slots=True)
class _Rule:
    limit_ns: int
    bad_since_ns: int | None = None
    good_since_ns: int | None = None
    failed: bool = False

    def judge(self, *, bad: bool, start_ns: int, end_ns: int, clear_ns: int) -> None:
        """Take one sample: bad for longer than the limit fails, good for long enough clears."""
        if bad:
            self.good_since_ns = None
            if self.bad_since_ns is None:
                self.bad_since_ns = start_ns
            self.failed = self.failed or end_ns - self.bad_since_ns > self.limit_ns
            return
        self.bad_since_ns = None
        if self.good_since_ns is None:
            self.good_since_ns = start_ns
        self.failed = self.failed and end_ns - self.good_since_ns < clear_ns


class Plausibility:
    """Judges one detector from its samples; each covers the time since the sample before."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._clear_ns = round(limits.clear_s * _S)
        self._no_hits = _Rule(round(limits.no_hits_h * 3600 * _S))
        self._locked = _Rule(round(limits.locked_on_s * _S))
        self._still = _Rule(round(limits.no_change_h * 3600 * _S))
        self._chatter = _Rule(0)
        self._spike = _Rule(0)
        self._recent: deque[tuple[int, int]] = deque()
        self._occupancy: int | None = None
        self._jumping_ns = 0

    def sample(
        self, start_ns: int, end_ns: int, count: int | None, occupancy: int | None
    ) -> frozenset[Fault]:
        """Take a sample and give the faults that stand.

        Args:
            start_ns: Where the sample begins, monotonic.
            end_ns: Where it ends.
            count: Vehicles in it; None when not measured, which speaks neither way.
            occupancy: Per mille of it; None when not measured.
        """
        if count is not None:
            self._count(start_ns, end_ns, count)
        if occupancy is not None:
            self._presence(start_ns, end_ns, occupancy)
        return self.faults()

    def faults(self) -> frozenset[Fault]:
        """Faults that stand now."""
        limits = self._limits
        rules = (
            (Fault.NO_HITS, self._no_hits, limits.no_hits_h),
            (Fault.CHATTER, self._chatter, limits.chatter),
            (Fault.LOCKED_ON, self._locked, limits.locked_on_s),
            (Fault.NO_CHANGE, self._still, limits.no_change_h),
            (Fault.OCC_SPIKE, self._spike, limits.spike_s),
        )
        return frozenset(fault for fault, rule, limit in rules if limit and rule.failed)

    def _count(self, start_ns: int, end_ns: int, count: int) -> None:
        # One vehicle is enough to show that the loop lives, so this rule clears at once.
        self._no_hits.judge(bad=count == 0, start_ns=start_ns, end_ns=end_ns, clear_ns=0)
        self._recent.append((start_ns, count))
        while self._recent[0][0] < end_ns - _CHATTER_WINDOW_S * _S and len(self._recent) > 1:
            self._recent.popleft()
        # A sample longer than the window may hold as many more.
        span_s = max(_CHATTER_WINDOW_S, (end_ns - self._recent[0][0]) / _S)
        most = self._limits.chatter * span_s / _CHATTER_WINDOW_S
        bad = sum(n for _, n in self._recent) > most
        self._chatter.judge(bad=bad, start_ns=start_ns, end_ns=end_ns, clear_ns=self._clear_ns)

    def _presence(self, start_ns: int, end_ns: int, occupancy: int) -> None:
        before, self._occupancy = self._occupancy, occupancy
        span = {"start_ns": start_ns, "end_ns": end_ns}
        self._locked.judge(bad=occupancy >= _FULL, clear_ns=self._clear_ns, **span)
        self._still.judge(bad=occupancy == before, clear_ns=0, **span)
        jumped = before is not None and abs(occupancy - before) >= _SPIKE
        length = end_ns - start_ns
        # Quiet samples pay back what jumping ones have run up: a jump now and then is traffic.
        self._jumping_ns = max(0, self._jumping_ns + (length if jumped else -length))
        bad = self._jumping_ns > self._limits.spike_s * _S
        self._spike.judge(bad=bad, clear_ns=self._clear_ns, **span)
