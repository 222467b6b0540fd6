"""The driver and the simulated reader, byte for byte over TCP."""

import asyncio
import time
from collections import Counter

import pytest

from edge_agent.device.readings import FigureReading
from edge_agent.errors import Cause, DeviceError
from tests.drivers.etc_llrp.stand import Stand, build, stand, utc_ms


async def _ended(here: Stand) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        await asyncio.wait_for(here.tasks[-1], 8)
    return caught.value


async def test_each_pass_is_one_reading() -> None:
    async with stand(total=12) as here:
        here.start()
        await here.tags_told(11)
        await here.until(lambda: len(here.tags) == 12)
        truth = {
            (event["port"], event["epc"]): event["t"]
            for event in here.truth
            if event["what"] == "tag-in"
        }
        for tag in here.tags[1:]:  # the first may have been there before us
            came_ms = truth[tag.antenna, tag.epc]
            assert -5 <= tag.at.utc_ms - came_ms <= 60
            assert 1 < tag.reads <= 11
            assert 0 < tag.seen_ms <= 100
            assert tag.rssi is not None
            assert -70 < tag.rssi < -45
            assert 1 <= tag.at.spread_ms < 50
        assert len({tag.epc for tag in here.tags}) == 12


async def test_inventory_and_conversation() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        told = here.inventory
        assert (told.maker, told.model) == ("enterprise 32473", "920")
        assert told.serial == "0050C2FFFE00A1B2"
        assert told.versions == {"firmware": "1.4.2", "antennas": "2"}
        await here.until(lambda: here.reader.counts["asked-72"] >= 2)
        asked = {key: n for key, n in here.reader.counts.items() if key.startswith("asked-")}
        wanted = {1, 2, 3, 20, 21, 22, 24, 64, 72}
        assert set(asked) == {f"asked-{number}" for number in wanted}
        assert here.reader.keepalive_ms == 300


async def test_only_the_wanted_antennas() -> None:
    async with stand(ports=(1, 2, 3)) as here:
        here.start(antennas=[2])
        await here.tags_told(4)
        assert {tag.antenna for tag in here.tags} == {2}


async def test_a_tag_that_stays_is_told_again() -> None:
    async with stand(total=1, stay_ms=900) as here:
        here.start(max_ms=300)
        await here.tags_told(3)
        assert all(tag.seen_ms <= 300 for tag in here.tags)


@pytest.mark.parametrize("top", [1, 2])
async def test_version_is_agreed(top: int) -> None:
    async with stand(top=top) as here:
        here.start(version="1.1")
        await here.tags_told(2)
        assert here.reader.version == top


async def test_a_reader_without_utc() -> None:
    async with stand(uptime=True) as here:
        here.start()
        await here.tags_told(3)
        assert abs(here.tags[-1].at.utc_ms - utc_ms()) < 2000
        offset = next(r for r in here.readings if isinstance(r, FigureReading))
        assert (offset.value, offset.why) == (None, "reader-without-utc")


async def test_a_reader_whose_clock_is_wrong() -> None:
    async with stand() as here:
        here.fault("clock", value=-86_400)
        here.start()
        await here.tags_told(3)
        assert abs(here.tags[-1].at.utc_ms - utc_ms()) < 2000
        here.fault("clock", value=5000)
        told = len(here.tags)
        await here.tags_told(told + 10)
        assert all(abs(tag.at.utc_ms - utc_ms()) < 3000 for tag in here.tags)


async def test_another_client_is_named_as_the_reason() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        with pytest.raises(DeviceError, match="another client is connected") as caught:
            await build(here.url).run(lambda _reading: None)
        assert caught.value.cause is Cause.REFUSED
        await here.until(lambda: here.conditions.get("second-client"))
        told = len(here.tags)
        await here.tags_told(told + 3)  # the one that was first goes on


async def test_probe_disturbs_nothing() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        await here.stop()
        before = here.reader.rospecs[1]
        told = await build(here.url).probe()
        assert told.versions["firmware"] == "1.4.2"
        assert here.reader.rospecs[1] is before
        assert before.state == "active"


async def test_what_was_kept_while_we_were_away_is_not_lost() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(2)
        here.fault("drop")
        assert (await _ended(here)).cause is Cause.GONE
        here.tasks.clear()
        passed = len(here.passed())
        await here.until(lambda: len(here.passed()) >= passed + 5)
        here.start()
        seen = set(here.passed())
        await here.until(lambda: {tag.epc for tag in here.tags} >= seen)
        assert all(abs(tag.at.utc_ms - utc_ms()) < 5000 for tag in here.tags)
        assert max(Counter(tag.epc for tag in here.tags).values()) <= 2


async def test_reboot_and_back() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(2)
        here.fault("reboot", value=0.2)
        assert (await _ended(here)).cause is Cause.GONE
        with pytest.raises(DeviceError, match="refused"):
            await build(here.url).run(lambda _reading: None)
        here.tasks.clear()
        deadline = time.monotonic() + 5
        told = len(here.tags)
        while len(here.tags) == told and time.monotonic() < deadline:
            here.start()
            await asyncio.wait(here.tasks, timeout=0.7)
        assert len(here.tags) > told


async def test_antennas_and_other_conditions() -> None:
    async with stand() as here:
        here.fault("antenna", antenna=2)
        here.start()
        await here.until(lambda: here.conditions.get("antenna-2"))
        assert here.conditions["antenna-1"] is False
        # An earlier run may have left it raised.
        await here.until(lambda: here.conditions.get("reader-exception") is False)
        here.fault("antenna", antenna=2, on=False)
        await here.until(lambda: here.conditions["antenna-2"] is False)
        here.fault("exception", text="Übertemperatur")
        here.fault("overflow")
        here.fault("warning", value=91)
        await here.until(lambda: here.conditions["reader-exception"])
        await here.until(lambda: here.conditions["reads-lost"])
        await here.until(lambda: here.conditions["report-buffer"])


async def test_a_rospec_that_ends_is_started_again() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        here.fault("end-rospec")
        told = len(here.tags)
        await here.tags_told(told + 4)
        assert here.reader.counts["asked-22"] == 2


async def test_silence_is_noticed() -> None:
    async with stand(total=1) as here:
        here.start()
        await here.tags_told(1)
        here.fault("no-keepalive")
        error = await _ended(here)
        assert error.cause is Cause.TIMEOUT
        assert "no sign of life" in error.detail


async def test_no_answer() -> None:
    async with stand() as here:
        here.fault("silence")
        here.start()
        assert (await _ended(here)).cause is Cause.TIMEOUT


async def test_a_refused_request_says_which() -> None:
    async with stand() as here:
        here.fault("refuse", times=1000)
        here.start()
        error = await _ended(here)
        assert error.cause is Cause.PROTOCOL
        assert "GET_READER_CAPABILITIES: device error (401)" in error.detail


async def test_orderly_close() -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        here.fault("closing")
        assert (await _ended(here)).cause is Cause.GONE


@pytest.mark.parametrize("fault", ["garbage", "half", "damage"])
async def test_damaged_streams_end_the_session_or_lose_one_report(fault: str) -> None:
    async with stand() as here:
        here.start()
        await here.tags_told(1)
        here.fault(fault, times=30)
        done, _ = await asyncio.wait(here.tasks, timeout=2)
        for task in done:
            with pytest.raises(DeviceError) as caught:
                await task
            assert caught.value.cause in (Cause.PARSE, Cause.GONE)
        here.tasks.clear()
        here.port.switch({"clear": True})
        if fault != "damage":
            assert {tag.epc for tag in here.tags} <= here.passed()


async def test_duplicate_reports_make_no_second_pass() -> None:
    async with stand(total=10, stay_ms=400) as here:
        here.fault("duplicate")
        here.start()
        await here.until(lambda: len({tag.epc for tag in here.tags}) == 10)
        await asyncio.sleep(0.2)
        assert len(here.tags) == 10
