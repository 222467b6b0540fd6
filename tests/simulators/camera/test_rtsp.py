"""Our RTSP server against FFmpeg's client, and against what no client would send."""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from edge_agent.simulators.camera.auth import Gate, Scheme
from edge_agent.simulators.camera.faults import Fault, Faults, episode
from edge_agent.simulators.camera.feed import FileFeed, RoadView
from edge_agent.simulators.camera.ffmpeg import program
from tests.simulators.camera.kit import ODD_PASSWORD, ODD_USER, Camera, camera


async def watch(url: str, *options: str, frames: int = 8) -> tuple[int, str]:
    """FFmpeg as a client; the frames that it decoded and what it said."""
    process = await asyncio.create_subprocess_exec(
        program(),
        *("-hide_banner", "-loglevel", "warning", "-stats", "-fpsprobesize", "0"),
        *("-analyzeduration", "200000", *options, "-i", url),
        *("-frames:v", str(frames), "-f", "null", "-"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    _, said = await asyncio.wait_for(process.communicate(), 20)
    text = said.decode()
    counts = re.findall(r"frame=\s*(\d+)", text)
    return (int(counts[-1]) if counts else 0), text


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of H.264 with reordered pictures, as recorders write it."""
    path = tmp_path / "clip.mp4"
    subprocess.run(
        [
            *(program(), "-loglevel", "error", "-f", "lavfi"),
            *("-i", "testsrc2=size=160x96:rate=20:duration=2"),
            *("-c:v", "libx264", "-bf", "2", "-g", "40", "-pix_fmt", "yuv420p", str(path)),
        ],
        check=True,
        timeout=30,
    )
    return path


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("profile", ["high", "baseline"])
async def test_ffmpeg_plays_it(transport: str, profile: str) -> None:
    view = RoadView(width=320, height=180, fps=10.0, bitrate_k=400, profile=profile)
    async with camera(view=view) as cam:
        frames, said = await watch(cam.url, "-rtsp_transport", transport)
    assert frames == 8
    assert "error" not in said.lower()


@pytest.mark.parametrize("scheme", ["digest", "basic"])
async def test_odd_characters_in_the_password(scheme: Scheme) -> None:
    async with camera(Gate(ODD_USER, ODD_PASSWORD, scheme)) as cam:
        user = f"{quote(ODD_USER, safe='')}:{quote(ODD_PASSWORD, safe='')}@"
        frames, said = await watch(cam.url.replace("://", f"://{user}"))
        assert frames == 8, said
        frames, said = await watch(cam.url.replace("://", "://adm:wrong@"))
        assert frames == 0
        assert "401" in said


async def test_several_viewers_and_a_wrong_path() -> None:
    async with camera() as cam:
        results = await asyncio.gather(watch(cam.url), watch(cam.url), watch(cam.url + "x"))
        assert [frames for frames, _ in results] == [8, 8, 0]
        assert "404" in results[2][1]
    assert cam.server.sessions == 3


async def test_a_recording_keeps_its_timestamps_and_ends(clip: Path) -> None:
    async with camera(feed=FileFeed(clip, Faults(), loop=False)) as cam:
        frames, said = await watch(cam.url, frames=100)
        assert frames == 40, said
        frames, said = await watch(cam.url)
        assert "404" in said


async def test_a_loop_goes_on_over_its_seam(clip: Path) -> None:
    async with camera(feed=FileFeed(clip, Faults(), loop=True)) as cam:
        frames, said = await watch(cam.url, frames=55)
    assert frames == 55
    assert "non monotonically" not in said


async def test_a_frozen_recording_repeats_a_picture(clip: Path) -> None:
    feed = FileFeed(clip, Faults(), loop=True)
    async with camera(feed=feed) as cam:
        watcher = feed.watch()
        first = await asyncio.wait_for(watcher.queue.get(), 5)
        assert first is not None
        last = None
        cam.faults.begin(Fault.FREEZE)
        await asyncio.sleep(0.3)
        while not watcher.queue.empty():
            last = watcher.queue.get_nowait()
        assert last is not None
        assert last.nals == first.nals
        cam.faults.begin(Fault.BLACK)
        await asyncio.sleep(0.2)
        while not watcher.queue.empty():
            last = watcher.queue.get_nowait()
        assert last is not None
        assert last.nals != first.nals
        assert last.key


async def test_a_file_without_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(b"not a video at all")
    with pytest.raises(ValueError, match="no video"):
        await FileFeed(path, Faults(), loop=True).run()


async def talk(cam: Camera, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(cam.host, cam.port)
    writer.write(data)
    writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"PLAY rtsp://h/live RTSP/1.0\r\nCSeq: 7\r\n\r\n", b"454"),
        (b"SETUP rtsp://h/live/track1 RTSP/1.0\r\nTransport: RAW\r\n\r\n", b"461"),
        (b"RECORD rtsp://h/live RTSP/1.0\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"501"),
        (b"$\x01\x00\x04rtcpOPTIONS * RTSP/1.0\r\n\r\n", b"200"),
    ],
)
async def test_answers_to_the_unusual(request_: bytes, code: bytes) -> None:
    async with camera() as cam:
        answer = await talk(cam, request_)
    assert answer.startswith(b"RTSP/1.0 " + code)


async def test_garbage_ends_its_own_connection_only() -> None:
    async with camera() as cam:
        for garbage in (b"", b"\xff" * 100_000, b"$\xff\xff\xff", b"A B\r\nC"):
            await talk(cam, garbage)
        frames, _ = await watch(cam.url)
    assert frames == 8


async def test_refusing_ends_running_sessions_too() -> None:
    async with camera() as cam:
        task = asyncio.create_task(watch(cam.url, frames=1000))
        async with asyncio.timeout(10):
            while not cam.server.watching:  # noqa: ASYNC110 - a counter of its own, no event
                await asyncio.sleep(0.05)
        cam.faults.begin(Fault.REFUSE)
        frames, _ = await task
        assert frames < 1000
        _, said = await watch(cam.url)
        assert "401" in said


def test_faults_by_word() -> None:
    what = episode("freeze@10+5")
    assert (what.fault, what.start_s, what.seconds) == (Fault.FREEZE, 10.0, 5.0)
    for wrong in ("freeze", "melt@1+1", "freeze@1", "freeze@a+b"):
        with pytest.raises(ValueError, match=r"NAME@|float"):
            episode(wrong)


def test_the_command_tells_its_url_and_writes_the_truth(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "edge_agent.simulators.cli", "camera", "--size", "160x96"),
            *("--fps", "5", "--flow", "3000", "--truth", str(truth), "--seed", "3"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            ready = json.loads(process.stdout.readline())
            assert ready["url"].startswith("rtsp://127.0.0.1:")
            deadline = time.monotonic() + 20
            while not (truth.exists() and truth.read_text()) and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            process.terminate()
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    line = json.loads(truth.read_text().splitlines()[0])
    assert line["what"] == "crossing"
    assert line["direction"] in {"ab", "ba"}
    assert abs(line["t"] - time.time() * 1000) < 30_000
