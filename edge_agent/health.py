"""Figures of the unit itself, read from the kernel; what cannot be measured is None, never 0."""

import os
from dataclasses import dataclass
from pathlib import Path

from edge_agent.hardware import SYS, power, storage

_PROC = Path("/proc/self")
_THERMAL = Path("/sys/class/thermal")
_UPTIME = Path("/proc/uptime")


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One look at the agent's process and its disk.

    Attributes:
        rss_kb: Resident memory of the agent, kB.
        cpu_ms: CPU time of the agent since its start, user and system, ms.
        threads: Threads of the agent.
        fds: Open file descriptors.
        fds_max: Descriptors that it may open.
        disk_written: Bytes that the agent has had written to storage since its start.
        disk_free: Bytes that the agent may still write where its state lies.
        disk_size: Bytes of that file system.
        inodes_free: Files that may still be made there.
        temperature: Hottest thermal zone, 0.1 °C.
        load_1m: Load average of the last minute, per mille of one core.
        slowed, under_voltage, throttles: See hardware.Power.
        life_used, spares_used: See hardware.Storage.
        storage_written: Bytes written to the whole disk since the machine started, by anybody.
        machine_s: Seconds since the machine started.
    """

    rss_kb: int | None
    cpu_ms: int | None
    threads: int | None
    fds: int | None
    fds_max: int | None
    disk_written: int | None
    disk_free: int | None
    disk_size: int | None
    inodes_free: int | None
    temperature: int | None
    load_1m: int | None
    slowed: bool | None = None
    under_voltage: bool | None = None
    throttles: int | None = None
    life_used: int | None = None
    spares_used: int | None = None
    storage_written: int | None = None
    machine_s: int | None = None


def measure(
    state_dir: Path,
    *,
    proc: Path = _PROC,
    thermal: Path = _THERMAL,
    sys: Path = SYS,
    uptime: Path = _UPTIME,
) -> UnitFigures:
    """Take every figure once; costs well under a millisecond and blocks on no device."""
    status = _fields(proc / "status")
    limit = _limit(proc / "limits")
    free, size, inodes = _disk(state_dir)
    disk, processor = storage(state_dir, sys), power(sys)
    return UnitFigures(
        rss_kb=status.get("VmRSS"),
        cpu_ms=_cpu_ms(proc / "stat"),
        threads=status.get("Threads"),
        fds=_entries(proc / "fd"),
        fds_max=limit,
        disk_written=_fields(proc / "io").get("write_bytes"),
        disk_free=free,
        disk_size=size,
        inodes_free=inodes,
        temperature=_hottest(thermal),
        load_1m=_load(),
        slowed=processor.slowed,
        under_voltage=processor.under_voltage,
        throttles=processor.throttles,
        life_used=disk.life_used,
        spares_used=disk.spares_used,
        storage_written=disk.written,
        machine_s=_seconds(uptime),
    )


def per_day(amount: int, seconds: float) -> int | None:
    """An amount in so many seconds as a daily rate; None before the first minute has passed."""
    return round(amount * 86_400 / seconds) if seconds >= 60 else None  # noqa: PLR2004 - a minute


def _fields(file: Path) -> dict[str, int]:
    """``name: number …`` lines, as in status and io."""
    found = {}
    for line in _read(file).splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdecimal():
            found[name] = int(words[0])
    return found


def _cpu_ms(file: Path) -> int | None:
    # The command's name may hold blanks and brackets: count after the last one, proc(5).
    words = _read(file).rpartition(")")[2].split()
    try:
        ticks = int(words[11]) + int(words[12])
    except (IndexError, ValueError):
        return None
    return ticks * 1000 // os.sysconf("SC_CLK_TCK")


def _limit(file: Path) -> int | None:
    for line in _read(file).splitlines():
        if line.startswith("Max open files"):
            soft = line.removeprefix("Max open files").split()[0]
            return int(soft) if soft.isdecimal() else None
    return None


def _disk(folder: Path) -> tuple[int | None, int | None, int | None]:
    try:
        stat = os.statvfs(folder)
    except OSError:
        return None, None, None
    return stat.f_bavail * stat.f_frsize, stat.f_blocks * stat.f_frsize, stat.f_favail


def _hottest(thermal: Path) -> int | None:
    degrees = []
    for zone in thermal.glob("thermal_zone*/temp"):
        text = _read(zone).strip()
        if text.lstrip("-").isdecimal():
            degrees.append(int(text) // 100)
    return max(degrees, default=None)


def _seconds(uptime: Path) -> int | None:
    words = _read(uptime).split()
    try:
        return int(float(words[0]))
    except (IndexError, ValueError):
        return None


def _load() -> int | None:
    try:
        return round(os.getloadavg()[0] * 1000)
    except OSError:
        return None


def _entries(folder: Path) -> int | None:
    try:
        return len(os.listdir(folder))  # noqa: PTH208 - counting names, no paths wanted
    except OSError:
        return None


def _read(file: Path) -> str:
    """The file's text; empty when this kernel, or this sandbox, has no such file."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
