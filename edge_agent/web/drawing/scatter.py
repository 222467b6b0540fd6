"""Speeds of single vehicles over time: a dot each, its class by shape and colour."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from markupsafe import Markup

from edge_agent.web.drawing.axis import round_up, times
from edge_agent.web.drawing.svg import drawing, element, label

WIDTH, HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 12, 28


@dataclass(frozen=True, slots=True)
class Dot:
    """One vehicle: UTC ms, km/h, class."""

    t: int
    kmh: float
    kind: str


def scatter(dots: Sequence[Dot], zone: tzinfo, word: Callable[..., str]) -> Markup:
    """The picture of at least one."""
    begin, end = min(dot.t for dot in dots), max(dot.t for dot in dots)
    end = max(end, begin + 10_000)
    top, step = round_up(max(dot.kmh for dot in dots))

    def x(t: int) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (t - begin) / (end - begin)

    def y(kmh: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * kmh / top

    def parts() -> Iterator[Markup]:
        for index in range(round(top / step) + 1):
            at = y(index * step)
            yield element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=at, y2=at, class_="grid")
            yield label(f"{index * step:.0f}", _LEFT - 6, at + 4, "end")
        for moment, text in times(begin, end, zone):
            yield label(text, x(moment), HEIGHT - 8, "middle")
        for dot in dots:
            said = f"{word('class-' + dot.kind)} {dot.kmh:.1f} km/h"
            yield element(
                "g", _mark(dot.kind, x(dot.t), y(dot.kmh), element("title", said)), class_="dot"
            )

    mean = sum(dot.kmh for dot in dots) / len(dots)
    return drawing(WIDTH, HEIGHT, word("plot-speeds", n=len(dots), mean=f"{mean:.0f}"), parts())


def _mark(kind: str, x: float, y: float, title: Markup) -> Markup:
    """Round for two wheels, square for cars and vans, pointed for what is heavy."""
    colour = f"class-{kind}"
    if kind in ("motorbike", "bicycle"):
        return element("circle", title, cx=x, cy=y, r=4, class_=colour)
    if kind in ("truck", "light_truck", "tractor_trailer", "bus"):
        points = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y + 4:.1f} {x - 5:.1f},{y + 4:.1f}"
        return element("polygon", title, points=points, class_=colour)
    return element("rect", title, x=x - 4, y=y - 4, width=8, height=8, class_=colour)
