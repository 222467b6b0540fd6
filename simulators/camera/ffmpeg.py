"""The ffmpeg program as a neighbour: a process of its own, so its licence stays its own."""

import asyncio
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import imageio_ffmpeg

from edge_agent.simulators.camera.h264 import AccessUnit, FlvReader, Parameters

_CHUNK = 65536
_VIDEO = re.compile(rb"Video: (?P<codec>\w+).*? (?P<width>\d{2,5})x(?P<height>\d{2,5})")
_OUT = ("-an", "-flvflags", "no_duration_filesize", "-flush_packets", "1", "-f", "flv", "pipe:1")


def program() -> str:
    """Path of the ffmpeg that imageio-ffmpeg brings."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def encode_options(fps: float, bitrate_k: int, profile: str = "high") -> list[str]:
    """x264 for a live camera: no reordering, a key picture a second, one thread."""
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-profile:v", profile),
        *("-pix_fmt", "yuv420p", "-g", str(max(1, round(fps))), "-bf", "0", "-threads", "1"),
        *("-x264-params", "sliced-threads=0:scenecut=0", "-b:v", f"{bitrate_k}k"),
    ]


async def is_h264(path: Path) -> bool:
    """Whether the file's first video is H.264 already; raises ValueError when it has none."""
    return (await _video(path)).group("codec") == b"h264"


async def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of the file's first video; raises ValueError when it has none."""
    video = await _video(path)
    return int(video.group("width")), int(video.group("height"))


async def _video(path: Path) -> re.Match[bytes]:
    process = await asyncio.create_subprocess_exec(
        program(), "-hide_banner", "-i", str(path), stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    _, said = await process.communicate()
    found = _VIDEO.search(said)
    if found is None:
        raise ValueError(f"{path}: no video")
    return found


class Stream:
    """One run of ffmpeg that writes FLV; iterate over ``units``."""

    def __init__(self, arguments: list[str], *, takes_pictures: bool = False) -> None:
        self._arguments = arguments
        self._takes_pictures = takes_pictures
        self._process: Process | None = None

    @staticmethod
    async def of_file(path: Path) -> "Stream":
        """A file's own pictures where it is H.264, else encoded again."""
        codec = ["-c:v", "copy"] if await is_h264(path) else encode_options(25, 2000)
        return Stream(["-i", str(path), "-map", "0:v:0", *codec])

    @staticmethod
    def of_pictures(width: int, height: int, fps: float, bitrate_k: int, profile: str) -> "Stream":
        """Encodes BGR pictures given to ``write``."""
        raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", f"{fps:g}"]
        return Stream(
            [*raw, "-i", "pipe:0", *encode_options(fps, bitrate_k, profile)], takes_pictures=True
        )

    @staticmethod
    def of_black(width: int, height: int) -> "Stream":
        """One black picture."""
        colour = f"color=black:s={width}x{height}:r=1:d=1"
        return Stream(["-f", "lavfi", "-i", colour, "-frames:v", "1", *encode_options(1, 200)])

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            program(),
            *("-hide_banner", "-loglevel", "error", *self._arguments, *_OUT),
            stdin=PIPE if self._takes_pictures else DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=4 * _CHUNK,
        )

    async def write(self, picture: bytes) -> None:
        """One raw picture."""
        assert self._process is not None  # noqa: S101 - started before
        assert self._process.stdin is not None  # noqa: S101 - asked for with PIPE
        self._process.stdin.write(picture)
        await self._process.stdin.drain()

    async def units(self) -> AsyncIterator[Parameters | AccessUnit]:
        """Parameters once, then pictures until the end."""
        assert self._process is not None  # noqa: S101 - started before
        assert self._process.stdout is not None  # noqa: S101 - asked for with PIPE
        reader = FlvReader()
        while chunk := await self._process.stdout.read(_CHUNK):
            for item in reader.feed(chunk):
                yield item

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(ProcessLookupError):
            process.kill()
        if process.stdout is not None:
            while await process.stdout.read(_CHUNK):  # else the pipe's transport stays open
                pass
        await process.wait()
