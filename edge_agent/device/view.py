"""How to look through a device that makes pictures, beside its driver; and what one look tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A stream of pictures. Points are shares of the picture, 0 to 1.

    Attributes:
        url: Without user and password.
        password: Revealed; keep it out of logs and process lists.
        lines: Ends of the counting lines: x1, y1, x2, y2.
        ground: Points of the road: x, y in the picture, X, Y on the road in metres.
        plates: Whether plates are read in it.
    """

    url: str
    username: str = ""
    password: str = ""
    transport: str = "tcp"
    lines: tuple[tuple[float, float, float, float], ...] = ()
    ground: tuple[tuple[float, float, float, float], ...] = ()
    plates: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """What a stream's picture is like.

    Attributes:
        frames: Decoded of those asked for.
        fps: As they came.
        sharp: Variance of the Laplacian of the grey picture at 640 pixels width.
        light: Mean of the grey values.
        clipped: Share of pixels that are white or black, per mille.
        plate_px: Width at which a motorbike's plate (190 mm) appears on the counting line.
        shift: Share of the picture's width by which it moved since it was remembered.
        trouble: Why there is no picture.
    """

    frames: int = 0
    asked: int = 0
    fps: float | None = None
    size: tuple[int, int] | None = None
    sharp: float | None = None
    light: float | None = None
    clipped: int | None = None
    plate_px: int | None = None
    shift: float | None = None
    remembered: bool = False
    trouble: str = ""
