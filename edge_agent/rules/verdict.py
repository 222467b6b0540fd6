"""What a judgement comes to: a verdict, a refusal to judge, or nothing."""

from dataclasses import dataclass
from typing import Literal

from edge_agent.contract.verdicts import Excess, Rule, RuleKind

Grade = Literal["enforcement", "statistics"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule fired.

    Attributes:
        excess: What was measured against what is allowed, the worst first.
        why: Why it is for statistics only, in codes; empty for enforcement.
    """

    kind: RuleKind
    rule: Rule
    grade: Grade
    excess: tuple[Excess, ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found, before clock, calibration and table are looked at.

    Attributes:
        doubts: Codes of what keeps it from being enforced.
    """

    excess: tuple[Excess, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule cannot be judged on this vehicle; told as a figure, never as a violation."""

    why: str


Outcome = Finding | Refusal | None
