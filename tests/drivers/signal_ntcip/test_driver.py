"""The driver against the simulated controller: what is told, and what is not."""

import asyncio
import time

import pytest

from edge_agent.device.readings import (
    FigureReading,
    InventoryReading,
    SignalReading,
)
from edge_agent.errors import Cause, DeviceError
from tests.drivers.signal_ntcip.stand import build, free_udp_port, stand


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_cycle_is_told_change_by_change(version: str) -> None:
    async with stand() as rig:
        rig.start(version=version, walks=[1], overlaps=[1])
        await rig.until(lambda: rig.signals)
        assert rig.signals[0].first
        assert rig.signals[0].phases == {1: "g", 2: "r", 101: "g", 201: "g"}
        for seconds, shown in ((10, "y r"), (3, "r r"), (2, "r g"), (10, "r y"), (5, "g r")):
            rig.step(seconds)
            await rig.shows(shown)
        changes = [reading.changed for reading in rig.signals[1:]]
        assert changes == [(1, 101, 201), (1, 101), (2, 101), (2, 101), (1, 2, 101, 201)]
        assert not any(reading.first for reading in rig.signals[1:])
        assert rig.signals[-1].plan == 1
        assert rig.signals[-1].mode == "timebase"
        assert rig.server.agent.counts["set"] == 0


async def test_changes_lie_within_their_spread() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        for seconds in (10, 3, 2):
            told = rig.number(SignalReading)
            before_ns = time.monotonic_ns()
            rig.step(seconds)
            after_ns = time.monotonic_ns()
            await rig.more(SignalReading, told)
            at = rig.signals[-1].at
            assert at.spread_ms <= 80
            spread_ns = at.spread_ms * 1_000_000
            assert at.mono_ns - spread_ns <= after_ns
            assert before_ns <= at.mono_ns + spread_ns


async def test_probe_says_who_it_is_without_writing() -> None:
    async with stand() as rig:
        found = await build(rig.url, phases=[1, 2]).probe()
        assert isinstance(found, InventoryReading)
        assert (found.maker, found.model) == ("Roadside Simulators", "SIM-1202")
        assert found.versions["phase-groups"] == "2"
        assert set(rig.server.agent.counts) == {"get"}


async def test_a_group_that_is_not_there() -> None:
    async with stand() as rig:
        with pytest.raises(DeviceError, match="no phase group 3") as caught:
            await build(rig.url, phases=[17]).probe()
        assert caught.value.cause is Cause.PROTOCOL


async def test_nobody_listens() -> None:
    with pytest.raises(DeviceError) as caught:
        await build(f"udp://127.0.0.1:{free_udp_port()}").probe()
    assert caught.value.cause is Cause.REFUSED


async def test_wrong_community_looks_like_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTCIP_TEST_COMMUNITY", "wrong")
    async with stand() as rig:
        with pytest.raises(DeviceError, match="community") as caught:
            await build(rig.url, community="env:NTCIP_TEST_COMMUNITY").probe()
        assert caught.value.cause is Cause.TIMEOUT
        assert "wrong" not in caught.value.detail.split("community")[0]
        assert rig.server.agent.counts["wrong-community"] == 2


async def test_a_secret_that_is_not_there() -> None:
    with pytest.raises(DeviceError, match="community") as caught:
        await build("udp://127.0.0.1:9", community="env:NTCIP_TEST_NOT_SET").probe()
    assert caught.value.cause is Cause.REFUSED


async def test_silence_at_yellow_is_a_gap_and_no_invented_phase() -> None:
    async with stand() as rig:
        rig.start(gap_s=0.4, timeout_s=0.1, retries=9)
        await rig.until(lambda: rig.signals)
        rig.fault(fault="silence-at-yellow", value=4.9, times=1)
        rig.step(10)
        refused = rig.server.faults.applied.get
        await rig.until(lambda: refused("silence-at-yellow"))
        await asyncio.sleep(0.5)
        rig.step(5)
        await rig.shows("r g")
        assert [(r.first, r.changed) for r in rig.signals] == [(True, ()), (True, ())]


async def test_silence_for_good_is_a_time_out() -> None:
    async with stand() as rig:
        task = rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="silence")
        with pytest.raises(DeviceError) as caught:
            await asyncio.wait_for(task, 5)
        assert caught.value.cause is Cause.TIMEOUT


async def test_only_garbage_is_a_parse_fault() -> None:
    async with stand() as rig:
        task = rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="garbage")
        with pytest.raises(DeviceError) as caught:
            await asyncio.wait_for(task, 5)
        assert caught.value.cause is Cause.PARSE


@pytest.mark.parametrize(
    "fault", ["late", "duplicate", "wrong-id", "wrong-community", "truncated", "garbage-before"]
)
async def test_spoiled_replies_change_nothing_that_is_told(fault: str) -> None:
    async with stand() as rig:
        rig.start(timeout_s=0.05, retries=5)
        await rig.until(lambda: rig.signals)
        rig.fault(fault=fault, share=0.3)
        for seconds, shown in ((10, "y r"), (3, "r r"), (2, "r g"), (10, "r y"), (5, "g r")):
            await rig.looks(4)
            rig.step(seconds)
            await rig.shows(shown)
        told = [" ".join((r.phases[1], r.phases[2])) for r in rig.signals]
        assert told == ["g r", "y r", "r r", "r g", "r y", "g r"]
        assert rig.server.faults.applied[fault] > 0


async def test_torn_groups_invent_no_aspect() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="torn")
        start_ms = rig.now_ms
        for second, shown in ((10, "y r"), (13, "r r"), (15, "r g"), (25, "r y"), (30, "g r")):
            rig.now_ms = start_ms + 1000 * second  # the reds stay behind by one tick
            await rig.looks(2)
            rig.step(0.1)
            await rig.shows(shown)
        seen = {colour for reading in rig.signals for colour in reading.phases.values()}
        assert seen == {"r", "y", "g"}


async def test_dark_is_told_once_it_stays() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="dark")
        await rig.shows("d d")
        rig.fault(fault="dark", on=False)
        await rig.shows("g r")
        assert [r.first for r in rig.signals] == [True, False, False]


async def test_flash_is_a_mode_an_aspect_and_a_condition() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="flash", reason="mmu")
        await rig.until(lambda: rig.signals[-1].mode == "flash-mmu")
        for _ in range(20):  # lamps blink meanwhile
            rig.step(0.3)
            await rig.looks(1)
        await rig.until(lambda: rig.conditions.get("flash"))
        assert rig.shown() == "fy fy"
        assert len(rig.signals) == 2
        rig.fault(fault="flash", on=False)
        await rig.until(lambda: not rig.conditions["flash"])


async def test_conflict_is_told_as_such() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        rig.fault(fault="conflict", phase=2)
        await rig.shows("g x")


async def test_greens_against_each_other_are_a_condition() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: "conflicting-greens" in rig.conditions)
        assert not rig.conditions["conflicting-greens"]
        rig.fault(fault="forced-green", phase=2)
        await rig.until(lambda: rig.conditions["conflicting-greens"])
        assert rig.shown() == "g g"
        rig.fault(fault="forced-green", phase=2, on=False)
        await rig.until(lambda: not rig.conditions["conflicting-greens"])


async def test_alarms_begin_and_end() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: "low-battery" in rig.conditions)
        assert not any(rig.conditions.values())
        rig.fault(fault="alarm", where="unit2", bit=1)
        rig.fault(fault="alarm", where="short", bit=2)  # cycle zero: no alarm
        await rig.until(lambda: rig.conditions["low-battery"])
        rig.fault(fault="alarm", where="unit2", bit=1, on=False)
        await rig.until(lambda: not rig.conditions["low-battery"])
        assert not any(rig.conditions.values())


async def test_a_restart_of_the_controller_is_first_again() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.signals)
        rig.step(5)
        await rig.looks(3)
        rig.fault(fault="reboot")
        await rig.until(lambda: len(rig.signals) == 2)
        assert rig.signals[1].first
        assert rig.signals[1].changed == ()


async def test_detectors_count_by_period() -> None:
    async with stand() as rig:
        rig.start(detectors={"d1": 1})
        await rig.until(lambda: rig.counts)
        for _ in range(6):
            told = len(rig.counts)
            rig.step(5)
            await rig.counted(told)
        assert rig.counts[0] == (None, "unknown-before")
        true = [line for line in rig.truth if line["what"] == "detector"]
        ones = sum(line["detector"] == "d1" for line in true)
        assert sum(count or 0 for count, _ in rig.counts) == ones
        assert ones > 3


async def test_a_failed_detector_has_no_count() -> None:
    async with stand() as rig:
        rig.start(detectors={"d1": 1})
        await rig.until(lambda: rig.counts)
        rig.fault(fault="detector", detector=1, code=212)
        rig.step(5)
        await rig.until(lambda: rig.conditions.get("detector-d1"))
        assert rig.counts[-1] == (None, "open-loop")
        shares = [r for r in rig.readings if isinstance(r, FigureReading)]
        assert (shares[-1].value, shares[-1].why) == (None, "open-loop")


async def test_an_agent_with_small_replies_is_asked_group_by_group() -> None:
    async with stand() as rig:
        rig.fault(fault="too-big")
        rig.start(walks=[1], overlaps=[1], alarms=False)
        await rig.until(lambda: rig.signals)
        assert rig.signals[0].phases == {1: "g", 2: "r", 101: "g", 201: "g"}


async def test_the_controllers_clock_is_held_against_ours() -> None:
    async with stand() as rig:
        rig.start()
        await rig.until(lambda: rig.number(FigureReading))
        (figure,) = (r for r in rig.readings if isinstance(r, FigureReading))
        true_ms = rig.now_ms - figure.at.utc_ms
        assert figure.name == "clock-offset"
        assert figure.value is not None
        assert abs(figure.value - true_ms) <= 550
