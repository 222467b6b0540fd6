"""A recording counted off-line, and the same recording over RTSP, agent, broker and centre."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from edge_agent.centre.sqlite_store import SqliteStore
from tests.bench.whole import process
from tests.brokers import Mosquitto, needs_mosquitto

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

RECORDED_S = 20
SITE = """
version = 1
[unit]
province = "p"
site = "s"
id = "u1"
[uplink]
broker = "mqtt://127.0.0.1:{broker}"
[metrics]
enabled = false
[device.cam]
kind = "camera"
url = "{camera}"
detector = "motion"
lines = {{ main = [0.5, 0.0, 0.5, 1.0] }}
[lane.road]
lines = [{{ device = "cam", line = "main", ab = "ab", ba = "ba" }}]
"""


def ready(camera: subprocess.Popen[str]) -> dict[str, Any]:
    assert camera.stdout is not None
    line: dict[str, Any] = json.loads(camera.stdout.readline())
    return line


def record(folder: Path) -> Path:
    """A recording of the simulated road, taken by FFmpeg as any user's recorder would."""
    clip = folder / "clip.mp4"
    # Thin traffic: vehicles that hide each other are counted by chance, on either way.
    thin = ("camera", "--seed", "11", "--flow", "300")
    with process("edge_agent.simulators", *thin, output=True) as camera:
        subprocess.run(
            [
                imageio_ffmpeg.get_ffmpeg_exe(),
                *("-loglevel", "error", "-rtsp_transport", "tcp", "-i", ready(camera)["url"]),
                *("-t", str(RECORDED_S), "-c", "copy", str(clip)),
            ],
            check=True,
            timeout=60,
        )
    return clip


def replayed(clip: Path) -> Counter[str]:
    argv = ["replay", "--video", str(clip), "--line", "320,0,320,360", "--json"]
    argv += ["--detector", "motion"]  # as the site has it
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", *argv], capture_output=True, text=True, check=True
    )
    (line,) = json.loads(done.stdout.splitlines()[-1])["lines"].values()
    return Counter(
        {
            way: sum(line["counts"][line[way]].values())
            for way in ("ab", "ba")
            if line["counts"][line[way]]
        }
    )


def stored(db: Path) -> Counter[str]:
    store = SqliteStore(db, read_only=True)
    try:
        return Counter(json.loads(event.body)["dir"] for event in store.events(stream="passage"))
    finally:
        store.close()


@needs_mosquitto
def test_same_counts_off_line_and_at_the_centre(tmp_path: Path) -> None:
    clip = record(tmp_path)
    expected = replayed(clip)
    assert expected.total() >= 3
    db = tmp_path / "centre.db"
    play = ("edge_agent.simulators", "camera", "--file", str(clip), "--once")
    with Mosquitto() as broker, process(*play, output=True) as camera:
        url = f"mqtt://127.0.0.1:{broker.port}"
        site = tmp_path / "site.toml"
        site.write_text(
            SITE.format(broker=broker.port, camera=ready(camera)["url"]), encoding="utf-8"
        )
        centre = ("edge_agent.centre", "run", "--broker", url, "--db", str(db), "--json")
        agent = ("edge_agent", "run", "--config", str(site), "--state-dir", str(tmp_path / "s"))
        with process(*centre):
            with process(*agent):
                time.sleep(RECORDED_S + 6)
            time.sleep(1)
    got = stored(db)
    assert abs(got["ab"] - expected["ab"]) <= 1
    assert abs(got["ba"] - expected["ba"]) <= 1
