"""A stream of pictures through OpenCV's FFmpeg or V4L2: open, grab, take luma or colour.

Luma comes straight from the decoder (CAP_PROP_CONVERT_RGB = 0) and is all that motion detection
needs. OpenCV hands out no chroma planes, so colour costs a conversion of the frames that are taken:
a 720p frame 2.1 ms of CPU with luma made of it, against 0.6 ms for luma alone. A stream that
changes its size goes on in the size it began with. A USB camera always gives colour.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import cv2
from cv2.typing import MatLike

from edge_agent.errors import Cause, DeviceError
from edge_agent.vision.native import NativeLog

Transport = Literal["tcp", "udp"]

_STATUS = re.compile(r"failed: (\d{3})\b")
"""An answer of the RTSP server, as FFmpeg reports it: ``method DESCRIBE failed: 401 …``."""

_ANSWERS = {
    401: "user name or password refused (401)",
    403: "forbidden (403)",
    404: "no such stream (404): check the path of the URL",
    453: "the camera has not enough bandwidth for one more client (453)",
    461: "transport refused (461): try the other transport",
    503: "the camera has too many clients (503)",
}

_WORDS: tuple[tuple[str, Cause, str], ...] = (
    ("connection refused", Cause.REFUSED, "connection refused: wrong port, or the camera starts"),
    ("no route to host", Cause.GONE, "no route to the camera"),
    ("network is unreachable", Cause.GONE, "the camera's network is unreachable"),
    ("failed to resolve", Cause.GONE, "the camera's host name cannot be resolved"),
    ("timed out", Cause.TIMEOUT, "no answer in time"),
    ("immediate exit requested", Cause.TIMEOUT, "no answer in time"),
    ("moov atom not found", Cause.PARSE, "not a video, or cut short"),
    ("invalid data found", Cause.PARSE, "not a video, or damaged"),
    ("connection reset", Cause.GONE, "the camera reset the connection"),
    ("end of file", Cause.GONE, "the camera closed the connection"),
)


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What the decoder knows of an open stream; zero and empty where it does not tell."""

    width: int
    height: int
    fps: float
    codec: str
    frames: int


class Source:
    """An open stream.

    Args:
        url: ``rtsp://``, ``file:///``, or ``v4l2:///dev/…``, without user and password.
        username: For RTSP; any character is allowed, as in ``password``.
        transport: How RTP travels.
        open_s: Deadline for opening.
        read_s: Deadline for one frame.
        colour: Take frames in colour instead of luma alone.

    Attributes:
        live: Whether it comes in its own time; a file comes as fast as it is read.
        decoded: Frames so far.
        facts: What is known of it.

    Raises:
        DeviceError: It could not be opened, with cause and words.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: str = "",
        transport: Transport = "tcp",
        open_s: float = 6.0,
        read_s: float = 4.0,
        colour: bool = False,
    ) -> None:
        parts = urlsplit(url)
        self._colour = colour
        self._timed = True
        self._path = Path(unquote(parts.path))
        self.live = parts.scheme != "file"
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            round(open_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            round(read_s * 1000),
        ]
        decode = [cv2.CAP_PROP_CONVERT_RGB, int(colour), cv2.CAP_PROP_N_THREADS, 1]
        with NativeLog() as log:
            match parts.scheme:
                case "rtsp" | "rtsps":
                    _set_options(
                        f"rtsp_transport;{transport}|max_delay;300000|analyzeduration;300000|fpsprobesize;0"
                    )
                    target = _with_user(url, username, password)
                    self._capture = cv2.VideoCapture(target, cv2.CAP_FFMPEG, limits + decode)
                case "file":
                    self._look_at_file()
                    _set_options("")
                    self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, decode)
                case "v4l2":
                    if not self._path.exists():
                        raise DeviceError(Cause.GONE, f"{self._path} does not exist: unplugged?")
                    self._timed = False
                    self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_V4L2)
                case _:
                    raise DeviceError(Cause.PROTOCOL, f"unknown kind of source {parts.scheme!r}")
            opened = self._capture.isOpened() and self._capture.grab()
        if not opened:
            self._capture.release()
            raise _why(log.text(), parts.scheme, self._path)
        self.decoded = 0
        get = self._capture.get
        fourcc = int(get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        self.facts = StreamFacts(
            int(get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(get(cv2.CAP_PROP_FRAME_HEIGHT)),
            max(0.0, float(get(cv2.CAP_PROP_FPS))),
            fourcc.to_bytes(4, "little").decode("ascii", "replace").strip("\0 ").lower(),
            max(0, int(get(cv2.CAP_PROP_FRAME_COUNT))),
        )

    def grab(self) -> bool:
        """Decode the next frame without touching its pixels; False when the stream is over."""
        if self.decoded and not self._capture.grab():
            return False
        self.decoded += 1  # the first was decoded to see whether the stream lives
        return True

    def pts(self) -> float | None:
        """Presentation time of the frame just grabbed, seconds; None when the stream has none."""
        milliseconds = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        return milliseconds / 1000 if self._timed and milliseconds >= 0 else None

    def take(self) -> MatLike | None:
        """The frame just grabbed, luma or, as asked, blue green red; None when it cannot be had."""
        ok, picture = self._capture.retrieve()
        if not ok or picture is None:
            return None
        if picture.ndim == 3 and picture.shape[2] == 1:  # noqa: PLR2004 - a plane with a channel
            picture = picture[:, :, 0]
        if picture.ndim == 2:  # noqa: PLR2004 - a plane
            plane = picture[: int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))]
            return cv2.cvtColor(plane, cv2.COLOR_GRAY2BGR) if self._colour else plane
        if self._colour:
            return picture
        return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)

    def close(self) -> None:
        self._capture.release()

    def _look_at_file(self) -> None:
        try:
            size = self._path.stat().st_size
        except OSError as error:
            raise DeviceError(Cause.GONE, f"{self._path}: {error.strerror}") from error
        if not self._path.is_file():
            raise DeviceError(Cause.PROTOCOL, f"{self._path}: not a file")
        if size == 0:
            raise DeviceError(Cause.PARSE, f"{self._path}: empty, zero bytes")
        if not os.access(self._path, os.R_OK):
            raise DeviceError(Cause.REFUSED, f"{self._path}: may not be read")


def _set_options(text: str) -> None:
    """OpenCV reads FFmpeg's options from the environment, at each opening."""
    if text:
        os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = text
    else:
        os.environ.pop("OPENCV_FFMPEG_CAPTURE_OPTIONS", None)


def _with_user(url: str, username: str, password: str) -> str:
    if not username:
        return url
    parts = urlsplit(url)
    user = f"{quote(username, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))


def _why(log: str, scheme: str, path: Path) -> DeviceError:
    """Cause and words from what FFmpeg said; its own words stay here, they may name the user."""
    if scheme == "v4l2":
        return DeviceError(Cause.GONE, f"{path}: no picture from it, or another program has it")
    status = _STATUS.search(log)
    if status is not None and scheme != "file":
        code = int(status.group(1))
        return DeviceError(Cause.REFUSED, _ANSWERS.get(code, f"refused by the camera ({code})"))
    said = log.lower()
    for words, cause, detail in _WORDS:
        if words in said:
            return DeviceError(cause, detail if scheme != "file" else f"{path}: {detail}")
    if scheme == "file":
        return DeviceError(Cause.PARSE, f"{path}: not a video, or damaged")
    return DeviceError(Cause.TIMEOUT, "no picture in time")
