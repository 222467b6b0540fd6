"""The ``[device.<id>]`` table of a camera, and what can be wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field

from edge_agent.device.driver import DeviceSettings
from edge_agent.secret import SecretRef

Point = tuple[float, float]

_FORMS = "rtsp://host[:port]/path, v4l2:///dev/v4l/by-id/…, file:///path"
_RENUMBERED = re.compile(r"^/dev/video\d+$")
_CORNERS = 3
_MARKS = (4, 8)
_FLAT = 0.001
"""Area of a triangle to the square of its longest side, from which it is as good as a line."""


def _url(text: str) -> str:
    if "@" in text.partition("?")[0]:
        # The text is not repeated: it holds the password.
        raise ValueError("no user or password in the URL: set username and password = 'file:…'")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"not a URL; allowed: {_FORMS}") from None
    match parts.scheme:
        case "rtsp" | "rtsps":
            if not parts.hostname or port == 0:
                raise ValueError("rtsp:// needs a host, and a port above 0 if it names one")
        case "v4l2":
            if _RENUMBERED.match(parts.path):
                raise ValueError(
                    f"{parts.path} may be another camera after a reboot: use its name in"
                    " /dev/v4l/by-id or /dev/v4l/by-path"
                )
            _absolute(parts.netloc, parts.path)
        case "file":
            _absolute(parts.netloc, parts.path)
        case _:
            raise ValueError(f"unknown kind of URL; allowed: {_FORMS}")
    return text


def _absolute(host: str, path: str) -> None:
    if host or not path.startswith("/"):
        raise ValueError("needs three slashes and an absolute path, for example file:///srv/a.mp4")


class CameraSettings(DeviceSettings):
    """A camera and what to count in its picture."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        description=f"Where the pictures come from: {_FORMS}; without user and password."
    )
    username: str = Field(default="", description="User of the RTSP stream; any characters.")
    password: SecretRef | None = Field(
        default=None, description="Where its password lies; any characters."
    )
    transport: Literal["tcp", "udp"] = Field(
        default="tcp", description="How RTP travels; tcp passes every firewall and loses nothing."
    )
    analyse_fps: float = Field(
        default=10.0,
        gt=0,
        le=60,
        description="Frames analysed a second; all are decoded, the newest is analysed.",
    )
    delay_ms: int = Field(
        default=0,
        ge=0,
        le=5000,
        description="How old a picture is when it comes, at its quickest: exposure, encoding and"
        " the way here, usually 100 to 400 ms. Where a picture is held against a signal, a tag or"
        " a scale, this much is taken off its time.",
    )
    picture: tuple[int, int] | None = Field(
        default=None,
        description="Width and height in which lines and zones are given, in pixels;"
        " without it they are shares of the picture, 0 to 1.",
    )
    anchor: Literal["centre", "foot"] = Field(
        default="centre",
        description="Point of a vehicle's box that crosses: its centre, or the middle of its"
        " lower edge (better when the camera looks along the road).",
    )
    lines: dict[str, tuple[float, float, float, float]] = Field(
        default_factory=dict,
        description="Counting lines by name: x1, y1, x2, y2. Walking from the first point to the"
        " second, 'ab' is from your left to your right.",
    )
    zones: dict[str, tuple[Point, ...]] = Field(
        default_factory=dict, description="Zones by name: the corners of a polygon."
    )
    zone_s: float = Field(
        default=10.0, ge=1, le=3600, description="Seconds between two readings of a zone."
    )
    stretches: dict[str, tuple[Point, ...]] = Field(
        default_factory=dict,
        description="Stretches of road where nothing should stand or lie, away from queues: the"
        " corners of a polygon by name; the name of a lane makes it that lane's.",
    )
    against: dict[str, Literal["ab", "ba"]] = Field(
        default_factory=dict,
        description="Lines, and the direction over each that nobody may drive.",
    )
    stopped_s: float = Field(
        default=20.0, ge=2, le=3600, description="Seconds for which a vehicle must stand there."
    )
    object_s: float = Field(
        default=40.0, ge=10, le=3600, description="Seconds for which a thing must lie there."
    )
    ground: tuple[tuple[float, float, float, float], ...] = Field(
        default=(),
        description="Four to eight points of the road for speeds: x and y in the picture, X and Y"
        " on the road in metres from any corner; far apart, no three on one line.",
    )
    detector: Literal["net", "net-small", "motion"] = Field(
        default="net",
        description="What finds vehicles: the network, its smaller sister for weak boards, or"
        " anything that moves, without classes.",
    )
    models: str | None = Field(
        default=None,
        description="Folder with a manifest.toml of networks of your own; those that it leaves out,"
        " or whose files are not as it says, are taken from this software.",
    )
    providers: tuple[str, ...] | None = Field(
        default=None,
        description="Hardware to run the networks on, best first: cpu, cuda, openvino…; without it"
        " the best that is here.",
    )
    plates: bool = Field(default=False, description="Read number plates.")
    plate_publish: Literal["text", "none"] = Field(
        default="text",
        description="What of a plate leaves this device: its text, or nothing but the count of"
        " those read and unread.",
    )
    plate_min_px: int = Field(
        default=48, ge=24, le=1000, description="Plates narrower than this are not read, pixels."
    )

    def share(self, x: float, y: float) -> Point:
        """A point of the table as shares of the picture."""
        width, height = self.picture or (1, 1)
        return x / width, y / height


def claims(settings: CameraSettings) -> frozenset[str]:
    """A USB camera has one user; an RTSP stream may be watched by several."""
    parts = urlsplit(settings.url)
    if parts.scheme != "v4l2":
        return frozenset()
    return frozenset({f"v4l2:{Path(unquote(parts.path)).resolve()}"})


def present(settings: CameraSettings) -> bool:
    """Whether the device node or file is there; only connecting can tell for RTSP."""
    parts = urlsplit(settings.url)
    return parts.scheme in {"rtsp", "rtsps"} or Path(unquote(parts.path)).exists()


def offers(settings: CameraSettings) -> Mapping[str, frozenset[str]]:
    """Lines and zones that lanes may refer to."""
    return {"line": frozenset(settings.lines), "zone": frozenset(settings.zones)}


def check(settings: CameraSettings) -> list[tuple[str, str]]:
    """Lines and zones that cannot count anything; a password that cannot be used."""
    return list(_complaints(settings))


def _complaints(settings: CameraSettings) -> Iterator[tuple[str, str]]:
    if settings.picture is not None and min(settings.picture) <= 0:
        yield "picture", "a picture has a width and a height above 0"
        return
    if settings.password is not None and not settings.username:
        yield "username", "a password without a user name"
    if settings.models is not None and not settings.models.startswith("/"):
        yield "models", f"{settings.models} is no absolute path"
    yield from _ground_complaints(settings)
    yield from _line_complaints(settings)
    yield from _zone_complaints(settings)


def _line_complaints(settings: CameraSettings) -> Iterator[tuple[str, str]]:
    for name, (x1, y1, x2, y2) in settings.lines.items():
        for x, y in ((x1, y1), (x2, y2)):
            yield from _outside(settings, f"lines.{name}", x, y)
        if (x1, y1) == (x2, y2):
            yield f"lines.{name}", "a line of no length: its two points are the same"


def _zone_complaints(settings: CameraSettings) -> Iterator[tuple[str, str]]:
    for key, areas in (("zones", settings.zones), ("stretches", settings.stretches)):
        for name, corners in areas.items():
            for x, y in corners:
                yield from _outside(settings, f"{key}.{name}", x, y)
            if len(corners) < _CORNERS:
                yield f"{key}.{name}", "a zone needs three corners or more"
            elif _area(corners) == 0:
                yield f"{key}.{name}", "a zone of no area: its corners lie on one line"
    for name in settings.against:
        if name not in settings.lines:
            yield f"against.{name}", "no such line"


def _ground_complaints(settings: CameraSettings) -> Iterator[tuple[str, str]]:
    marks = settings.ground
    if not marks:
        return
    if not _MARKS[0] <= len(marks) <= _MARKS[1]:
        yield "ground", f"{len(marks)} points; {_MARKS[0]} to {_MARKS[1]} are needed"
    for number, (x, y, *_) in enumerate(marks):
        yield from _outside(settings, f"ground.{number}", x, y)
    for three in combinations(marks, 3):
        if _flat(three):
            yield "ground", "three of its points lie on one line, in the picture or on the road"
            return


def _flat(marks: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether three points make no triangle worth the name, in the picture or on the road."""
    for corners in (
        tuple((x, y) for x, y, _, _ in marks),
        tuple((east, north) for _, _, east, north in marks),
    ):
        longest = max(dist(a, b) for a, b in combinations(corners, 2))
        if _area(corners) <= _FLAT * longest * longest:
            return True
    return False


def _outside(settings: CameraSettings, key: str, x: float, y: float) -> Iterator[tuple[str, str]]:
    across, down = settings.share(x, y)
    if 0 <= across <= 1 and 0 <= down <= 1:
        return
    if settings.picture is None:
        hint = "shares of the picture go from 0 to 1; for pixels set picture = [width, height]"
    else:
        hint = f"the picture is {settings.picture[0]} x {settings.picture[1]}"
    yield key, f"point {x:g}, {y:g} lies outside the picture: {hint}"


def _area(corners: tuple[Point, ...]) -> float:
    """Shoelace formula."""
    shifted = corners[1:] + corners[:1]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, shifted, strict=True))) / 2
