"""The whole way, from a register to the centre's disk, beside a bare pymodbus → paho loop."""

import contextlib
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.centre.centre import Broker, Centre
from edge_agent.centre.keeper import Kept
from edge_agent.centre.sqlite_store import SqliteStore
from tests.bench import bare, plc
from tests.bench.measure import Figure, Measure
from tests.brokers import Mosquitto

MATCH_NS = 2_000_000_000
FAST_HZ = 1000
RSS_MB, CPU_PERCENT, START_S, HELP_S = 80, 3.0, 3.0, 0.3


@contextlib.contextmanager
def process(*argv: str, output: bool = False) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if output else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()


class Plc:
    """The bench controller and the moments of its changes, UTC ns."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._lines = process.stdout
        self.port = int(self._lines.readline())
        self.changes: list[int] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._lines:
            self.changes.append(int(line))


def site_file(folder: Path, modbus: int, broker: int, poll_hz: float) -> Path:
    # A unit of its own for each run: the broker still holds what the last one retained.
    (folder / "map.toml").write_text(plc.MAP, encoding="utf-8")
    site = folder / "site.toml"
    site.write_text(
        f"""
version = 1
[unit]
province = "bench"
site = "bench"
id = "{folder.name}"
[uplink]
broker = "mqtt://127.0.0.1:{broker}"
[metrics]
enabled = false
[device.ctl]
kind = "signal_modbus"
url = "tcp://127.0.0.1:{modbus}"
profile = "{folder / "map.toml"}"
poll_hz = {poll_hz}
""",
        encoding="utf-8",
    )
    return site


class _Run:
    """One agent against one controller; committed signal events with the centre's times."""

    def __init__(self, folder: Path, modbus: int, broker: int, poll_hz: float) -> None:
        self._folder = folder
        self._site = site_file(folder, modbus, broker, poll_hz)
        self._broker = broker
        self._kept: queue.Queue[Kept] = queue.Queue()
        self.rss_mb = self.cpu_percent = self.start_s = 0.0

    def run(self, seconds: float) -> list[int]:
        """Committed UTC ns of every change of the lamp."""
        store = SqliteStore(self._folder / "centre.db")
        broker = Broker(f"mqtt://127.0.0.1:{self._broker}")
        try:
            with Centre(broker, store, self._kept.put) as centre:
                assert centre.ready(10)
                began = time.monotonic()
                argv = ["run", "--config", str(self._site), "--state-dir", str(self._folder)]
                with process("edge_agent", *argv) as agent:
                    while self._kept.get(timeout=20).event.key.unit.unit != self._folder.name:
                        pass  # what the broker retained of the run before
                    self.start_s = time.monotonic() - began
                    time.sleep(2)
                    self._measure(agent.pid, seconds)
        finally:
            store.close()
        return [kept.committed_ns for kept in self._drain() if _changed(kept)]

    def _measure(self, pid: int, seconds: float) -> None:
        before = _cpu_s(pid)
        time.sleep(seconds)
        self.cpu_percent = 100 * (_cpu_s(pid) - before) / seconds
        self.rss_mb = _rss_kb(pid) / 1024

    def _drain(self) -> Iterator[Kept]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._kept.get_nowait()


def _changed(kept: Kept) -> bool:
    body: dict[str, Any] = json.loads(kept.event.body)
    return body["st"] == "signal" and bool(body["chg"])


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _rss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} has no memory")


def _delays_ms(changes: list[int], arrivals: list[int]) -> list[float]:
    """Each arrival belongs to the last change before it; a change counts once."""
    delays = []
    left = list(changes)
    for arrival in arrivals:
        before = [change for change in left if change <= arrival]
        if before and arrival - before[-1] <= MATCH_NS:
            delays.append((arrival - before[-1]) / 1e6)
            left = [change for change in left if change > before[-1]]
    return delays


def _bare(modbus: int, broker: int, poll_hz: float, seconds: float) -> list[int]:
    """Arrivals, UTC ns, at a plain subscriber of the bare loop."""
    arrivals: list[int] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda *_: arrivals.append(time.time_ns())
    client.connect("127.0.0.1", broker)
    client.subscribe(bare.TOPIC, qos=1)
    client.loop_start()
    with process("tests.bench.bare", str(modbus), str(broker), str(poll_hz)):
        time.sleep(seconds + 1)
    client.disconnect()
    client.loop_stop()
    return arrivals[1:]


def _help_cpu_s() -> float:
    """CPU seconds of ``edge-agent --help``, the best of five."""
    best = float("inf")
    for _ in range(5):
        before = os.times()
        subprocess.run(
            [sys.executable, "-m", "edge_agent", "--help"], check=True, stdout=subprocess.DEVNULL
        )
        after = os.times()
        spent = (after.children_user - before.children_user) + (
            after.children_system - before.children_system
        )
        best = min(best, spent)
    return best


def _measure(quick: bool) -> list[Figure]:
    seconds = 40.0 if quick else 120.0
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto() as broker,
        process("tests.bench.plc", "3", output=True) as plant,
    ):
        folder = Path(name)
        controller = Plc(plant)
        # Both watch the same changes at the same time, so that a slow spell hits both.
        (folder / "slow").mkdir()
        ours = _Run(folder / "slow", controller.port, broker.port, 10)
        with ThreadPoolExecutor(1) as other:
            beside = other.submit(_bare, controller.port, broker.port, 10, seconds)
            ours_all = _delays_ms(controller.changes, ours.run(seconds))
            bare_all = _delays_ms(controller.changes, beside.result())
        (folder / "fast").mkdir()
        fast = _Run(folder / "fast", controller.port, broker.port, FAST_HZ)
        fast_ms = statistics.median(_delays_ms(controller.changes, fast.run(seconds / 3)))
    bare_ms = statistics.median(bare_all)
    ours_ms = statistics.median(ours_all)
    help_s = _help_cpu_s()
    note = f"ours {ours_ms:.1f} ms stored, bare {bare_ms:.1f} ms received; n={len(ours_all)}"
    return [
        Figure(
            "register change to centre's commit, 10 Hz, p50",
            ours_ms / bare_ms,
            "x bare",
            "≤ 1.3 x bare loop",
            ours_ms <= 1.3 * bare_ms,
            note,
        ),
        Figure(
            "the same, unthrottled, p50", fast_ms, "ms", "≤ 10 ms", fast_ms <= 10, "1000 Hz asked"
        ),
        Figure("agent's memory", ours.rss_mb, "MB", f"≤ {RSS_MB} MB", ours.rss_mb <= RSS_MB),
        Figure(
            "agent's CPU, 10 Hz x 64 registers",
            ours.cpu_percent,
            "% of core",
            f"≤ {CPU_PERCENT:g} %",
            ours.cpu_percent <= CPU_PERCENT,
            "with a lamp that changes twice a second",
        ),
        Figure(
            "start to first event stored",
            ours.start_s,
            "s",
            f"≤ {START_S:g} s",
            ours.start_s <= START_S,
        ),
        Figure("edge-agent --help", help_s, "s CPU", f"≤ {HELP_S:g} s", help_s <= HELP_S),
    ]


MEASURES = [Measure("whole", _measure, needs=("mosquitto",))]
