"""The driver against net-snmp's snmpd, somebody else's agent, with the 1202 subtree passed through.

snmpd serves MIB-II and the protocol; a script of a few lines serves the controller's objects.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edge_agent.device.readings import Reading, SignalReading
from edge_agent.errors import Cause, DeviceError
from tests.drivers.signal_ntcip.stand import build, free_udp_port
from tests.needs import find

_SNMPD = find("snmpd")
_ASC = "1.3.6.1.4.1.1206.4.2.1"
_PASSED = Path(__file__).with_name("passed.py")

pytestmark = pytest.mark.skipif(_SNMPD is None, reason="net-snmp's agent is not here: snmpd")


class _Agent:
    """snmpd and the values behind it."""

    def __init__(self, folder: Path) -> None:
        self.url = f"udp://127.0.0.1:{free_udp_port()}"
        self._values = folder / "values.json"
        self.put(reds=0b10, yellows=0, greens=0b01)
        self._config = folder / "snmpd.conf"
        self._config.write_text(
            "rocommunity public 127.0.0.1\n"
            f"pass_persist .{_ASC} {sys.executable} {_PASSED} {self._values}\n"
        )
        self._state = folder / "state"
        self._log = folder / "snmpd.log"
        self.process: subprocess.Popen[bytes] | None = None

    def put(self, *, reds: int, yellows: int, greens: int) -> None:
        values = {
            f"{_ASC}.1.1.0": 8,
            f"{_ASC}.1.3.0": 1,
            f"{_ASC}.1.4.1.2.1": reds,
            f"{_ASC}.1.4.1.3.1": yellows,
            f"{_ASC}.1.4.1.4.1": greens,
            f"{_ASC}.3.5.0": 6,
            f"{_ASC}.3.6.0": 2,
            f"{_ASC}.4.10.0": 12,
        }
        fresh = self._values.with_suffix(".new")
        fresh.write_text(json.dumps(values))
        fresh.replace(self._values)

    def start(self) -> None:
        assert _SNMPD is not None
        # -C -c: this file alone; -f: stay; -Lf: no syslog; -r: root is not needed.
        self.process = subprocess.Popen(
            [
                _SNMPD,
                *("-f", "-r", "-C", "-c", str(self._config), "-Lf", str(self._log)),
                self.url.removeprefix("udp://").join(("udp:", "")),
            ],
            env={
                "SNMP_PERSISTENT_DIR": str(self._state),
                "MIBS": "",
                "PATH": "/usr/bin:/bin",
            },
        )

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[_Agent]:
    made = _Agent(tmp_path)
    made.start()
    try:
        await _answering(made)
        yield made
    finally:
        made.stop()


async def _answering(made: _Agent) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            await build(made.url, phases=[1, 2]).probe()
        except DeviceError:
            assert time.monotonic() < deadline, made._log.read_text()
            await asyncio.sleep(0.1)
        else:
            return


class _Run:
    """A driver at work."""

    def __init__(self, url: str, **keys: Any) -> None:
        self.readings: list[Reading] = []
        driver = build(url, phases=[1, 2], poll_hz=20, slow_s=0.2, **keys)
        self.task = asyncio.create_task(driver.run(self.readings.append))

    @property
    def signals(self) -> list[SignalReading]:
        return [r for r in self.readings if isinstance(r, SignalReading)]

    async def told(self, count: int) -> SignalReading:
        deadline = time.monotonic() + 10
        while len(self.signals) < count:
            if self.task.done():
                await self.task
            assert time.monotonic() < deadline, self.readings
            await asyncio.sleep(0.01)
        return self.signals[count - 1]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_probe(agent: _Agent) -> None:
    found = await build(agent.url, phases=[1, 2]).probe()
    assert "Linux" in found.versions["description"]
    assert found.versions["phases"] == "8"


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_changes_are_told_and_missing_objects_do_not_matter(
    agent: _Agent, version: str
) -> None:
    # This agent has no alarms, no overlaps, no detectors, and in v1 refuses each question for them.
    run = _Run(agent.url, version=version)
    first = await run.told(1)
    assert first.first
    assert first.phases == {1: "g", 2: "r"}
    agent.put(reds=0b10, yellows=0b01, greens=0)
    second = await run.told(2)
    assert (second.phases, second.changed) == ({1: "y", 2: "r"}, (1,))
    assert (second.plan, second.mode) == (12, "timebase")
    agent.put(reds=0b11, yellows=0, greens=0)
    agent.put(reds=0b01, yellows=0, greens=0b10)
    third = await run.told(3)
    assert third.phases[1] == "r"
    await run.stop()


async def test_a_group_that_is_not_there(agent: _Agent) -> None:
    with pytest.raises(DeviceError) as caught:
        await build(agent.url, phases=[9]).probe()
    assert caught.value.cause is Cause.PROTOCOL


async def test_a_mask_that_is_no_octet_is_never_told(agent: _Agent) -> None:
    run = _Run(agent.url)
    await run.told(1)
    agent.put(reds=0b10, yellows=0, greens=4711)
    with pytest.raises(DeviceError, match="4711") as caught:
        await asyncio.wait_for(run.task, 10)
    assert caught.value.cause is Cause.PROTOCOL
    assert len(run.signals) == 1


async def test_the_agent_dies_and_comes_back(agent: _Agent) -> None:
    run = _Run(agent.url)
    await run.told(1)
    agent.stop()
    with pytest.raises(DeviceError) as caught:
        await asyncio.wait_for(run.task, 10)
    assert caught.value.cause in (Cause.REFUSED, Cause.TIMEOUT)
    agent.start()
    await _answering(agent)
    again = _Run(agent.url)
    assert (await again.told(1)).first
    await again.stop()
