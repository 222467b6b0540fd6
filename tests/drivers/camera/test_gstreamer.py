"""The driver and its child against GStreamer's RTSP server, somebody else's, with a known road."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edge_agent.errors import Cause, DeviceError
from tests.drivers.camera.kit import Heard, driven, driver, failure, secret_file, settings, until
from tests.simulators.camera.kit import ODD_PASSWORD, ODD_USER

_PYTHON = "/usr/bin/python3"
"""Debian's own interpreter: its bindings to GStreamer are not for others."""
_SERVER = Path(__file__).with_name("gst_server.py")
_PASSING_S = 3.0
_LINE = {"main": (0.5, 0.0, 0.5, 1.0)}
_READY_S = 20.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _served() -> None:
    if not Path(_PYTHON).exists():
        pytest.skip("GStreamer's RTSP server is not here: Debian's python3")
    check = [_PYTHON, str(_SERVER), "--check"]
    if subprocess.run(check, capture_output=True, timeout=_READY_S, check=False).returncode != 0:
        pytest.skip(
            "GStreamer's RTSP server is not here: python3-gi, gir1.2-gst-rtsp-server-1.0,"
            " gstreamer1.0-plugins-good, gstreamer1.0-plugins-ugly"
        )


@asynccontextmanager
async def gstreamer(*options: str, told: str = "") -> AsyncIterator[tuple[str, int]]:
    """The server in a process of its own: its URL and process id."""
    process = await asyncio.create_subprocess_exec(
        _PYTHON, str(_SERVER), *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(told.encode())
        process.stdin.close()
        async with asyncio.timeout(_READY_S):
            line = await process.stdout.readline()
        assert line, "the server ended"
        yield line.decode().strip(), process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_size_figures_and_every_vehicle_are_told(transport: str) -> None:
    heard = Heard()
    async with (
        gstreamer() as (url, _),
        driven(settings(url, lines=_LINE, transport=transport), heard),
    ):
        await until(lambda: len(heard.of("crossing")) >= 2)
    [inventory] = heard.of("inventory")
    told = {"size": "480x272", "codec": "h264", "fps": "15", "detector": "motion"}
    assert inventory.versions == told
    first, second = heard.of("crossing")
    assert (first.direction, second.direction) == ("ba", "ba")
    assert abs((second.at.mono_ns - first.at.mono_ns) / 1e9 - _PASSING_S) < 0.5
    assert heard.degraded == []


async def test_a_killed_server_has_a_cause_and_comes_back() -> None:
    heard = Heard()
    async with gstreamer() as (url, pid):
        port = url.partition("127.0.0.1:")[2].partition("/")[0]
        async with driven(settings(url, lines=_LINE), heard) as task:
            await until(lambda: heard.beats > 1)
            os.kill(pid, signal.SIGKILL)
            assert (await failure(task)).cause in {Cause.GONE, Cause.SILENT}
    with pytest.raises(DeviceError, match="connection refused") as caught:
        await driver(settings(url), heard).probe()
    assert caught.value.cause is Cause.REFUSED
    async with gstreamer("--port", port) as (again, _), driven(settings(url, lines=_LINE), heard):
        assert again == url
        await until(lambda: bool(heard.of("crossing")))


async def test_its_digest_takes_an_odd_password_and_refuses_another(tmp_path: Path) -> None:
    async with gstreamer("--digest", told=f"{ODD_USER}\n{ODD_PASSWORD}\n") as (url, _):
        own = settings(url, username=ODD_USER, password=secret_file(tmp_path, ODD_PASSWORD))
        assert (await driver(own, Heard()).probe()).versions["size"] == "480x272"
        wrong = settings(url, username=ODD_USER, password=secret_file(tmp_path, "wro/ng@"))
        with pytest.raises(DeviceError, match="401") as caught:
            await driver(wrong, Heard()).probe()
    assert caught.value.cause is Cause.REFUSED
