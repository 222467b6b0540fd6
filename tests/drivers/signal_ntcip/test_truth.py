"""In real time: every true change is told, none beside, each within its own spread."""

import asyncio
from typing import Any

import pytest

from edge_agent.device.readings import Reading, SignalReading
from edge_agent.simulators.ntcip.junction import FixedJunction, Stage
from edge_agent.simulators.ntcip.server import Server, system_utc_ms
from edge_agent.simulators.ntcip.unit import Unit
from tests.drivers.signal_ntcip.stand import build, free_udp_port

_SLACK_MS = 25
"""Scheduling of two tasks in one loop on a busy machine; the spread does not know of it."""


@pytest.mark.parametrize("broadcast", [False, True], ids=["polled", "broadcast"])
async def test_every_change_with_its_time(broadcast: bool) -> None:
    await _run(5.0, broadcast)


@pytest.mark.slow
@pytest.mark.parametrize("broadcast", [False, True], ids=["polled", "broadcast"])
async def test_every_change_with_its_time_for_longer(broadcast: bool) -> None:
    await _run(20.0, broadcast)


async def _run(seconds: float, broadcast: bool) -> None:
    start_ms = system_utc_ms()
    junction = FixedJunction(
        (Stage((1,), 700), Stage((2,), 500)), start_ms, yellow_ms=300, red_ms=300, clear_ms=0
    )
    truth: list[dict[str, Any]] = []
    server = Server(Unit(junction, start_ms, truth.append))
    port = free_udp_port() if broadcast else None
    url = await server.open(tscbm=("127.0.0.1", port) if port else None)
    readings: list[Reading] = []
    driver = build(url, phases=[1, 2], tscbm_port=port, tscbm_bind="127.0.0.1", timeout_s=0.5)
    task = asyncio.create_task(driver.run(readings.append))
    try:
        await asyncio.sleep(seconds)
        until_ms = system_utc_ms() - 300
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.close()
    signals = [r for r in readings if isinstance(r, SignalReading)]
    assert [r.first for r in signals] == [True] + [False] * (len(signals) - 1)
    assert all(r.every_ms for r in signals[1:])
    from_ms = signals[0].at.utc_ms
    told = [
        (phase, r.phases[phase].value, r.at)
        for r in signals[1:]
        for phase in r.changed
        if r.at.utc_ms <= until_ms
    ]
    true = [
        (line["phase"], line["aspect"], line["t"])
        for line in truth
        if line["what"] == "phase" and from_ms < line["t"]
    ]
    assert len(told) >= sum(t < until_ms - 200 for _, _, t in true) > 2 * (seconds - 1)
    true = true[: len(told)]
    assert [(phase, aspect) for phase, aspect, _ in told] == [
        (phase, aspect) for phase, aspect, _ in true
    ]
    for (_, _, at), (_, _, t) in zip(told, true, strict=True):
        assert abs(at.utc_ms - t) <= at.spread_ms + _SLACK_MS
        assert at.spread_ms <= 160
