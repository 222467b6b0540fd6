"""How a condition becomes an alarm: ``[alarms."<code>"]`` of the site file, and what holds else."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.device.readings import Severity


class AlarmRule(BaseModel):
    """Of one code, or of all that match ``read-rate-*``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_s: float = Field(
        default=0, ge=0, le=3600, description="So long must it hold before it is raised, seconds."
    )
    off_s: float = Field(
        default=0, ge=0, le=3600, description="So long must it be over before it is cleared."
    )
    severity: Severity | None = Field(
        default=None, description="Instead of what the device or the unit says."
    )
    cause: str = Field(
        default="",
        description="Code of another alarm of the same device; while that is raised, this one is"
        " its consequence and is not raised.",
    )


USUAL: Mapping[str, AlarmRule] = {
    "door-open": AlarmRule(on_s=10, off_s=5),
    "no-receipt": AlarmRule(cause="no-broker"),
    "picture-*": AlarmRule(off_s=10),
    "detector-*": AlarmRule(off_s=60),
}
"""What the site file does not say otherwise."""

PLAIN = AlarmRule()


class Rules:
    """The rule of each code.

    Args:
        site: Of the site file; before the usual ones.
    """

    def __init__(self, site: Mapping[str, AlarmRule] | None = None) -> None:
        self._rows = [*(site or {}).items(), *USUAL.items()]

    def of(self, code: str) -> AlarmRule:
        """The first that matches."""
        return next((rule for name, rule in self._rows if fnmatchcase(code, name)), PLAIN)
