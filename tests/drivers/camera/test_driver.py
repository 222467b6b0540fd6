"""The driver and its real child against a simulated camera that fails in every way it can."""

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import quote

import pytest

from edge_agent.device.child import resident_mb
from edge_agent.errors import Cause, DeviceError
from edge_agent.simulators.camera.auth import Gate
from edge_agent.simulators.camera.faults import Fault
from tests.drivers.camera.kit import (
    Heard,
    driven,
    driver,
    failure,
    family,
    secret_file,
    settings,
    until,
)
from tests.simulators.camera.kit import ODD_PASSWORD, ODD_USER, camera

LINE = {"main": (0.5, 0.0, 0.5, 1.0)}


def child() -> int:
    """The one child of this process that is the camera's."""
    [pid] = [
        pid
        for pid in family(os.getpid())
        if b"edge_agent.vision" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return pid


def visible(pid: int) -> tuple[bytes, bytes]:
    """What every user of the box may see of a process, and what its owner may."""
    place = Path(f"/proc/{pid}")
    return (place / "cmdline").read_bytes(), (place / "environ").read_bytes()


@pytest.mark.slow
async def test_crossings_of_the_road_are_told_with_their_time_and_direction() -> None:
    heard = Heard()
    async with camera(flow=500) as cam, driven(settings(cam.url, lines=LINE), heard):
        await until(lambda: len(heard.of("crossing")) >= 5, 30)
        await asyncio.sleep(1.0)
        rss = resident_mb(child())
    first = heard.of("inventory")[0].at.utc_ms + 1000
    truth = [one for one in cam.truth if first < one["t"] < heard.readings[-1].at.utc_ms - 500]
    met = [
        one
        for one in truth
        if any(
            abs(crossing.at.utc_ms - one["t"]) < 300 and crossing.direction == one["direction"]
            for crossing in heard.of("crossing")
        )
    ]
    assert len(met) >= 0.7 * len(truth)
    assert heard.beats > 3
    assert rss <= 220
    [inventory] = heard.of("inventory")
    told = {"size": "320x180", "codec": "h264", "fps": "10", "detector": "motion"}
    assert inventory.versions == told
    assert {(c.code, c.active) for c in heard.of("condition")} == {
        ("picture-black", False),
        ("model-refused", False),
        ("picture-frozen", False),
    }
    assert heard.degraded == []


async def test_an_odd_password_works_and_appears_nowhere(tmp_path: Path) -> None:
    heard = Heard()
    async with camera(Gate(ODD_USER, ODD_PASSWORD)) as cam:
        own = settings(cam.url, username=ODD_USER, password=secret_file(tmp_path, ODD_PASSWORD))
        async with driven(own, heard):
            await until(lambda: heard.beats > 1)
            argv, environment = visible(child())
        wrong = settings(cam.url, username=ODD_USER, password=secret_file(tmp_path, "wro/ng@"))
        async with driven(wrong, heard) as task:
            error = await failure(task)
    assert (error.cause, "401" in error.detail) == (Cause.REFUSED, True)
    everything = f"{argv!r}{environment!r}{heard}{heard.log.words}{error!r}"
    for secret in (ODD_PASSWORD, quote(ODD_PASSWORD, safe=""), "wro/ng@", "wro%2Fng%40"):
        assert secret not in everything


@pytest.mark.parametrize(
    ("url", "cause", "words"),
    [
        ("rtsp://127.0.0.1:1/live", Cause.REFUSED, "connection refused"),
        ("file:///nowhere/clip.mp4", Cause.GONE, "No such file"),
        ("file:///etc/hostname", Cause.PARSE, "not a video"),
        ("v4l2:///dev/v4l/by-id/none", Cause.GONE, "unplugged"),
    ],
)
async def test_what_cannot_be_opened_says_why(url: str, cause: Cause, words: str) -> None:
    heard = Heard()
    with pytest.raises(DeviceError, match=words) as caught:
        await driver(settings(url), heard).probe()
    assert caught.value.cause is cause


async def test_a_wrong_path_is_named() -> None:
    async with camera() as cam:
        with pytest.raises(DeviceError, match="404") as caught:
            await driver(settings(cam.url + "/x"), Heard()).probe()
    assert caught.value.cause is Cause.REFUSED


async def test_probe_tells_what_is_there_and_leaves() -> None:
    async with camera() as cam:
        found = await driver(settings(cam.url), Heard()).probe()
        assert found.versions["codec"] == "h264"
        await until(lambda: cam.server.watching == 0)


async def test_a_dropped_connection_ends_the_run_and_the_next_one_works() -> None:
    heard = Heard()
    async with camera() as cam:
        async with driven(settings(cam.url), heard) as task:
            await until(lambda: heard.beats > 1)
            cam.faults.begin(Fault.DROP)
            error = await failure(task)
            assert error.cause in {Cause.GONE, Cause.SILENT}
        cam.faults.end(Fault.DROP)
        before = heard.beats
        async with driven(settings(cam.url), heard):
            assert await until(lambda: heard.beats > before + 1) < 10


@pytest.mark.slow
async def test_a_stalled_stream_is_given_up_and_back_within_ten_seconds() -> None:
    heard = Heard()
    loop = asyncio.get_running_loop()
    async with camera() as cam:
        async with driven(settings(cam.url), heard) as task:
            await until(lambda: heard.beats > 1)
            cam.faults.begin(Fault.STALL)
            began = loop.time()
            error = await failure(task)
            assert error.cause is Cause.SILENT
        cam.faults.end(Fault.STALL)
        before = heard.beats
        async with driven(settings(cam.url), heard):
            await until(lambda: heard.beats > before + 1)
            assert loop.time() - began < 10


@pytest.mark.slow
async def test_a_child_stuck_in_native_code_is_killed() -> None:
    """SIGSTOP is the closest thing to a decoder that never returns."""
    heard = Heard()
    loop = asyncio.get_running_loop()
    async with camera() as cam:
        async with driven(settings(cam.url), heard) as task:
            await until(lambda: heard.beats > 1)
            pid = child()
            os.kill(pid, signal.SIGSTOP)
            began = loop.time()
            error = await failure(task)
        assert error.cause is Cause.SILENT
        assert pid not in family(os.getpid())
        before = heard.beats
        async with driven(settings(cam.url), heard):
            await until(lambda: heard.beats > before + 1)
            assert loop.time() - began < 10


async def test_damaged_bytes_are_survived() -> None:
    heard = Heard()
    async with camera() as cam, driven(settings(cam.url), heard) as task:
        await until(lambda: heard.beats > 1)
        cam.faults.begin(Fault.CORRUPT)
        await asyncio.sleep(2.0)
        cam.faults.end(Fault.CORRUPT)
        before = heard.beats
        await until(lambda: heard.beats > before + 2 or task.done())
        assert not task.done()


@pytest.mark.slow
async def test_a_frozen_picture_degrades_and_recovers() -> None:
    heard = Heard()
    zone = {"all": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))}
    own = settings("rtsp://127.0.0.1:1/x", zones=zone, zone_s=3.0)
    async with camera() as cam:
        own = own.model_copy(update={"url": cam.url})
        async with driven(own, heard):
            await until(lambda: heard.beats > 1)
            cam.faults.begin(Fault.FREEZE)
            assert await until(lambda: bool(heard.degraded), 30) < 30
            assert heard.degraded == [(Cause.SILENT, "the picture does not change")]
            known = len(heard.of("zone"))
            await until(lambda: len(heard.of("zone")) > known)
            assert heard.of("zone")[-1].vehicles is None
            cam.faults.end(Fault.FREEZE)
            assert await until(lambda: len(heard.degraded) > 1) < 10
    assert heard.degraded[-1] == (None, "")
    said = [(c.code, c.active) for c in heard.of("condition") if c.code == "picture-frozen"]
    assert said == [("picture-frozen", False), ("picture-frozen", True), ("picture-frozen", False)]
