"""Prometheus text on a loopback port, made from the same snapshot that ``status`` shows.

Labels hold ids from the site file and codes from fixed vocabularies; never free text, so neither
a plate nor a secret can reach a label.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from edge_agent.oneshot import OneShot
from edge_agent.status import Snapshot

STATES = ("starting", "ok", "degraded", "down", "disabled")
_REQUEST_MAX = 8192


def text(snapshot: Snapshot) -> bytes:
    """The snapshot in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(snapshot))
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        yield from _unit(self._snapshot)
        yield from _devices(self._snapshot)
        yield from _spool(self._snapshot)
        yield from _uplink(self._snapshot)


def _gauge(name: str, words: str, value: float | None) -> Iterator[Metric]:
    """A gauge that is left out when it was not measured."""
    if value is not None:
        yield GaugeMetricFamily(f"edge_agent_{name}", words, value=value)


def _counter(name: str, words: str, value: float | None) -> Iterator[Metric]:
    if value is not None:
        yield CounterMetricFamily(f"edge_agent_{name}", words, value=value)


def _at(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _ratio(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def _unit(now: Snapshot) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "edge_agent_info", "Always 1; who runs what.", labels=["unit", "version", "config"]
    )
    info.add_metric([now.unit, now.version, now.config], 1)
    yield info
    clock = GaugeMetricFamily(
        "edge_agent_clock_source", "1 for the source of UTC in force.", labels=["source"]
    )
    for source in ("gnss", "ntp", "rtc", "none"):
        clock.add_metric([source], float(now.clock.source == source))
    yield clock
    uncertain = now.clock.uncertainty_ms
    process = now.process
    yield from _gauge("clock_uncertainty_seconds", "Half-width of true UTC.", _at(uncertain))
    yield from _counter("clock_steps", "Jumps of UTC seen.", now.clock.steps)
    rules = GaugeMetricFamily(
        "edge_agent_rules_figure", "What could not be judged, by rule and why.", labels=["name"]
    )
    for name, value in sorted(now.rules.items()):
        rules.add_metric([name], value)
    yield rules
    yield from _gauge("uptime_seconds", "Since the agent started.", now.up_s)
    yield from _gauge("config_problems", "Errors in the file not in force.", now.config_problems)
    yield from _gauge("alarms", "Alarms raised now.", len(now.alarms))
    quiet = now.quiet
    yield from _gauge("alarms_shelved", "Alarms put away by somebody.", quiet.shelved)
    yield from _gauge("alarms_following", "Alarms that follow from others.", quiet.following)
    yield from _counter("alarms_chattered", "Alarms that began to chatter.", quiet.chattered)
    rss = None if process.rss_kb is None else process.rss_kb * 1024
    yield from _gauge("resident_memory_bytes", "Memory of the agent.", rss)
    yield from _counter("cpu_seconds", "CPU time of the agent.", _at(process.cpu_ms))
    yield from _gauge("threads", "Threads of the agent.", process.threads)
    yield from _gauge("open_fds", "Open file descriptors.", process.fds)
    yield from _gauge("max_fds", "Most file descriptors.", process.fds_max)
    yield from _counter("disk_written_bytes", "Written to storage.", process.disk_written)
    yield from _gauge("disk_free_bytes", "Free where the state lies.", process.disk_free)
    yield from _gauge("disk_size_bytes", "Size of that file system.", process.disk_size)
    yield from _gauge("disk_free_inodes", "Files that can still be made.", process.inodes_free)
    hot = None if process.temperature is None else process.temperature / 10
    yield from _gauge("temperature_celsius", "Hottest thermal zone.", hot)
    yield from _gauge("processor_slowed", "1 while it is held back.", process.slowed)
    yield from _gauge("under_voltage", "1 while the supply is too low.", process.under_voltage)
    yield from _counter("processor_throttles", "Times it was held back.", process.throttles)
    yield from _gauge("storage_life_used_ratio", "At most.", _ratio(process.life_used))
    yield from _gauge("storage_spares_used_ratio", "At least.", _ratio(process.spares_used))
    all_written = process.storage_written
    yield from _counter("storage_written_bytes", "To the whole disk, by anybody.", all_written)
    events = CounterMetricFamily("edge_agent_events", "Events recorded.", labels=["stream"])
    for stream, count in sorted(now.events.items()):
        events.add_metric([stream], count)
    yield events


def _devices(now: Snapshot) -> Iterator[Metric]:
    label = ["device"]
    state = GaugeMetricFamily(
        "edge_agent_device_state", "1 for the state in force.", labels=["device", "kind", "state"]
    )
    since = GaugeMetricFamily(
        "edge_agent_device_since_timestamp_seconds", "Last change of state.", labels=label
    )
    last = GaugeMetricFamily(
        "edge_agent_device_last_good_timestamp_seconds", "Last good reading.", labels=label
    )
    restarts = CounterMetricFamily("edge_agent_device_restarts", "Driver restarts.", labels=label)
    crashes = CounterMetricFamily("edge_agent_device_crashes", "Driver failures.", labels=label)
    readings = CounterMetricFamily("edge_agent_device_readings", "Readings.", labels=label)
    figure = GaugeMetricFamily(
        "edge_agent_device_figure", "The driver's own figures.", labels=["device", "name"]
    )
    for device in now.devices:
        for name in STATES:
            state.add_metric([device.id, device.kind, name], float(device.state == name))
        since.add_metric([device.id], device.since_ms / 1000)
        if device.last_ms is not None:
            last.add_metric([device.id], device.last_ms / 1000)
        restarts.add_metric([device.id], device.restarts)
        crashes.add_metric([device.id], device.crashes)
        readings.add_metric([device.id], device.readings)
        for name, value in sorted(device.figures.items()):
            figure.add_metric([device.id, name], value)
    yield from (state, since, last, restarts, crashes, readings, figure)


def _spool(now: Snapshot) -> Iterator[Metric]:
    spool = now.spool
    hours = None if spool.hours_left is None else spool.hours_left * 3600
    yield from _gauge("spool_events", "Events kept.", spool.rows)
    yield from _gauge("spool_unsent_events", "Events not yet at the centre.", spool.unsent)
    yield from _gauge("spool_bytes", "Size on disk.", spool.bytes)
    yield from _gauge("spool_max_bytes", "Largest size.", spool.bytes_max)
    yield from _gauge("spool_oldest_seconds", "Age of the oldest unsent.", _at(spool.oldest_ms))
    yield from _gauge("spool_left_seconds", "Until full at today's rate.", hours)
    yield from _gauge("spool_failing", "1 while it cannot write.", float(bool(spool.failing)))
    yield from _counter("spool_commits", "Commits.", spool.commits)
    yield from _counter("spool_written_bytes", "Bytes written by the spool.", spool.written)
    dropped = CounterMetricFamily(
        "edge_agent_spool_dropped_events", "Events given up.", labels=["stream", "why"]
    )
    for drop in spool.dropped:
        dropped.add_metric([drop.stream, drop.why], drop.n)
    yield dropped


def _uplink(now: Snapshot) -> Iterator[Metric]:
    uplink = now.uplink
    receipt, puback = _at(uplink.last_receipt_ms), _at(uplink.last_puback_ms)
    yield from _gauge("uplink_connected", "1 while connected.", float(uplink.connected))
    yield from _gauge("uplink_since_timestamp_seconds", "Last change.", _at(uplink.since_ms))
    yield from _gauge("uplink_in_flight", "Publishes without PUBACK.", uplink.in_flight)
    yield from _counter("uplink_reconnects", "Sessions begun anew.", uplink.reconnects)
    yield from _counter("uplink_published", "Messages published.", uplink.published)
    yield from _counter("uplink_denied", "Publishes that the broker refused.", uplink.denied)
    yield from _gauge("uplink_last_puback_timestamp_seconds", "Last PUBACK.", puback)
    yield from _gauge("uplink_last_receipt_timestamp_seconds", "Last receipt.", receipt)


class MetricsServer:
    """Just enough HTTP for a scraper: GET /metrics, one answer a connection."""

    def __init__(self, host: str, port: int, snapshot: Callable[[], Snapshot]) -> None:
        self._host = host
        self._port = port
        self._snapshot = snapshot
        self._clients = OneShot(self._answer)
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use, also when a free one was asked for."""
        if self._server is None:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._clients.handle, self._host, self._port, limit=_REQUEST_MAX
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            await self._clients.close(self._server)
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        return self._response(await reader.readuntil(b"\r\n\r\n"))

    def _response(self, head: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004 - GET path HTTP/1.1
            return _refusal(400, "not HTTP/1")
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if not trusted_host(headers.get("host", "")):
            return _refusal(421, "ask by IP address or as localhost")
        if words[0] not in ("GET", "HEAD"):
            return _refusal(405, "GET only")
        if words[1].partition("?")[0] != "/metrics":
            return _refusal(404, "see /metrics")
        return _http(200, "OK", CONTENT_TYPE_LATEST, text(self._snapshot()), words[0] == "HEAD")


def trusted_host(host: str) -> bool:
    """Only addresses and localhost: a web page that rebinds a name to us always sends a name."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    if name.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _refusal(code: int, words: str) -> bytes:
    return _http(code, "Refused", "text/plain; charset=utf-8", f"{words}\n".encode())


def _http(code: int, reason: str, kind: str, body: bytes, head_only: bool = False) -> bytes:
    head = (
        f"HTTP/1.1 {code} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if head_only else body)
