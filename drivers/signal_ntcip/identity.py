"""Who the controller says it is: sysDescr and the module table of NTCIP 1201."""

from dataclasses import dataclass

from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.session import SnmpSession
from edge_agent.drivers.signal_ntcip.snmp import Value

_MODULES = (1, 2, 3)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Identity:
    """What it told; empty where it does not."""

    maker: str
    model: str
    versions: dict[str, str]
    asked_ns: int
    answered_ns: int


async def ask_identity(session: SnmpSession) -> Identity:
    """Ask, with reads alone. Objects that the controller lacks are left out."""
    answer = await session.get((objects.SYS_DESCR, objects.MAX_PHASES, objects.MAX_PHASE_GROUPS))
    values = dict(answer.values)
    for module in _MODULES:
        row = await session.get(
            (
                objects.module_make(module),
                objects.module_model(module),
                objects.module_version(module),
            )
        )
        values |= row.values
    versions = {"description": _text(values[objects.SYS_DESCR])}
    for module in _MODULES:
        versions[f"module-{module}"] = _text(values[objects.module_version(module)])
    for name, key in ((objects.MAX_PHASES, "phases"), (objects.MAX_PHASE_GROUPS, "phase-groups")):
        value = values[name]
        versions[key] = str(value) if isinstance(value, int) else ""
    return Identity(
        _text(values[objects.module_make(1)]),
        _text(values[objects.module_model(1)]),
        {key: text for key, text in versions.items() if text},
        answer.asked_ns,
        answer.answered_ns,
    )


def _text(value: Value) -> str:
    """Octets of a DisplayString; bytes that are no text are shown, not trusted."""
    if not isinstance(value, bytes):
        return ""
    text = value.rstrip(b"\0").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:_LONGEST]
