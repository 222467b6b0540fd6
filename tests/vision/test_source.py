"""The decoder's border, with files that FFmpeg made."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from edge_agent.vision import quiet
from edge_agent.vision.frame import shrink
from edge_agent.vision.offline import frames
from edge_agent.vision.source import Source

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def clip(path: Path, size: str, *more: str) -> Path:
    """A second of a moving test picture."""
    made = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10:duration=1")
    subprocess.run([FFMPEG, "-v", "error", "-y", *made, *more, str(path)], check=True)
    return path


def shapes(path: Path, *, colour: bool) -> list[tuple[int, ...]]:
    quiet.set_up()
    source = Source(path.as_uri(), colour=colour)
    try:
        found = []
        while source.grab():
            picture = source.take()
            assert picture is not None
            found.append(picture.shape)
        return found
    finally:
        source.close()


@pytest.mark.parametrize("colour", [False, True])
def test_a_stream_that_changes_its_size_goes_on_in_its_first(tmp_path: Path, colour: bool) -> None:
    small = clip(tmp_path / "small.ts", "320x180", "-c:v", "mpeg2video")
    large = clip(tmp_path / "large.ts", "640x360", "-c:v", "mpeg2video")
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes() + small.read_bytes())
    found = shapes(both, colour=colour)
    assert len(found) >= 28  # a splice may cost a picture
    assert set(found) == {(180, 320, 3) if colour else (180, 320)}


@pytest.mark.parametrize(
    ("size", "more"),
    [
        ("320x180", ("-c:v", "mpeg4")),
        ("322x182", ("-c:v", "mjpeg", "-pix_fmt", "yuvj422p")),
        ("320x180", ("-c:v", "mjpeg", "-pix_fmt", "yuvj444p")),
        ("642x362", ("-c:v", "mpeg4")),
    ],
)
def test_luma_and_colour_are_of_the_same_picture(
    tmp_path: Path, size: str, more: tuple[str, ...]
) -> None:
    quiet.set_up()
    path = clip(tmp_path / "clip.avi", size, *more)
    pairs = zip(
        frames(Source(path.as_uri()), 10),
        frames(Source(path.as_uri(), colour=True), 10),
        strict=True,
    )
    for plain, coloured in pairs:
        assert plain.colour is None
        assert plain.whole is None
        assert coloured.colour is not None
        assert coloured.whole is not None
        assert plain.plane.shape == coloured.plane.shape == coloured.whole.shape[:2]
        assert plain.small.shape == coloured.small.shape == coloured.colour.shape[:2]
        assert max(coloured.small.shape) <= 640
        # Limited range in the one, full range in the other: alike, not the same.
        likeness = np.corrcoef(plain.small.ravel(), coloured.small.ravel())[0, 1]
        assert likeness > 0.98


def test_large_pictures_keep_their_proportions() -> None:
    assert shrink(np.zeros((1080, 1920, 3), np.uint8)).shape == (360, 640, 3)
    assert shrink(np.zeros((4000, 1000), np.uint8)).shape == (2560, 640)
