"""How a condition becomes an alarm: what is shipped (``usual.toml``), and what a site says else."""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.device.readings import Severity

DOWN = "down"
"""As a cause: the device itself is down. No alarm of its own: a device's state has a topic."""

_USUAL = Path(__file__).parent / "usual.toml"


class AlarmRule(BaseModel):
    """Of one code, of all that match ``read-rate-*``, of one device with ``cam1/read-rate-*``."""

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
        pattern=r"^(([a-z0-9*-]+/)?[a-z0-9-]+)?$",
        description='Alarm whose consequence it is: not told while that holds. "mains-failed" is'
        ' of the same device, "*/mains-failed" of any, "down" says that the device itself is down.',
        examples=["mains-failed", "cab1/mains-failed", "down"],
    )
    limit: float | None = Field(
        default=None, description="Where the unit judges a figure of its own: the alarm's limit."
    )
    deadband: float | None = Field(
        default=None,
        ge=0,
        description="So much better than the limit must the figure be before it is over.",
    )


class Words(BaseModel):
    """For people, in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    vi: str


class UsualRule(AlarmRule):
    """A shipped row."""

    unit: Literal["", "°C", "%", "GB", "MB"] = ""
    name: Words
    do: Words


@cache
def usual() -> Mapping[str, UsualRule]:
    """What is shipped, by code; the first that matches counts."""
    rows = tomllib.loads(_USUAL.read_text(encoding="utf-8"))
    return {code: UsualRule.model_validate(row) for code, row in rows.items()}


def shipped(code: str) -> UsualRule | None:
    """The shipped row of a code; None for one that only its device knows."""
    return next((rule for name, rule in usual().items() if fnmatchcase(code, name)), None)


class Rules:
    """The rule of each alarm.

    Args:
        site: ``[alarms]`` of the site file. Of rows that match, what the more exact one says
            counts; what none says is as shipped.
    """

    def __init__(self, site: Mapping[str, AlarmRule] | None = None) -> None:
        self.site = dict(site or {})
        # The least exact first, so that the others speak over it.
        self._rows = sorted(self.site.items(), key=lambda row: _exactness(row[0]))
        self._known: dict[tuple[str, str], AlarmRule] = {}

    def of(self, about: str, code: str) -> AlarmRule:
        """Of an alarm of a device, or of the unit."""
        known = self._known.get((about, code))
        if known is None:
            row = shipped(code)
            base = row.model_dump(include=set(AlarmRule.model_fields)) if row else {}
            for name, rule in self._rows:
                if matches(name, about, code):
                    base |= rule.model_dump(exclude_unset=True)
            known = self._known[about, code] = AlarmRule.model_validate(base)
        return known


def matches(name: str, about: str, code: str) -> bool:
    """Whether a row's name speaks of this alarm."""
    device, slash, pattern = name.rpartition("/")
    return fnmatchcase(code, pattern) and (not slash or fnmatchcase(about, device))


def _exactness(name: str) -> tuple[bool, int]:
    return "/" in name, len(name) - 2 * name.count("*")
