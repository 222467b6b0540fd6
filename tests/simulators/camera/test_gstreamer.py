"""GStreamer, somebody else's RTSP client, watches our camera; what it received is then decoded."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from edge_agent.simulators.plugin.process import Program
from tests.needs import find
from tests.simulators.camera.kit import ODD_PASSWORD, ODD_USER

_LAUNCH = find("gst-launch-1.0")
_PICTURES = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_LAUNCH is None, reason="GStreamer's client is not here: gst-launch-1.0"),
]


@pytest.fixture(scope="module")
def camera_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("camera")
    secret = folder / "password"
    secret.write_text(ODD_PASSWORD + "\n", encoding="utf-8")
    words = ["camera", "--size", "320x180", "--user", ODD_USER, "--password-file", str(secret)]
    camera = Program("camera", ["edge_agent.simulators", *words], folder, speaks=True)
    try:
        yield camera.url
    finally:
        camera.stop()


def watch(
    url: str, password: str, transport: str, kept: Path
) -> "subprocess.CompletedProcess[str]":
    """GStreamer keeps the first pictures of the stream as they came."""
    own = [f"location={url}", f"protocols={transport}", "latency=100"]
    user = [f"user-id={_quoted(ODD_USER)}", f"user-pw={_quoted(password)}"]
    stream = "video/x-h264,stream-format=byte-stream,alignment=au"
    kept_part = ["identity", f"eos-after={_PICTURES}", "!", "filesink", f"location={kept}"]
    pipeline = ["rtspsrc", *own, *user, "!", "rtph264depay", "!", stream, "!", *kept_part]
    return subprocess.run(
        [str(_LAUNCH), "-q", *pipeline], capture_output=True, text=True, timeout=20, check=False
    )


def _quoted(text: str) -> str:
    """As gst-launch's own language wants it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def sizes(video: Path) -> list[tuple[int, ...]]:
    capture = cv2.VideoCapture(str(video))
    found = []
    try:
        while (read := capture.read())[0]:
            found.append(read[1].shape)
    finally:
        capture.release()
    return found


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_gstreamer_watches_with_an_odd_password(
    camera_url: str, transport: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.h264"
    done = watch(camera_url, ODD_PASSWORD, transport, kept)
    assert done.returncode == 0, done.stderr
    shown = sizes(kept)
    # It joins in the middle of a group: a few pictures may lack what they refer to.
    assert _PICTURES // 2 <= len(shown) <= _PICTURES
    assert set(shown) == {(180, 320, 3)}


def test_gstreamer_with_a_wrong_password_is_refused(camera_url: str, tmp_path: Path) -> None:
    done = watch(camera_url, "wro/ng@", "tcp", tmp_path / "kept.h264")
    assert done.returncode != 0
    assert "Unauthorized" in done.stderr
