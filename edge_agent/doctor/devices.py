"""The devices: as the running agent sees them, or driven for a few seconds by the doctor."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from edge_agent import registry
from edge_agent.clock import Clock
from edge_agent.config.unit import UnitSettings
from edge_agent.device.driver import DeviceSettings
from edge_agent.device.readings import ConditionReading, InventoryReading, Reading
from edge_agent.device.view import View
from edge_agent.doctor.facts import DeviceFacts
from edge_agent.secret import SecretError
from edge_agent.status import DevicePart, Snapshot
from edge_agent.supervisor import DeviceStatus, Supervisor

LISTEN_S = 8.0
_AWAY = ("gone",)
_STABLE = ("/dev/serial/by-id/", "/dev/serial/by-path/", "/dev/v4l/by-id/", "/dev/v4l/by-path/")
_SERIAL = ("serial", "rtu", "v4l2")


def named(settings: UnitSettings) -> list[DeviceFacts]:
    """What the file alone tells."""
    return [
        DeviceFacts(
            name,
            device.kind,
            enabled=device.enabled,
            stable_name=_stable(device),
            reads_plates=bool(getattr(device, "plates", False)),
        )
        for name, device in settings.device.items()
    ]


def views(settings: UnitSettings) -> dict[str, View]:
    """Enabled devices that make pictures; one whose password cannot be had is left out."""
    found = {}
    for name, device in settings.device.items():
        if device.enabled:
            with contextlib.suppress(SecretError):
                view = registry.load(device.kind).view(device)
                if view is not None:
                    found[name] = view
    return found


def as_the_agent_says(settings: UnitSettings, snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Fields of DeviceFacts by device."""
    alarms = defaultdict(list)
    for alarm in snapshot.alarms:
        alarms[alarm.device].append(f"{alarm.code}: {alarm.text}".rstrip(": "))
    return {
        part.id: _by_agent(part, tuple(alarms[part.id]), snapshot.now_ms)
        for part in snapshot.devices
        if part.id in settings.device and part.state not in ("disabled", "starting")
    }


def _by_agent(part: DevicePart, wrong: tuple[str, ...], now_ms: int) -> dict[str, Any]:
    up = part.state in ("ok", "degraded")
    words = tuple(filter(None, (part.detail if part.state == "degraded" else "",)))
    return {
        "present": up or part.cause not in _AWAY,
        "answered": up,
        "cause": part.cause or "",
        "detail": part.detail,
        "identity": "the agent is driving it",
        "good_ago_s": None if part.last_ms is None else max(0, now_ms - part.last_ms) / 1000,
        "restarts": part.restarts,
        "wrong": wrong + words,
    }


async def as_seen_here(
    settings: UnitSettings,
    clock: Clock,
    seconds: float = LISTEN_S,
    also: Callable[[str, Reading], None] = lambda _device, _reading: None,
) -> dict[str, dict[str, Any]]:
    """Drive every enabled device for a while, as the unit would; fields of DeviceFacts.

    ``also`` is told of every reading, too.
    """
    listener = _Listener()

    def both(device: str, reading: Reading) -> None:
        listener.reading(device, reading)
        also(device, reading)

    supervisor = Supervisor(clock, both, listener.status)
    targets = [
        (name, registry.load(device.kind), device)
        for name, device in settings.device.items()
        if device.enabled
    ]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await supervisor.run(targets)
    present = {name: kind.present(device) for name, kind, device in targets}
    return {name: listener.facts(name, there=there) for name, there in present.items()}


class _Listener:
    """Keeps what devices say while they are driven."""

    def __init__(self) -> None:
        self._readings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._who: dict[str, InventoryReading] = {}
        self._wrong: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._best: dict[str, DeviceStatus] = {}

    def reading(self, device: str, reading: Reading) -> None:
        match reading:
            case InventoryReading():
                self._who[device] = reading
            case ConditionReading(active=True):
                self._wrong[device][reading.code] = f"{reading.code}: {reading.text}".rstrip(": ")
            case ConditionReading():
                self._wrong[device].pop(reading.code, None)
            case _:
                self._readings[device][reading.type] += 1

    def status(self, status: DeviceStatus) -> None:
        """The end of our own listening is no fault of the device: once up counts."""
        known = self._best.get(status.id)
        if known is None or known.state not in ("ok", "degraded") or status.state == "degraded":
            self._best[status.id] = status

    def facts(self, device: str, *, there: bool) -> dict[str, Any]:
        status = self._best.get(device)
        up = status is not None and status.state in ("ok", "degraded")
        cause = (status.cause if status else None) or ("" if up else "timeout")
        detail = status.detail if status else "no answer in time"
        wrong = tuple(self._wrong[device].values())
        if status is not None and status.state == "degraded":
            wrong += (detail,)
        return {
            "present": there and (up or cause not in _AWAY),
            "answered": up,
            "cause": cause,
            "detail": detail,
            "identity": _identity(self._who.get(device)),
            "readings": self._readings[device],
            "wrong": wrong,
        }


def _identity(who: InventoryReading | None) -> str:
    if who is None:
        return ""
    versions: Mapping[str, str] = who.versions
    words = [who.maker, who.model, who.serial, *(f"{k} {v}" for k, v in versions.items())]
    return ", ".join(filter(None, words))


def _stable(device: DeviceSettings) -> bool | None:
    parts = urlsplit(str(getattr(device, "url", "")))
    if parts.scheme.partition("+")[0] not in _SERIAL or not parts.path.startswith("/dev/tty"):
        return True if parts.path.startswith(_STABLE) else None
    return False
