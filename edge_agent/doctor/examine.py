"""Makes every check on the facts, in the order in which people look."""

from collections.abc import Sequence

from edge_agent.doctor import (
    broker_checks,
    camera_checks,
    clock_checks,
    device_checks,
    key_checks,
    model_checks,
    storage_checks,
    unit_checks,
)
from edge_agent.doctor.check import GROUPS, Check, Finding, Language, made
from edge_agent.doctor.facts import DeviceFacts, Facts

UNIT: tuple[Check[Facts], ...] = (
    *unit_checks.CHECKS,
    *clock_checks.CHECKS,
    *storage_checks.CHECKS,
    *broker_checks.CHECKS,
    *key_checks.CHECKS,
    *model_checks.CHECKS,
)
"""Made once."""


def examine(facts: Facts, language: Language = "en") -> list[Finding]:
    """All findings, group by group, a device's together."""
    found = [made(check, facts, language) for check in UNIT]
    for device in facts.devices:
        found += [made(check, device, language, f"device.{device.id}.") for check in _of(device)]
    order = list(GROUPS)
    return sorted(found, key=lambda finding: order.index(finding.group))


def failed(findings: Sequence[Finding], *, strict: bool) -> list[Finding]:
    """Those for which somebody should do something before leaving."""
    serious = ("error", "warning") if strict else ("error",)
    return [each for each in findings if each.ok is False and each.severity in serious]


def _of(device: DeviceFacts) -> tuple[Check[DeviceFacts], ...]:
    if device.kind == "camera":
        return device_checks.CHECKS + camera_checks.CHECKS
    return device_checks.CHECKS
