"""A snapshot as a sheet of plain text, for a person at the cabinet."""

from collections.abc import Iterator, Sequence

from edge_agent.commands.words import moment, size, span, table
from edge_agent.status import DevicePart, Snapshot

_HOUR = 3600


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
    yield f"{now.unit}  edge-agent {now.version}  up {span(now.up_s)}  configuration {now.config}"
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
        line = (
            f"{alarm.severity.upper()} {alarm.device} {alarm.code} since {moment(alarm.since_ms)}"
        )
        yield " — ".join(filter(None, (line, alarm.text, alarm.do)))
    if now.quiet.shelved or now.quiet.following:
        yield (
            f"not told: {now.quiet.shelved} shelved, {now.quiet.following} following from others;"
            " see `edge-agent alarms`"
        )


def _devices(now: Snapshot) -> Iterator[str]:
    head = ("DEVICE", "KIND", "STATE", "SINCE", "LAST GOOD", "RESTARTS", "WHY")
    rows = [_device(device, now.now_ms) for device in now.devices]
    yield from table([head, *rows]) if rows else ["no devices"]


def _device(device: DevicePart, now_ms: int) -> Sequence[str]:
    why = ": ".join(filter(None, (device.cause, device.detail)))
    last = "never" if device.last_ms is None else _ago(now_ms - device.last_ms)
    since = _ago(now_ms - device.since_ms)
    return (device.id, device.kind, device.state, since, last, str(device.restarts), why)


def _spool(now: Snapshot) -> Iterator[str]:
    spool = now.spool
    full = "not known yet" if spool.hours_left is None else span(round(spool.hours_left * _HOUR))
    oldest = "none waits" if spool.oldest_ms is None else f"oldest {span(spool.oldest_ms // 1000)}"
    share = 100 * spool.bytes / spool.bytes_max if spool.bytes_max else 0
    yield (
        f"spool   {spool.rows} events, {oldest}, {size(spool.bytes)} of {size(spool.bytes_max)}"
        f" ({share:.0f} %), room left for {full}"
    )
    if spool.failing:
        yield f"        CANNOT WRITE: {spool.failing}"
    if spool.dropped:
        drops = ", ".join(f"{drop.n} {drop.stream} ({drop.why})" for drop in spool.dropped)
        yield f"        dropped since start: {drops}"


def _uplink(now: Snapshot) -> Iterator[str]:
    uplink = now.uplink
    since = "" if uplink.since_ms is None else f" since {moment(uplink.since_ms)}"
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
    yield f"clock   {moment(now.now_ms)} by {clock.source}{wide}, {clock.steps} steps"
    memory = "?" if process.rss_kb is None else size(process.rss_kb * 1024)
    cpu = "?" if process.cpu_ms is None else f"{process.cpu_ms / 10 / max(now.up_s, 1):.1f} %"
    daily = process.written_per_day
    written = "not known yet" if daily is None else f"{size(daily)} a day"
    free = "?" if process.disk_free is None else size(process.disk_free)
    heat = "" if process.temperature is None else f", {process.temperature / 10:.0f} °C"
    yield f"unit    memory {memory}, CPU {cpu}, written {written}, disk free {free}{heat}"


def _last(now_ms: int, then_ms: int | None) -> str:
    return "never" if then_ms is None else _ago(now_ms - then_ms)


def _ago(ms: int) -> str:
    return f"{span(max(ms, 0) // 1000)} ago"
