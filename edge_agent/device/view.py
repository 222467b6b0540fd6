"""How to look through a device that makes pictures, beside what its driver does with them."""

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
