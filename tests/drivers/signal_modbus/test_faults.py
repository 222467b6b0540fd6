"""What can go wrong on the wire: never a wrong value, always the right cause, back by itself."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.device.endpoint import parse
from edge_agent.drivers.signal_modbus import KIND
from edge_agent.drivers.signal_modbus.map import path_of
from edge_agent.errors import Cause
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.server import PtyPort
from tests.drivers.signal_modbus.stand import Heard, Stand, driving, failure, settings

STEADY = {1: "g", 2: "r", 3: "r", 4: "r", 5: "g", 6: "r"}

WIRE_FAULTS = [
    ("exception", Cause.REFUSED, Cause.REFUSED),
    ("silence", Cause.TIMEOUT, Cause.TIMEOUT),
    ("wrong-id", Cause.PROTOCOL, Cause.PROTOCOL),
    ("wrong-function", Cause.PROTOCOL, Cause.CHECKSUM),
    ("wrong-length", Cause.PROTOCOL, Cause.CHECKSUM),
    ("half-frame", Cause.TIMEOUT, Cause.CHECKSUM),
    ("garbage", None, Cause.CHECKSUM),
]
"""Name, cause over TCP (None: whatever the garbage looks like), cause on a serial line."""


def _only_the_truth(heard: Heard) -> None:
    assert all(reading.phases == STEADY for reading in heard.signals())
    assert all(reading.plan == 1 and reading.mode == "auto" for reading in heard.signals())
    assert not any(heard.conditions().values())
    assert all(reading.count in (None, 0) for reading in heard.detectors())


@pytest.mark.parametrize(
    ("fault", "on_tcp", "on_pty"), WIRE_FAULTS, ids=[f[0] for f in WIRE_FAULTS]
)
@pytest.mark.parametrize("wire", ["tcp", "pty"])
async def test_a_lasting_fault_ends_the_run_with_its_cause(
    wire: str, fault: str, on_tcp: Cause | None, on_pty: Cause
) -> None:
    async with Stand().on(wire) as stand, driving(stand.url, timeout_s=0.1) as (heard, task):
        await heard.polls()
        stand.switch(fault=fault)
        error = await failure(task)
    expected = on_tcp if wire == "tcp" else on_pty
    if expected is not None:
        assert error.cause is expected, error.detail
    assert stand.faults.applied[fault] >= 1
    _only_the_truth(heard)


@pytest.mark.parametrize("fault", [f[0] for f in WIRE_FAULTS] + ["noise-before", "delay"])
@pytest.mark.parametrize("wire", ["tcp", "pty"])
async def test_a_passing_fault_is_survived_within_the_run(wire: str, fault: str) -> None:
    async with Stand().on(wire) as stand, driving(stand.url, timeout_s=0.1) as (heard, task):
        for _ in range(3):
            await heard.polls()
            stand.switch(fault=fault, times=1, value=0.02 if fault == "delay" else 0)
        await heard.polls(4)
        if wire == "tcp" and fault == "noise-before":
            return  # a TCP stream that lost its frames may well end the connection
        assert not task.done()
        assert stand.faults.applied[fault] == 3
    _only_the_truth(heard)


@pytest.mark.slow
@pytest.mark.parametrize("wire", ["tcp", "pty"])
async def test_a_flaky_line_never_yields_a_wrong_value(wire: str) -> None:
    """Every fault at once, a third of all answers spoiled, the state moving underneath."""
    async with Stand().on(wire) as stand:
        # No flashing: on stepped time a flash looks like the aspect before it for too long.
        stand.controller.plan = replace(four_arms(), clear_s=0.0)
        lawful = set()
        for tenth in range(round(stand.controller.plan.cycle_s * 10)):
            shown = stand.controller.plan.at(tenth / 10)
            lawful.add(tuple(sorted(shown.items())))
        for fault, *_ in WIRE_FAULTS:
            stand.switch(fault=fault, share=0.03, value=0)
        stand.switch(fault="noise-before", share=0.05)
        seen = 0
        for _ in range(12):
            async with driving(stand.url, timeout_s=0.05) as (heard, task):
                for _ in range(40):
                    stand.time.step(0.7)
                    await asyncio.sleep(0.01)
                    if task.done():
                        break
            for reading in heard.signals():
                seen += 1
                shown = {phase: str(colour) for phase, colour in reading.phases.items()}
                assert tuple(sorted(shown.items())) in lawful
                assert reading.plan == 1
            assert not any(heard.conditions().values())
    assert seen > 10
    assert sum(stand.faults.applied.values()) > 20


async def test_a_late_reply_on_a_serial_line_is_never_taken_for_the_next() -> None:
    """Answers come after the deadline, again and again, while the state changes."""
    async with Stand().on("pty") as stand, driving(stand.url, timeout_s=0.06) as (heard, task):
        await heard.polls()
        heard.readings.clear()
        for number in range(6):
            stand.switch(fault="delay", value=0.075, times=1)
            await asyncio.sleep(0.1)
            stand.switch(fault="conflict", phase=3, on=number % 2 == 0)
            await asyncio.sleep(0.15)
            if task.done():
                break
            expected = "x" if number % 2 == 0 else "r"
            await heard.polls(2)
            assert heard.signals()[-1].phases[3] == expected
        assert stand.faults.applied["delay"] >= 4


async def test_an_unplugged_line_is_gone_and_found_again_by_its_name(tmp_path: Path) -> None:
    link = tmp_path / "bus"
    async with Stand().on("pty", link) as stand:
        async with driving(stand.url) as (heard, task):
            await heard.polls()
            await stand.port.close()
            error = await failure(task)
        assert error.cause is Cause.GONE
        assert not KIND.present(settings(stand.url))
        assert isinstance(stand.port, PtyPort)
        url = await stand.port.open(link)
        assert url == stand.url
        assert KIND.present(settings(stand.url))
        async with driving(stand.url) as (heard, _):
            await heard.polls()
        _only_the_truth(heard)


async def test_a_lasting_bad_checksum_is_told_as_one() -> None:
    async with Stand().on("pty") as stand, driving(stand.url) as (heard, task):
        await heard.polls()
        stand.switch(fault="bad-crc", times=1)
        await heard.polls()
        stand.switch(fault="bad-crc")
        assert (await failure(task)).cause is Cause.CHECKSUM
    _only_the_truth(heard)


async def test_a_cut_connection_is_gone() -> None:
    async with Stand().on("tcp") as stand, driving(stand.url) as (heard, task):
        await heard.polls()
        stand.switch(fault="disconnect", times=1)
        assert (await failure(task)).cause is Cause.GONE


async def test_figures_that_are_refused_leave_the_lamps_alone(tmp_path: Path) -> None:
    map_file = tmp_path / "beyond.toml"
    text = path_of("generic_v1").read_text(encoding="utf-8")
    map_file.write_text(text.replace("address = 8, scale", "address = 800, scale"))
    async with (
        Stand().on("tcp") as stand,
        driving(stand.url, figures_s=0.1, profile=str(map_file)) as (heard, task),
    ):
        await heard.until(lambda: len(heard.limping) > 2)
        assert {cause for cause, _ in heard.limping} == {Cause.REFUSED}
        assert "input 800" in heard.limping[0][1]
        assert not heard.figures()
        stand.switch(fault="conflict", phase=3)
        await heard.until(lambda: heard.conditions().get("lamp-conflict"))
        assert not task.done()


async def test_nothing_was_ever_written_and_no_writing_code_exists() -> None:
    async with Stand().on("tcp") as stand, driving(stand.url, figures_s=0.1) as (heard, _):
        await heard.until(heard.figures)
        await heard.polls(5)
        assert stand.port.writes == 0
    driver = (Path(__file__).parents[3] / "drivers" / "signal_modbus").glob("*.py")
    kit = (Path(__file__).parents[3] / "edge_agent" / "device").glob("modbus*.py")
    for file in (*driver, *kit):
        text = file.read_text()
        assert "write_" not in text, file
        assert "import pymodbus" not in text
        assert "from pymodbus" not in text


def test_the_endpoint_of_the_sample_is_sound() -> None:
    assert parse("tcp://192.0.2.10:502").key == "tcp:192.0.2.10:502"
