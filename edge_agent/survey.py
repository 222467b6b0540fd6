"""Puts the rooms' own figures together into the one Snapshot that people and scrapers see."""

import os
from collections.abc import Mapping
from dataclasses import asdict

from edge_agent import __version__
from edge_agent.alarming import rows
from edge_agent.alarming.alarm import Alarm
from edge_agent.alarming.book import AlarmBook
from edge_agent.alarming.rules import shipped
from edge_agent.clock import Clock
from edge_agent.health import UnitFigures, per_day
from edge_agent.notices import Notices
from edge_agent.settings import UnitSettings
from edge_agent.spool.model import Gauge
from edge_agent.status import (
    AlarmCounts,
    AlarmPart,
    ClockPart,
    DevicePart,
    DropPart,
    ProcessPart,
    Snapshot,
    SpoolPart,
    UplinkPart,
)
from edge_agent.supervisor import DeviceStatus
from edge_agent.uplink.status import LinkState, UplinkStatus


def take(
    *,
    settings: UnitSettings,
    notices: Notices,
    clock: Clock,
    steps: int,
    statuses: Mapping[str, DeviceStatus],
    figures: Mapping[str, Mapping[str, int]],
    gauge: Gauge,
    epoch: str,
    uplink: UplinkStatus,
    alarms: AlarmBook,
    events: Mapping[str, int],
    unit: UnitFigures,
    problems: int,
) -> Snapshot:
    """The unit now."""
    now_ms = clock.utc_ms()
    up_s = (clock.mono_ns() - notices.born.mono_ns) // 1_000_000_000
    quality = clock.quality()
    standing = alarms.alarms()
    quiet = rows.counts(standing) | {"chattered": alarms.chattered, "hushed": alarms.hushed}
    written = None if unit.disk_written is None else per_day(unit.disk_written, up_s)
    return Snapshot(
        unit=settings.unit.topics.root,
        version=__version__,
        boot=notices.boot,
        pid=os.getpid(),
        now_ms=now_ms,
        started_ms=notices.born.utc_ms,
        up_s=up_s,
        config=notices.fingerprint,
        config_problems=problems,
        test=settings.unit.test,
        devices=_devices(settings, statuses, figures, notices.born.utc_ms),
        spool=_spool(gauge, epoch, now_ms, receipts=settings.spool.receipts),
        uplink=_uplink(settings, uplink),
        clock=ClockPart(
            source=quality.source,
            uncertainty_ms=None if quality.source == "none" else quality.uncertainty_ms,
            steps=steps,
        ),
        process=ProcessPart(**asdict(unit), written_per_day=written),
        alarms=[_alarm(each) for each in standing if each.state == "raised" and each.heard],
        quiet=AlarmCounts.model_validate(quiet),
        events=dict(events),
        rules=dict(figures.get(settings.unit.id, {})),
    )


def _alarm(alarm: Alarm) -> AlarmPart:
    usual = shipped(alarm.code)
    return AlarmPart(
        device=alarm.about,
        code=alarm.code,
        severity=alarm.reading.severity,
        since_ms=alarm.since.utc_ms,
        text=alarm.reading.text[:200],
        do=alarm.reading.do[:200] or (usual.do.en if usual else ""),
        name=usual.name.model_dump() if usual else {},
        help=usual.do.model_dump() if usual else {},
    )


def _devices(
    settings: UnitSettings,
    statuses: Mapping[str, DeviceStatus],
    figures: Mapping[str, Mapping[str, int]],
    started_ms: int,
) -> list[DevicePart]:
    parts = []
    for name, device in settings.device.items():
        status = statuses.get(name)
        if status is None:
            state = "starting" if device.enabled else "disabled"
            parts.append(DevicePart(id=name, kind=device.kind, state=state, since_ms=started_ms))
            continue
        parts.append(
            DevicePart(
                id=name,
                kind=status.kind,
                state=status.state,
                cause=status.cause,
                detail=status.detail,
                since_ms=status.since_ms,
                last_ms=status.last_ms,
                restarts=status.restarts,
                readings=status.readings,
                crashes=status.crashes,
                abandoned=status.abandoned,
                figures=dict(figures.get(name, {})),
            )
        )
    return parts


def _spool(gauge: Gauge, epoch: str, now_ms: int, *, receipts: bool) -> SpoolPart:
    return SpoolPart(
        rows=gauge.rows,
        bytes=gauge.bytes,
        bytes_max=gauge.max_bytes,
        oldest_ms=None if gauge.oldest_t is None else max(0, now_ms - gauge.oldest_t),
        hours_left=gauge.hours_left,
        epoch=epoch,
        receipts=receipts,
        by_stream={name: stream.rows for name, stream in gauge.streams.items()},
        dropped=[
            DropPart(stream=stream, why=why, n=count)
            for (stream, why), count in sorted(gauge.drops.items())
        ],
        commits=gauge.commits,
        written=gauge.wrote,
        failing=gauge.failing or "",
    )


def _uplink(settings: UnitSettings, status: UplinkStatus) -> UplinkPart:
    return UplinkPart(
        connected=status.state is LinkState.UP,
        since_ms=status.since_ms,
        broker=settings.uplink.broker,
        protocol=status.protocol.value if status.protocol is not None else "",
        in_flight=status.in_flight,
        reconnects=max(0, status.connects - 1),
        published=status.sent,
        last_puback_ms=status.puback_ms,
        last_receipt_ms=status.receipt_ms,
        denied=status.denied,
        trouble="" if status.state is LinkState.UP else status.state.value,
    )
