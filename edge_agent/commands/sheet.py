"""A snapshot as a sheet of plain text, for a person at the cabinet."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from edge_agent.status import DevicePart, Snapshot

_HOUR, _DAY = 3600, 86_400


def sheet(now: Snapshot) -> str:
    """Everything worth knowing, the worst first."""
    return "\n".join(
        [
            *_unit(now),
            *_alarms(now),
            "",
            *_devices(now),
            "",
            *_spool(now),
            *_uplink(now),
            *_process(now),
        ]
    )


def _unit(now: Snapshot) -> Iterator[str]:
    yield f"{now.unit}  edge-agent {now.version}  up {_span(now.up_s)}  configuration {now.config}"
    if now.test:
        yield "TEST MODE: events are marked and enter no statistics"
    if now.config_problems:
        yield (
            f"the site file has {now.config_problems} error(s): running on the last good one;"
            " run `edge-agent check`"
        )


def _alarms(now: Snapshot) -> Iterator[str]:
    rank = {"critical": 0, "warning": 1, "info": 2}
    for alarm in sorted(now.alarms, key=lambda alarm: (rank[alarm.severity], alarm.since_ms)):
        line = f"{alarm.severity.upper()} {alarm.device} {alarm.code} since {_when(alarm.since_ms)}"
        yield " — ".join(filter(None, (line, alarm.text, alarm.do)))


def _devices(now: Snapshot) -> Iterator[str]:
    head = ("DEVICE", "KIND", "STATE", "SINCE", "LAST GOOD", "RESTARTS", "WHY")
    rows = [_device(device, now.now_ms) for device in now.devices]
    yield from _table([head, *rows]) if rows else ["no devices"]


def _device(device: DevicePart, now_ms: int) -> Sequence[str]:
    why = ": ".join(filter(None, (device.cause, device.detail)))
    last = "never" if device.last_ms is None else _ago(now_ms - device.last_ms)
    since = _ago(now_ms - device.since_ms)
    return (device.id, device.kind, device.state, since, last, str(device.restarts), why)


def _spool(now: Snapshot) -> Iterator[str]:
    spool = now.spool
    full = "not known yet" if spool.hours_left is None else _span(round(spool.hours_left * _HOUR))
    oldest = "none waits" if spool.oldest_ms is None else f"oldest {_span(spool.oldest_ms // 1000)}"
    share = 100 * spool.bytes / spool.bytes_max if spool.bytes_max else 0
    yield (
        f"spool   {spool.rows} events, {oldest}, {_size(spool.bytes)} of {_size(spool.bytes_max)}"
        f" ({share:.0f} %), room left for {full}"
    )
    if spool.failing:
        yield f"        CANNOT WRITE: {spool.failing}"
    if spool.dropped:
        drops = ", ".join(f"{drop.n} {drop.stream} ({drop.why})" for drop in spool.dropped)
        yield f"        dropped since start: {drops}"


def _uplink(now: Snapshot) -> Iterator[str]:
    uplink = now.uplink
    since = "" if uplink.since_ms is None else f" since {_when(uplink.since_ms)}"
    state = "connected" if uplink.connected else "NOT CONNECTED"
    broker = " ".join(filter(None, (uplink.broker, uplink.protocol)))
    yield f"uplink  {state}{since} {broker}".rstrip() + f", {uplink.reconnects} reconnects"
    if uplink.trouble:
        yield f"        {uplink.trouble}"
    receipt = _last(now.now_ms, uplink.last_receipt_ms)
    yield f"        last PUBACK {_last(now.now_ms, uplink.last_puback_ms)}, last receipt {receipt}"
    if uplink.denied:
        yield f"        the broker refused {uplink.denied} messages: see its access rules"


def _process(now: Snapshot) -> Iterator[str]:
    clock, process = now.clock, now.process
    wide = "" if clock.uncertainty_ms is None else f" ± {clock.uncertainty_ms} ms"
    yield f"clock   {_when(now.now_ms)} by {clock.source}{wide}, {clock.steps} steps"
    memory = "?" if process.rss_kb is None else _size(process.rss_kb * 1024)
    cpu = "?" if process.cpu_ms is None else f"{process.cpu_ms / 10 / max(now.up_s, 1):.1f} %"
    daily = process.written_per_day
    written = "not known yet" if daily is None else f"{_size(daily)} a day"
    free = "?" if process.disk_free is None else _size(process.disk_free)
    heat = "" if process.temperature is None else f", {process.temperature / 10:.0f} °C"
    yield f"unit    memory {memory}, CPU {cpu}, written {written}, disk free {free}{heat}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _last(now_ms: int, then_ms: int | None) -> str:
    return "never" if then_ms is None else _ago(now_ms - then_ms)


def _ago(ms: int) -> str:
    return f"{_span(max(ms, 0) // 1000)} ago"


def _span(seconds: int) -> str:
    """The two largest units: ``3 d 4 h``, ``5 min 10 s``."""
    for large, unit, small, part in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", 60, "min")):
        if seconds >= large:
            return f"{seconds // large} {unit} {seconds % large // small} {part}"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"  # noqa: PLR2004


def _size(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - SI steps
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"  # noqa: PLR2004
        value /= 1000
    return f"{value:.1f} TB"


def _when(utc_ms: int) -> str:
    moment = datetime.fromtimestamp(utc_ms / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
