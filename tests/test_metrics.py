import asyncio
import contextlib

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge_agent import metrics
from edge_agent.metrics import MetricsServer, trusted_host
from edge_agent.oneshot import CLIENTS_MAX
from tests.snapshots import snapshot

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


INFO = (("config", "0123456789abcdef"), ("unit", "its/1/hanoi/nts/u1"), ("version", "1.2.3"))


def parse(text: bytes) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


async def ask(port: int, request: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def get(path: str, host: str = "127.0.0.1:9464", verb: str = "GET") -> bytes:
    return f"{verb} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def test_every_figure_is_there_in_base_units() -> None:
    found = parse(metrics.text(snapshot()))
    expected: Samples = {
        ("edge_agent_info", INFO): 1,
        ("edge_agent_device_state", (("device", "cam1"), ("kind", "camera"), ("state", "down"))): 1,
        ("edge_agent_device_state", (("device", "cam1"), ("kind", "camera"), ("state", "ok"))): 0,
        ("edge_agent_device_since_timestamp_seconds", (("device", "cam1"),)): 1_790_000_000,
        ("edge_agent_device_restarts_total", (("device", "cam1"),)): 4,
        ("edge_agent_device_figure", (("device", "cam1"), ("name", "frames"))): 250,
        ("edge_agent_spool_left_seconds", ()): 72 * 3600,
        ("edge_agent_spool_oldest_seconds", ()): 90,
        ("edge_agent_spool_dropped_events_total", (("stream", "signal"), ("why", "sacrificed"))): 7,
        ("edge_agent_uplink_connected", ()): 1,
        ("edge_agent_clock_source", (("source", "ntp"),)): 1,
        ("edge_agent_clock_uncertainty_seconds", ()): 0.005,
        ("edge_agent_resident_memory_bytes", ()): 50_000 * 1024,
        ("edge_agent_cpu_seconds_total", ()): 12.5,
        ("edge_agent_temperature_celsius", ()): 51.2,
        ("edge_agent_events_total", (("stream", "passage"),)): 1000,
        ("edge_agent_rules_figure", (("name", "refused-red-light-signal-coarse"),)): 3,
    }
    assert expected.items() <= found.items()


def test_what_is_not_measured_is_absent_not_zero() -> None:
    found = parse(metrics.text(snapshot(measured=False)))
    names = {name for name, _ in found}
    assert names.isdisjoint(
        {
            "edge_agent_temperature_celsius",
            "edge_agent_spool_left_seconds",
            "edge_agent_spool_oldest_seconds",
            "edge_agent_uplink_last_receipt_timestamp_seconds",
            "edge_agent_device_last_good_timestamp_seconds",
            "edge_agent_resident_memory_bytes",
        }
    )


def test_no_free_text_reaches_a_label() -> None:
    text = metrics.text(snapshot()).decode()
    assert "59A-123.45" not in text
    assert "hunter22" not in text


async def test_scrape() -> None:
    async with MetricsServer("127.0.0.1", 0, snapshot) as server:
        assert server.port
        code, body = await ask(server.port, get("/metrics"))
        assert code == 200
        assert parse(body)[("edge_agent_uplink_connected", ())] == 1
        code, body = await ask(server.port, get("/metrics", verb="HEAD"))
        assert (code, body) == (200, b"")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (get("/"), 404),
        (get("/metrics", "evil.example"), 421),
        (get("/metrics", "evil.example:9464"), 421),
        (get("/metrics", ""), 421),
        (get("/metrics", verb="POST"), 405),
        (b"GET /metrics\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
    ],
)
async def test_what_is_refused(request_: bytes, code: int) -> None:
    async with MetricsServer("127.0.0.1", 0, snapshot) as server:
        assert (await ask(server.port, request_))[0] == code


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("localhost", True),
        ("LOCALHOST:9464", True),
        ("127.0.0.1", True),
        ("[::1]:9464", True),
        ("[::1]", True),
        ("10.1.2.3:9464", True),
        ("edge.example", False),
        ("localhost.evil.example", False),
        ("", False),
        (":9464", False),
    ],
)
def test_trusted_host(host: str, *, good: bool) -> None:
    assert trusted_host(host) is good


async def test_endless_headers_and_silence_cost_nothing() -> None:
    async with MetricsServer("127.0.0.1", 0, snapshot) as server:
        silent = [
            await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CLIENTS_MAX // 2)
        ]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /metrics HTTP/1.1\r\n" + b"x: y\r\n" * 10_000)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        assert (await ask(server.port, get("/metrics")))[0] == 200
        for _, waiting in [*silent, (reader, writer)]:
            waiting.close()


async def test_leaving_with_clients_hanging_on() -> None:
    async with MetricsServer("127.0.0.1", 0, snapshot) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /met")
        await asyncio.sleep(0.05)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
