"""Children that speak the line protocol, and those that do not; real processes throughout."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from edge_agent.clock import Stamp, SystemClock
from edge_agent.device.child import ChildLimits, ChildProcess, resident_mb
from edge_agent.device.driver import DeviceContext
from edge_agent.device.hosted import HostedDriver
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.device.ports import PortBook
from edge_agent.device.readings import FigureReading, Reading
from edge_agent.errors import Cause, DeviceError
from tests.device.naughty import Settings

QUICK = ChildLimits(memory_mb=200, start_s=10, beat_s=1.0, term_s=0.3)
DEADLINE_S = 20


class _Parent:
    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.signs = 0
        self.limping: list[tuple[Cause | None, str]] = []

    def sign(self) -> None:
        self.signs += 1

    def limp(self, cause: Cause | None, detail: str) -> None:
        self.limping.append((cause, detail))

    async def run(self, script: str, limits: ChildLimits = QUICK, **config: Any) -> DeviceError:
        child = ChildProcess(
            argv=(sys.executable, "-u", "-c", f"import json, os, sys, time\n{script}"),
            config=config,
            log=structlog.get_logger("child"),
            alive=self.sign,
            degraded=self.limp,
            limits=limits,
        )
        with pytest.raises(DeviceError) as caught:
            async with asyncio.timeout(DEADLINE_S):
                await child.run(self.readings.append)
        return caught.value


@pytest.fixture
def parent() -> _Parent:
    return _Parent()


async def test_config_goes_in_and_readings_beats_and_a_last_word_come_out(parent: _Parent) -> None:
    error = await parent.run(
        """
config = json.loads(sys.stdin.readline())
print(json.dumps({"beat": 0}))
print(json.dumps({"type": "figure", "at": {"utc_ms": 1, "mono_ns": 2}, "name": config["name"],
                  "value": 7}))
print(json.dumps({"beat": 0}))
print(json.dumps({"beat": 5}))
print(json.dumps({"degraded": {"cause": "timeout", "detail": "slow"}}))
print(json.dumps({"error": {"cause": "refused", "detail": "wrong password"}}))
time.sleep(60)
""",
        name="speed",
    )
    assert (error.cause, error.detail) == (Cause.REFUSED, "wrong password")
    (reading,) = parent.readings
    assert isinstance(reading, FigureReading)
    assert (reading.name, reading.value) == ("speed", 7)
    assert parent.signs == 2, "a beat counts when its number has grown"
    assert parent.limping == [(Cause.TIMEOUT, "slow")]


@pytest.mark.parametrize(
    ("script", "cause", "words"),
    [
        ("sys.exit(3)", Cause.CRASH, "ended with code 3"),
        ("raise RuntimeError('broken inside')", Cause.CRASH, "RuntimeError: broken inside"),
        ("os.kill(os.getpid(), 11)", Cause.CRASH, "killed by SIGSEGV"),
        ("print('hello')", Cause.PROTOCOL, "hello"),
        ("print(json.dumps({'type': 'figure'}))", Cause.PROTOCOL, "figure"),
        ("print(json.dumps({'error': {'cause': 'nonsense', 'detail': ''}}))", Cause.PROTOCOL, ""),
        ("print(json.dumps([1]))", Cause.PROTOCOL, ""),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\n'); time.sleep(9)", Cause.PROTOCOL, ""),
        ("print('x' * 70000); time.sleep(9)", Cause.PROTOCOL, "longer than"),
        ("print(json.dumps({'beat': 1})); time.sleep(60)", Cause.SILENT, "1 s"),
        ("print(json.dumps({'beat': 1})); os.close(1); time.sleep(60)", Cause.CRASH, "lives"),
    ],
)
async def test_a_child_that_fails_has_a_cause(
    parent: _Parent, script: str, cause: Cause, words: str
) -> None:
    error = await parent.run(script)
    assert error.cause is cause, error.detail
    assert words in error.detail


async def test_a_child_that_never_says_anything_is_given_up(parent: _Parent) -> None:
    error = await parent.run("time.sleep(60)", ChildLimits(start_s=0.5, term_s=0.3))
    assert error.cause is Cause.SILENT


async def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(
    parent: _Parent, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    began = time.monotonic()
    await parent.run(
        f"""
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{grandchild.pid}}")
print(json.dumps({{"beat": 1}}))
time.sleep(60)
"""
    )
    assert time.monotonic() - began < 10
    # The signal is sent to all at once; when the kernel carries it out is its own affair.
    async with asyncio.timeout(3):
        while not all(_ended(int(pid)) for pid in pids.read_text().split()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _ended(pid: int) -> bool:
    """Gone, or a zombie that whoever adopted it has yet to reap."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


async def test_a_child_that_grows_is_stopped(parent: _Parent) -> None:
    error = await parent.run(
        "kept = bytearray(300_000_000)\nwhile True:\n print(json.dumps({'beat': 1}))\n"
        " time.sleep(.1)"
    )
    assert error.cause is Cause.OVERLOAD
    assert "allowed 200 MB" in error.detail


@pytest.mark.slow
async def test_a_child_that_shouts_is_heard_a_little_and_then_stopped(parent: _Parent) -> None:
    with capture_logs() as logs:
        error = await parent.run(
            "import threading\n"
            "def beat():\n"
            " while True:\n"
            "  print(json.dumps({'beat': 1})); time.sleep(.1)\n"
            "threading.Thread(target=beat, daemon=True).start()\n"
            "while True: sys.stderr.write('fire! ' * 15 + '\\n')"
        )
    assert error.cause is Cause.OVERLOAD
    assert len(logs) < 100
    assert sum(log.get("lines", 0) for log in logs) > 1000


async def test_being_cancelled_ends_the_child(parent: _Parent) -> None:
    seen: asyncio.Queue[Reading] = asyncio.Queue()
    driver = _hosted("work", parent)
    task = asyncio.create_task(driver.run(seen.put_nowait))
    async with asyncio.timeout(DEADLINE_S):
        first = await seen.get()
    assert isinstance(first, FigureReading)
    pid = first.value or 0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _ended(pid)


def _hosted(does: str, parent: _Parent, **facts: Any) -> HostedDriver:
    context = DeviceContext(
        "n1", SystemClock(), structlog.get_logger("n1"), PortBook(), parent.sign, parent.limp
    )
    settings = Settings.model_validate({"kind": "tests.device.naughty", "does": does} | facts)
    return HostedDriver("tests.device.naughty", settings, context)


@pytest.mark.parametrize(
    ("does", "cause", "words"),
    [
        ("raise", Cause.CRASH, "ZeroDivisionError: a bug in a driver"),
        ("error", Cause.CHECKSUM, "bytes arrive damaged"),
        ("segfault", Cause.CRASH, "SIGSEGV"),
        ("rave", Cause.PROTOCOL, "no line of the protocol"),
        ("leak", Cause.OVERLOAD, "allowed 150 MB"),
    ],
)
async def test_a_hosted_driver_fails_with_its_cause(
    parent: _Parent, does: str, cause: Cause, words: str
) -> None:
    seen: list[Reading] = []
    with pytest.raises(DeviceError) as caught:
        async with asyncio.timeout(DEADLINE_S):
            await _hosted(does, parent, memory_mb=150).run(seen.append)
    assert caught.value.cause is cause
    assert words in caught.value.detail
    assert len(seen) >= 3
    assert parent.signs >= 1


async def test_a_hosted_driver_is_probed(parent: _Parent) -> None:
    assert (await _hosted("work", parent).probe()).model == "Naughty"
    with pytest.raises(DeviceError) as caught:
        await _hosted("error", parent).probe()
    assert caught.value.cause is Cause.REFUSED


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, json, structlog\n"
        "from edge_agent.clock import SystemClock\n"
        "from edge_agent.device.driver import DeviceContext\n"
        "from edge_agent.device.hosted import HostedDriver\n"
        "from edge_agent.device.ports import PortBook\n"
        "from tests.device.naughty import Settings\n"
        "context = DeviceContext('n', SystemClock(), structlog.get_logger(), PortBook(),\n"
        "                        lambda: None)\n"
        "settings = Settings(kind='tests.device.naughty', does='block', after=1)\n"
        "driver = HostedDriver('tests.device.naughty', settings, context)\n"
        "asyncio.run(driver.run(lambda reading: print(reading.value, flush=True)))\n"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, cwd=root, env=environment
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while not _ended(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _ended(pid)


def test_resident_memory_of_the_living_and_the_gone() -> None:
    assert 5 < resident_mb(os.getpid()) < 2000
    assert resident_mb(2**22 + 1) == 0


async def test_children_leave_no_descriptor_behind(parent: _Parent) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    await parent.run("sys.exit(1)")
    before = descriptors()
    for script in ("sys.exit(1)", "print('x' * 200_000)", "sys.stderr.write('x' * 200_000)"):
        await parent.run(script, ChildLimits(start_s=0.5, term_s=0.2))
    await asyncio.sleep(0)
    assert descriptors() == before


ANSWERS = """
sys.stdin.readline()
print(json.dumps({"beat": 1}))
for line in sys.stdin:
    asked = json.loads(line)
    name = next(iter(asked["moments"]))
    if name == "die":
        sys.exit(3)
    if name == "mute":
        continue
    if name == "bad":
        print(json.dumps({"answer": asked["ask"], "name": "x", "data": "***"}))
        continue
    for part in ("AAEC", "AwQ="):
        print(json.dumps({"answer": asked["ask"], "name": name, "data": part, "size": [2, 3],
                          "at": [1, asked["moments"][name], 0], "vehicles": []}))
        print(json.dumps({"beat": 2}))
    print(json.dumps({"answer": 99, "end": True}))
    print(json.dumps({"answer": asked["ask"], "end": True}))
"""


async def _asked(name: str, deadline_s: float = 5.0) -> list[Picture]:
    """Ask a child; it is gone afterwards."""
    parent = _Parent()
    up = asyncio.Event()
    child = ChildProcess(
        argv=(sys.executable, "-u", "-c", f"import json, os, sys, time\n{ANSWERS}"),
        config={},
        log=structlog.get_logger("child"),
        alive=up.set,
        limits=ChildLimits(memory_mb=200, start_s=10, beat_s=30, term_s=0.3),
    )
    with pytest.raises(DeviceError, match="not running"):
        await child.ask(Wanted({}))
    task = asyncio.create_task(child.run(parent.readings.append), name="child")
    try:
        async with asyncio.timeout(DEADLINE_S):
            await up.wait()
        async with asyncio.timeout(deadline_s):
            return await child.ask(Wanted({name: 77}))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_child_answers_in_pieces_between_its_other_lines() -> None:
    (picture,) = await _asked("at")
    assert picture == Picture("at", bytes(range(5)), Stamp(1, 77, 0), (2, 3))


async def test_who_asks_a_child_that_dies_is_told() -> None:
    with pytest.raises(DeviceError, match="ended before"):
        await _asked("die")


async def test_an_answer_that_is_none_is_told() -> None:
    with pytest.raises(DeviceError) as caught:
        await _asked("bad")
    assert caught.value.cause is Cause.PROTOCOL


async def test_who_asks_a_child_that_does_not_answer_waits_no_longer_than_he_wants() -> None:
    with pytest.raises(TimeoutError):
        await _asked("mute", 0.2)
