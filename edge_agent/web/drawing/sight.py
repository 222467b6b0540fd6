"""What is drawn on a camera's picture: its site's lines and zones, and the vehicles found in it.

Drawn by the browser and not into the picture, so that words stay sharp on any screen and are read
out by a screen reader.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import hypot
from typing import Any

from markupsafe import Markup

from edge_agent.web.drawing.svg import element

_ARROW = 22.0
_TAG = 17.0
"""Height of a line of words, in pixels of a picture 640 wide."""
_ROWS = 4
_RIGHT = 0.7
_NEAR = 34.0
"""Width from which more than its number is said of a vehicle: far ones stand close together."""

Point = tuple[float, float]


def sight(head: Mapping[str, Any], title: str, word: Callable[..., str]) -> Markup:
    """Laid over the picture.

    Args:
        head: As ``vision.live`` tells it.
        title: What a screen reader says of it.
        word: Of the visitor's language.
    """
    width, height = (int(side) for side in head["size"])

    def parts() -> Iterator[Markup]:
        for kind in ("zones", "stretches"):
            for name, points in head.get(kind, {}).items():
                yield from _area(kind, str(name), _spots(points, width, height))
        for row, (name, (x1, y1, x2, y2)) in enumerate(head.get("lines", {}).items()):
            a, b = _spots([(x1, y1), (x2, y2)], width, height)
            yield from _line(a, b)
            # Lines of neighbouring lanes lie end to end: their names go below each other.
            x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + _TAG * (1 + row % _ROWS)
            yield element("text", str(name), x=x, y=min(y, height - 4), class_="counting name")
        for vehicle in sorted(head.get("vehicles", []), key=lambda one: one["box"][3]):
            yield _vehicle(vehicle, width, word)

    return element(
        "svg",
        element("title", title),
        *parts(),
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_="sight",
    )


def _spots(points: Sequence[Sequence[float]], width: int, height: int) -> list[Point]:
    return [(float(x) * width, float(y) * height) for x, y in points]


def _area(kind: str, name: str, spots: list[Point]) -> Iterator[Markup]:
    yield element("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in spots), class_=kind)
    x, y = min(spots, key=lambda spot: spot[0] + spot[1])
    yield element("text", name, x=x + 4, y=y + _TAG, class_=kind)


def _line(a: Point, b: Point) -> Iterator[Markup]:
    """With an arrow that shows which way is "ab": to the right of who goes from a to b."""
    (x1, y1), (x2, y2) = a, b
    yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="under")
    yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="counting")
    far = hypot(x2 - x1, y2 - y1) or 1.0
    along, aside = ((x2 - x1) / far, (y2 - y1) / far), (-(y2 - y1) / far, (x2 - x1) / far)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    tip = x + _ARROW * aside[0], y + _ARROW * aside[1]
    wings = [
        (
            tip[0] - 7 * aside[0] + sign * 5 * along[0],
            tip[1] - 7 * aside[1] + sign * 5 * along[1],
        )
        for sign in (-1, 1)
    ]
    path = (
        f"M{x:.1f} {y:.1f}L{tip[0]:.1f} {tip[1]:.1f}"
        f"M{wings[0][0]:.1f} {wings[0][1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}"
        f"L{wings[1][0]:.1f} {wings[1][1]:.1f}"
    )
    yield element("path", d=path, class_="under")
    yield element("path", d=path, class_="counting")


def _vehicle(vehicle: Mapping[str, Any], width: int, word: Callable[..., str]) -> Markup:
    x1, y1, x2, y2 = (float(side) for side in vehicle["box"])
    kind = str(vehicle.get("cls", "unknown"))
    speed = vehicle.get("spd")
    said = [f"#{vehicle['id']}"]
    near = x2 - x1 >= _NEAR
    if near and kind != "unknown":
        said.append(word(f"class-{kind}"))
    if near and speed is not None:
        said.append(f"{speed / 10:.0f} km/h")
    if vehicle.get("plate"):
        said.append(str(vehicle["plate"]))
    # Near the right edge words go to the left, or they would be cut.
    right = x1 > _RIGHT * width
    place = {"x": x2, "text_anchor": "end"} if right else {"x": max(2.0, x1)}
    return element(
        "g",
        element("rect", x=x1, y=y1, width=max(1.0, x2 - x1), height=max(1.0, y2 - y1), rx=3),
        element("text", " ".join(said), y=max(_TAG, y1 - 5), **place),
        class_=f"seen edge-{kind}{'' if near else ' far'}",
    )
