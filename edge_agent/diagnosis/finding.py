"""What a diagnosis says."""

from dataclasses import dataclass

from edge_agent.device.readings import Severity


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One slow ill of one device, whether it holds or not.

    Attributes:
        device: Whose.
        code: As an alarm's.
        text: What was found, with figures.
        do: What to do; a proposal, never done by the unit itself.
    """

    device: str
    code: str
    active: bool
    text: str = ""
    do: str = ""
    severity: Severity = "warning"
