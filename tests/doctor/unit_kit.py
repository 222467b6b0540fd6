"""A unit that is well, and the ways in which it can be ill: one for every check."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_agent.clock import TimeQuality
from edge_agent.config.unit import UnitSettings
from edge_agent.device.view import Glance
from edge_agent.doctor.facts import (
    Broker,
    Certificate,
    DeviceFacts,
    Facts,
    Secret,
    StateFolder,
)
from edge_agent.errors import Problem
from edge_agent.health import UnitFigures
from edge_agent.spool.inspect import StreamSummary, Summary
from edge_agent.status import (
    AlarmPart,
    ClockPart,
    DropPart,
    ProcessPart,
    Snapshot,
    SpoolPart,
    UplinkPart,
)

NOW = 1_790_000_000_000
DAY = 86_400_000


def settings(**unit: Any) -> UnitSettings:
    return UnitSettings.model_validate(
        {
            "version": 1,
            "unit": {"province": "hanoi", "site": "s1", "id": "u1", **unit},
            "uplink": {"broker": "mqtts://centre.example"},
            "device": {"ctl1": {"kind": "signal_modbus"}},
        }
    )


def snapshot(**parts: Any) -> Snapshot:
    well = {
        "unit": "its/1/hanoi/s1/u1",
        "version": "1.0",
        "boot": "b",
        "pid": 7,
        "now_ms": NOW,
        "started_ms": NOW - DAY,
        "up_s": 86_400,
        "config": "f1",
        "spool": SpoolPart(rows=3, bytes=9, bytes_max=99, hours_left=500.0, oldest_ms=400),
        "uplink": UplinkPart(connected=True, last_puback_ms=NOW - 200, last_receipt_ms=NOW - 300),
        "clock": ClockPart(source="ntp", uncertainty_ms=8),
        "process": ProcessPart(fds=40, fds_max=1024, written_per_day=200_000_000),
    }
    return Snapshot(**(well | parts))


def picture(**parts: Any) -> Glance:
    well = Glance(
        frames=25,
        asked=25,
        fps=25.0,
        size=(1280, 720),
        sharp=300.0,
        light=110.0,
        clipped=4,
        plate_px=90,
        shift=0.001,
        remembered=True,
    )
    return replace(well, **parts)


def camera(**parts: Any) -> DeviceFacts:
    well = DeviceFacts(
        "cam1",
        "camera",
        present=True,
        answered=True,
        identity="size 1280x720",
        readings=Counter({"crossing": 3}),
        restarts=0,
        stable_name=True,
        picture=picture(),
        reads_plates=True,
    )
    return replace(well, **parts)


def broker(**parts: Any) -> Broker:
    well = Broker(
        "centre.example",
        8883,
        secure=True,
        addresses=("192.0.2.7",),
        connected_ms=12.0,
        tls="TLSv1.3, TLS_AES_256_GCM_SHA384",
        theirs=Certificate(NOW + 200 * DAY),
        ours=Certificate(NOW + 200 * DAY),
        login=True,
        puback_ms=9.0,
    )
    return replace(well, **parts)


def figures(**parts: Any) -> UnitFigures:
    well = UnitFigures(
        rss_kb=60_000,
        cpu_ms=1,
        threads=5,
        fds=40,
        fds_max=1024,
        disk_written=1,
        disk_free=20_000_000_000,
        disk_size=32_000_000_000,
        inodes_free=1_000_000,
        temperature=520,
        load_1m=700,
        slowed=False,
        under_voltage=False,
        life_used=10,
        spares_used=0,
    )
    return replace(well, **parts)


def spool(damaged: int = 0) -> Summary:
    stream = StreamSummary("passage", 3, 3, ((1, 3),), NOW, NOW, 900, damaged)
    return Summary(Path("spool.db"), "e", 1, 4096, (stream,))


def unit(**parts: Any) -> Facts:
    """Nothing ails it."""
    well = Facts(
        now_ms=NOW,
        version="1.0",
        quality=TimeQuality("ntp", 8),
        figures=figures(),
        state=StateFolder("/var/lib/edge-agent", 0o750, 4.0),
        site_mode=0o640,
        settings=settings(),
        fingerprint="f1",
        snapshot=snapshot(),
        memory_free_kb=900_000,
        hardware_clock=True,
        addresses=("192.0.2.5",),
        spool=spool(),
        broker=broker(),
        secrets=(Secret("uplink.password"),),
        models={"detector": "", "finder": "", "reader": ""},
        evidence_mode=0o600,
        devices=(camera(),),
    )
    return replace(well, **parts)


def alone(**parts: Any) -> Facts:
    """The same without a running agent."""
    return unit(snapshot=None, no_agent="no agent is running here", **parts)


_PROBLEM = Problem("unit.toml", 3, "unit.id", '"X"', "not an id", "lower case", "mend it")


def _spool_part(**parts: Any) -> Facts:
    well: dict[str, Any] = {"rows": 3, "bytes": 9, "bytes_max": 99, "hours_left": 500.0}
    return unit(snapshot=snapshot(spool=SpoolPart(**(well | parts))))


def _uplink(**parts: Any) -> Facts:
    well: dict[str, Any] = {
        "connected": True,
        "last_puback_ms": NOW - 200,
        "last_receipt_ms": NOW - 300,
    }
    return unit(snapshot=snapshot(uplink=UplinkPart(**(well | parts))))


def _device(**parts: Any) -> Facts:
    return unit(devices=(camera(**parts),))


def _picture(**parts: Any) -> Facts:
    return _device(picture=picture(**parts))


def _settings(**tables: Any) -> UnitSettings:
    dumped = settings().model_dump(mode="json", exclude_unset=True)
    return UnitSettings.model_validate(dumped | tables)


ILL: dict[str, Callable[[], Facts]] = {
    "site-file": lambda: alone(settings=None, errors=(_PROBLEM,)),
    "site-file-doubts": lambda: unit(warnings=(_PROBLEM,)),
    "devices-named": lambda: unit(settings=_settings(device={})),
    "agent-running": alone,
    "file-in-force": lambda: unit(fingerprint="f2"),
    "version": lambda: unit(version="2.0"),
    "test-mode": lambda: unit(settings=settings(test=True)),
    "time-zone": lambda: unit(settings=settings(timezone="Asia/Atlantis")),
    "critical-alarms": lambda: unit(
        snapshot=snapshot(
            alarms=[AlarmPart(device="u1", code="spool", severity="critical", since_ms=NOW)]
        )
    ),
    "memory": lambda: unit(memory_free_kb=50_000),
    "temperature": lambda: unit(figures=figures(temperature=871)),
    "power": lambda: unit(figures=figures(under_voltage=True)),
    "load": lambda: unit(figures=figures(load_1m=9000)),
    "descriptors": lambda: unit(
        snapshot=snapshot(process=ProcessPart(fds=1000, fds_max=1024, written_per_day=1))
    ),
    "clock-set": lambda: unit(quality=TimeQuality("none", 0)),
    "clock-source": lambda: unit(quality=TimeQuality("rtc", 8)),
    "clock-uncertainty": lambda: unit(quality=TimeQuality("ntp", 900)),
    "clock-evidence": lambda: unit(quality=TimeQuality("ntp", 300)),
    "clock-steps": lambda: unit(snapshot=snapshot(clock=ClockPart(source="ntp", steps=5))),
    "hardware-clock": lambda: unit(hardware_clock=False),
    "state-folder": lambda: unit(state=StateFolder("/x", None, None, "there is no such folder")),
    "not-read-only": lambda: unit(state=StateFolder("/x", 0o750, None, "", read_only=True)),
    "fsync": lambda: unit(state=StateFolder("/x", 0o750, 900.0)),
    "disk-free": lambda: unit(figures=figures(disk_free=100_000_000)),
    "inodes-free": lambda: unit(figures=figures(inodes_free=12)),
    "spool-room": lambda: unit(figures=figures(disk_free=600_000_000)),
    "spool-sound": lambda: unit(spool=spool(damaged=1)),
    "spool-writes": lambda: _spool_part(failing="disk I/O error"),
    "spool-hours": lambda: _spool_part(hours_left=3.0),
    "oldest-waiting": lambda: _spool_part(oldest_ms=3_600_000),
    "nothing-dropped": lambda: _spool_part(
        dropped=[DropPart(stream="signal", why="sacrificed", n=9)]
    ),
    "flash-wear": lambda: unit(snapshot=snapshot(process=ProcessPart(written_per_day=9 * 10**9))),
    "storage-life": lambda: unit(figures=figures(life_used=90)),
    "has-address": lambda: unit(addresses=()),
    "broker-name": lambda: unit(broker=broker(addresses=None, connected_ms=None, tls=None)),
    "broker-port": lambda: unit(broker=broker(connected_ms=None, tls=None)),
    "broker-tls": lambda: unit(broker=broker(tls=None, trouble="its certificate is not trusted")),
    "broker-encrypted": lambda: unit(
        settings=_settings(uplink={"broker": "mqtt://centre.example"})
    ),
    "broker-certificate": lambda: unit(broker=broker(theirs=Certificate(NOW + 3 * DAY))),
    "own-certificate": lambda: unit(broker=broker(ours=Certificate(NOW - DAY))),
    "broker-login": lambda: alone(broker=broker(login=False, trouble="Not authorized")),
    "broker-publish": lambda: alone(broker=broker(puback_ms=None, trouble="not acknowledged")),
    "centre-receipt": lambda: unit(
        snapshot=snapshot(
            uplink=UplinkPart(connected=True, last_receipt_ms=NOW - DAY),
            spool=SpoolPart(rows=3, bytes=9, bytes_max=99, oldest_ms=DAY),
        )
    ),
    "broker-refusals": lambda: _uplink(denied=4),
    "broker-steady": lambda: _uplink(reconnects=900),
    "secrets": lambda: unit(secrets=(Secret("uplink.password", "is empty"),)),
    "site-file-mode": lambda: unit(site_mode=0o666),
    "state-mode": lambda: unit(state=StateFolder("/x", 0o755, 4.0)),
    "signing-key-mode": lambda: unit(evidence_mode=0o644),
    "vision-installed": lambda: unit(models=None),
    "model-detector": lambda: unit(models={"detector": "another digest"}),
    "model-finder": lambda: unit(models={"finder": "another digest"}),
    "model-reader": lambda: unit(models={}),
    "device.cam1.present": lambda: _device(present=False),
    "device.cam1.stable-name": lambda: _device(stable_name=False),
    "device.cam1.answers": lambda: _device(answered=False, cause="timeout"),
    "device.cam1.protocol": lambda: _device(answered=False, cause="protocol", detail="no map"),
    "device.cam1.speaks": lambda: _device(good_ago_s=900.0),
    "device.cam1.plausible": lambda: _device(wrong=("picture-blurred: as if wet",)),
    "device.cam1.steady": lambda: _device(restarts=400),
    "device.cam1.decodes": lambda: _picture(frames=2),
    "device.cam1.sharp": lambda: _picture(sharp=4.0),
    "device.cam1.exposed": lambda: _picture(light=5.0),
    "device.cam1.plate-size": lambda: _picture(plate_px=20),
    "device.cam1.aimed": lambda: _picture(shift=0.2),
}
"""Every check but ``identity``, which only tells."""
