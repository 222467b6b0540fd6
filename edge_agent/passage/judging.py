"""What the rules' room must look like to this one: it is handed in, not imported."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from edge_agent.contract.events import Excess, Rule, Violation
from edge_agent.contract.verdicts import RuleKind
from edge_agent.passage.fused import Fused
from edge_agent.passage.lanes import LaneSettings


class Verdict(Protocol):
    """A rule fired: what a violation says beyond who and where."""

    @property
    def kind(self) -> RuleKind:
        """Which kind of rule."""

    @property
    def rule(self) -> Rule:
        """The rule as it stood."""

    @property
    def grade(self) -> Literal["enforcement", "statistics"]:
        """What it is good for."""

    @property
    def excess(self) -> Sequence[Excess]:
        """Measured against allowed, the worst first."""

    @property
    def why(self) -> Sequence[str]:
        """Why it is for statistics only, in codes."""


class Judge(Protocol):
    """Holds a vehicle against the rules of its lane."""

    def judge(self, fused: Fused) -> Sequence[Verdict]:
        """The rules that it broke; quick, touches no disk."""


OnViolation = Callable[[Violation, Fused, LaneSettings], None]
"""Told of each violation right after it was made, with all that is known of the vehicle."""
