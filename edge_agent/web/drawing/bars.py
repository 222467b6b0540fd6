"""Counts of a day as stacked bars, a colour each lane, with the mean speed as a line above."""

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from markupsafe import Markup

from edge_agent.web.drawing.axis import round_up, times
from edge_agent.web.drawing.svg import drawing, element, label

WIDTH, HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 12, 28
COLOURS = 8
"""Of lanes in the style sheet; then they come again."""


def bars(counted: Mapping[str, Any], zone: tzinfo, word: Callable[..., str]) -> Markup:
    """The picture of ``tally``'s answer with at least one lane.

    Steps of which nothing is known are hatched by their absence: no bar and no zero line.
    """
    lanes: Mapping[str, list[int | None]] = counted["lanes"]
    names = sorted(lanes)
    steps = max(len(each) for each in lanes.values())
    begin, step_ms = int(counted["from"]), int(counted["step"])
    totals = [sum(lanes[name][at] or 0 for name in names) for at in range(steps)]
    top, step = round_up(max(totals))
    wide = (WIDTH - _LEFT - _RIGHT) / steps

    def y(number: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * number / top

    def parts() -> Iterator[Markup]:
        for index in range(round(top / step) + 1):
            at = y(index * step)
            yield element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=at, y2=at, class_="grid")
            yield label(f"{index * step:,.0f}".replace(",", " "), _LEFT - 6, at + 4, "end")
        for moment, text in times(begin, begin + steps * step_ms, zone):
            yield label(text, _LEFT + (moment - begin) / step_ms * wide, HEIGHT - 8, "middle")
        for at in range(steps):
            known = [name for name in names if lanes[name][at] is not None]
            x = _LEFT + at * wide
            if known:
                yield element("line", x1=x, x2=x + wide, y1=y(0), y2=y(0), class_="measured")
            below = 0
            for name in known:
                number = lanes[name][at] or 0
                said = f"{name}: {number}"
                if number:
                    yield element(
                        "rect", element("title", said), x=x + wide * 0.08, width=wide * 0.84,
                        y=y(below + number), height=y(below) - y(below + number),
                        class_=f"lane-{names.index(name) % COLOURS}",
                    )  # fmt: skip
                below += number

    return drawing(WIDTH, HEIGHT, word("plot-counts", n=sum(totals), lanes=len(names)), parts())
