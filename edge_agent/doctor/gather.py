"""Gathers what the checks judge: from the site file, the agent, the kernel, the disk."""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from edge_agent import __version__, settings, status
from edge_agent.clock import Clock
from edge_agent.config.secrets import references
from edge_agent.config.shape import Shape
from edge_agent.config.unit import UnitSettings
from edge_agent.doctor import broker, devices, pictures
from edge_agent.doctor.facts import Facts, Secret, StateFolder
from edge_agent.errors import ModelError, SpoolError, StatusError
from edge_agent.health import measure
from edge_agent.secret import SecretError, reveal
from edge_agent.spool.inspect import summary

_MEMINFO = Path("/proc/meminfo")
_RTC = Path("/dev/rtc0")
AIMS = "aims"
"""Folder of the pictures that were taken when the cameras were aimed."""
KEY = Path("unit.key")


async def gather(
    config: Path, state_dir: Path, clock: Clock, *, offline: bool, remember: bool
) -> Facts:
    """Look at everything; what is on the network and behind wires only when not ``offline``."""
    facts = _local(config, state_dir, clock)
    if facts.settings is None:
        return replace(facts, offline=offline)
    named = devices.named(facts.settings)
    if offline:
        return replace(facts, offline=True, devices=tuple(named))
    running = facts.snapshot is not None
    if facts.snapshot is not None:
        seen = devices.as_the_agent_says(facts.settings, facts.snapshot)
    else:
        seen = await devices.as_seen_here(facts.settings, clock)
    # After the devices, not beside them: a decoder more would make the cameras' drivers late.
    shown = await pictures.look_all(
        devices.views(facts.settings), state_dir / AIMS, remember=remember
    )
    way = await broker.walk(facts.settings, clock, log_in=not running)
    full = [
        replace(device, **seen.get(device.id, {}), picture=shown.get(device.id)) for device in named
    ]
    return replace(facts, broker=way, devices=tuple(full))


def _local(config: Path, state_dir: Path, clock: Clock) -> Facts:
    verdict = settings.examine(config)
    snapshot, no_agent = None, ""
    try:
        snapshot = status.ask(state_dir)
    except StatusError as error:
        no_agent = str(error)
    spool, spool_trouble = None, ""
    if (state_dir / "spool.db").exists():
        try:
            spool = summary(state_dir / "spool.db")
        except SpoolError as error:
            spool_trouble = str(error)
    return Facts(
        now_ms=clock.utc_ms(),
        version=__version__,
        quality=clock.quality(),
        figures=measure(state_dir if state_dir.is_dir() else Path("/")),
        state=state_folder(state_dir),
        site_mode=_mode(config),
        errors=tuple(verdict.errors),
        warnings=tuple(verdict.warnings),
        settings=verdict.settings,
        fingerprint=verdict.fingerprint if verdict.content else "",
        snapshot=snapshot,
        no_agent=no_agent,
        memory_free_kb=_available(),
        hardware_clock=_RTC.exists() if Path("/sys/class/rtc").is_dir() else None,
        addresses=_addresses(),
        spool=spool,
        spool_trouble=spool_trouble,
        secrets=_secrets(verdict.settings),
        models=_models(),
        evidence_mode=_mode(state_dir / KEY),
    )


def state_folder(folder: Path) -> StateFolder:
    """Whether events could be kept there, by keeping a small file for a moment."""
    mode = _mode(folder)
    if mode is None:
        return StateFolder(str(folder), trouble="there is no such folder")
    read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    trial = folder / f".doctor-{os.getpid()}"
    begun = time.monotonic()
    try:
        with trial.open("wb") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        words = f"{folder}: cannot be written: {error.strerror}"
        return StateFolder(str(folder), mode, None, words, read_only)
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()
    return StateFolder(str(folder), mode, 1000 * (time.monotonic() - begun), "", read_only)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o7777
    except OSError:
        return None


def _available() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1])
    return None


def _addresses() -> tuple[str, ...]:
    """The address that a packet to anywhere would leave from; nothing is sent."""
    found = []
    for family, anywhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((anywhere, 9))
            found.append(str(probe.getsockname()[0]))
    return tuple(found)


def _secrets(unit: UnitSettings | None) -> tuple[Secret, ...]:
    if unit is None:
        return ()
    tables: Mapping[str, object] = {"": unit, **{f"device.{n}.": d for n, d in unit.device.items()}}
    found = []
    for prefix, table in tables.items():
        shape = Shape(type(table))  # type: ignore[arg-type]
        dumped = table.model_dump(mode="json", exclude={"device"})  # type: ignore[attr-defined]
        for path, reference in references(dumped, shape):
            where = prefix + ".".join(map(str, path))
            try:
                reveal(reference)
            except SecretError as error:
                found.append(Secret(where, str(error)))
            else:
                found.append(Secret(where))
    return tuple(found)


def _models() -> dict[str, str] | None:
    try:
        # Not at the top: onnxruntime is an extra, and takes memory.
        from edge_agent.vision.nets.manifest import models  # noqa: PLC0415
    except ImportError:
        return None
    found = {}
    try:
        manifest = models()
    except ModelError:
        return {}
    for name in manifest.entries:
        try:
            manifest.open(name)
        except ModelError as error:
            found[name] = error.wrong
        else:
            found[name] = ""
    return found
