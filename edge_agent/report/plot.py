"""The frame of a chart over time: axes, grid, hatching where nothing was measured. SVG only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.numbers import Numbers
from edge_agent.report.period import Period

WIDTH = 1000.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 10.0, 10.0, 26.0
_LINES = 5
_LABEL = 76.0
"""Pixels that a label of the time axis needs."""

HATCH = tag(
    "svg",
    tag(
        "defs",
        tag(
            "pattern",
            tag("path", d="M0 6L6 0", class_="hatch"),
            id="hatch",
            width="6",
            height="6",
            patternUnits="userSpaceOnUse",
        ),
    ),
    width="0",
    height="0",
    aria_hidden="true",
    style="position:absolute",
)
"""Once a page: the pattern of what was not measured."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing whose x is the period and whose y begins at 0.

    Attributes:
        top: Largest value of the y axis.
        width: Of the drawing, its own pixels.
        height: Likewise.
    """

    period: Period
    top: float
    height: float
    width: float = WIDTH
    left: float = _LEFT
    bottom: float = _BOTTOM

    def x(self, t_ms: float) -> float:
        """Pixel of a moment."""
        share = (t_ms - self.period.from_ms) / (self.period.to_ms - self.period.from_ms)
        return self.left + share * (self.width - self.left - _RIGHT)

    def y(self, value: float) -> float:
        """Pixel of a value."""
        return self.base - value / self.top * (self.base - _TOP)

    @property
    def base(self) -> float:
        """Pixel of zero."""
        return self.height - self.bottom

    def column(self, place: int) -> tuple[float, float]:
        """Left edge and width of a bin."""
        begin, end = self.period.span(place)
        return self.x(begin), self.x(end) - self.x(begin)

    def draw(self, name: str, *parts: str) -> Markup:
        """The whole drawing; ``name`` is for those who do not see it."""
        return tag(
            "svg",
            tag("title", name),
            *parts,
            viewBox=f"0 0 {self.width:g} {self.height:g}",
            role="img",
            class_="plot",
        )

    def grid(self, numbers: Numbers) -> Markup:
        """Horizontal lines with their values."""
        step = nice(self.top / _LINES)
        digits = 0 if step >= 1 else 1
        values = [step * i for i in range(round(self.top / step) + 1)]
        return join(*(self._line(value, numbers.count(value, digits)) for value in values))

    def times(self, numbers: Numbers) -> Markup:
        """Labels of the time axis; midnights stand out."""
        midnights = self.period.midnights()
        most = int((self.width - self.left) / _LABEL)
        parts: list[Markup] = []
        for tick in self.period.ticks(most):
            x = self.x(tick.at_ms)
            local = self.period.local(tick.at_ms)
            # Of a single day the head of the page tells which it is.
            strong = len(midnights) > 1 and tick.at_ms in midnights
            text = numbers.day(local, week=True) if tick.day or strong else numbers.time(local)
            edge = self.width - _RIGHT - 2
            anchor = "end" if x > edge else "start" if x < self.left + 2 else "middle"
            parts += [
                tag("line", x1=x, x2=x, y1=_TOP, y2=self.base + 4, class_="tick"),
                tag("text", text, x=x, y=self.base + 18, text_anchor=anchor),
            ]
        return join(*parts)

    def gaps(self, seen: Sequence[bool], height: float | None = None) -> Markup:
        """Hatching over the bins in which nothing was measured, or over their upper edge."""
        spans = [self.column(place) for place, is_seen in enumerate(seen) if not is_seen]
        tall = self.base - _TOP if height is None else height
        return join(
            *(
                tag("rect", x=x, y=_TOP, width=width, height=tall, fill="url(#hatch)")
                for x, width in spans
            )
        )

    def _line(self, value: float, text: str) -> Markup:
        y = self.y(value)
        return join(
            tag(
                "line",
                x1=self.left,
                x2=self.width - _RIGHT,
                y1=y,
                y2=y,
                class_="grid" if value else "axis",
            ),
            tag("text", text, x=self.left - 8, y=y + 4, text_anchor="end"),
        )


def nice(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    size = 1.0
    while size > step:
        size /= 10
    while size * 10 <= step:
        size *= 10
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= step * 0.999)


def ceiling(values: Iterable[float], least: float = 1.0) -> float:
    """Where a y axis ends so that its lines are round."""
    largest = max([least, *values])
    step = nice(largest / _LINES)
    lines = 1
    while step * lines < largest * 0.999:
        lines += 1
    return step * lines


def path(points: Sequence[tuple[float, float] | None]) -> str:
    """A line that breaks where a point is missing."""
    words: list[str] = []
    pen_down = False
    for point in points:
        if point is not None:
            words.append(f"{'L' if pen_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        pen_down = point is not None
    return "".join(words)
