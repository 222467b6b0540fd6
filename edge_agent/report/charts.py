"""The charts: columns by class, lines, strips of states, a heat map, bars in a table.

Colours: Okabe and Ito's for classes, one scale from light to dark for levels, so that both are told
apart by people who see colours differently, and on grey paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.numbers import Numbers
from edge_agent.report.period import DAY_MS, HOUR_MS, Period
from edge_agent.report.plot import WIDTH, Plot, ceiling, path

_ROW, _BAR = 30.0, 18.0
_NAMES = 150.0
_SPARK_WIDTH, _SPARK_HEIGHT = 150.0, 26.0
_CELL_HEIGHT = 17.0
_PARTLY = 8.0


@dataclass(frozen=True, slots=True)
class Series:
    """Values bin by bin under one name; None is not measured. ``look`` is a class of the sheet."""

    name: str
    look: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a strip, UTC ms; ``look`` None is hatched."""

    from_ms: int
    to_ms: int
    look: str | None
    words: str


def columns(
    period: Period, numbers: Numbers, title: str, series: Sequence[Series], whole: Sequence[bool]
) -> Markup:
    """Stacked columns, a bin each; hatched above where they are not ``whole``."""
    stacks = [[each.values[place] for each in series] for place in range(len(series[0].values))]
    sums = [sum(value or 0 for value in stack) for stack in stacks]
    plot = Plot(period, ceiling(sums, 10), 270)
    parts: list[Markup] = []
    for place, stack in enumerate(stacks):
        x, width = plot.column(place)
        below = 0.0
        for each, value in zip(series, stack, strict=True):
            if value:
                top = plot.y(below + value)
                height = plot.y(below) - top
                parts.append(_rect(x + 0.4, top, max(0.5, width - 0.8), height, each.look))
                below += value
    seen = [any(value is not None for value in stack) for stack in stacks]
    partly = [full or not some for full, some in zip(whole, seen, strict=True)]
    return plot.draw(
        title,
        plot.gaps(seen),
        plot.gaps(partly, _PARTLY),
        plot.grid(numbers),
        plot.times(numbers),
        join(*parts),
    )


def lines(
    period: Period,
    numbers: Numbers,
    title: str,
    series: Sequence[Series],
    *,
    least: float = 1.0,
    height: float = 220,
    width: float = WIDTH,
) -> Markup:
    """Lines that break where nothing was measured; a lone point is a dot."""
    told = [value for each in series for value in each.values if value is not None]
    plot = Plot(period, ceiling(told, least), height, width)
    parts: list[Markup] = []
    for each in series:
        points: list[tuple[float, float] | None] = []
        for place, value in enumerate(each.values):
            x, wide = plot.column(place)
            points.append(None if value is None else (x + wide / 2, plot.y(value)))
        parts.append(tag("path", d=path(points), class_=f"line {each.look}"))
        parts += [
            tag("circle", cx=point[0], cy=point[1], r=2, class_=f"dot {each.look}")
            for place, point in enumerate(points)
            if point is not None and _is_alone(points, place)
        ]
    seen = [
        any(each.values[place] is not None for each in series)
        for place in range(len(series[0].values))
    ]
    return plot.draw(title, plot.gaps(seen), plot.grid(numbers), plot.times(numbers), join(*parts))


def strips(
    period: Period, numbers: Numbers, title: str, rows: Sequence[tuple[str, Sequence[Piece]]]
) -> Markup:
    """One bar over time a row, coloured by state."""
    plot = Plot(period, 1, len(rows) * _ROW + 40, left=_NAMES)
    parts: list[Markup] = []
    for place, (name, pieces) in enumerate(rows):
        y = 10 + place * _ROW + (_ROW - _BAR) / 2
        parts.append(tag("text", name, x=_NAMES - 10, y=y + 13, text_anchor="end", class_="name"))
        for piece in pieces:
            x = plot.x(piece.from_ms)
            width = max(0.6, plot.x(piece.to_ms) - x)
            parts.append(
                tag(
                    "rect",
                    tag("title", piece.words),
                    x=x,
                    y=y,
                    width=width,
                    height=_BAR,
                    class_=piece.look,
                    fill=None if piece.look else "url(#hatch)",
                )
            )
    return plot.draw(title, plot.times(numbers), join(*parts))


def heat(
    period: Period, numbers: Numbers, title: str, hours: dict[tuple[int, int], float]
) -> Markup:
    """Days down, hours across; the fuller the darker.

    Args:
        period: For its days.
        numbers: Writes them.
        title: For those who do not see it.
        hours: Flow by local midnight (UTC ms) and hour of the day.
    """
    days = sorted({midnight for midnight, _ in hours})
    most = max(hours.values(), default=0.0) or 1.0
    wide = (WIDTH - 100) / 24
    parts: list[Markup] = []
    for row, midnight in enumerate(days):
        y = row * _CELL_HEIGHT
        name = numbers.day(period.local(midnight), week=True)
        parts.append(tag("text", name, x=90, y=y + 12.5, text_anchor="end"))
        for hour in range(24):
            value = hours.get((midnight, hour))
            parts.append(
                tag(
                    "rect",
                    tag("title", f"{name} {hour:02d}:00  {numbers.count(value)}"),
                    x=100 + hour * wide,
                    y=y,
                    width=wide - 1.5,
                    height=_CELL_HEIGHT - 1.5,
                    class_=None if value is None else "heat",
                    fill="url(#hatch)" if value is None else None,
                    fill_opacity=None if value is None else f"{0.04 + 0.96 * value / most:.2f}",
                )
            )
    y = len(days) * _CELL_HEIGHT + 14
    parts += [tag("text", f"{hour:02d}:00", x=100 + hour * wide, y=y) for hour in range(0, 24, 3)]
    box = f"0 0 {WIDTH:g} {y + 6:g}"
    return tag("svg", tag("title", title), *parts, viewBox=box, role="img", class_="plot")


def spark(values: Sequence[float | None], most: float) -> Markup:
    """A small area in a table's cell, all cells with the same scale."""
    wide = _SPARK_WIDTH / max(1, len(values))
    parts = [
        _rect(
            place * wide,
            _SPARK_HEIGHT * (1 - (value or 0) / most),
            wide,
            _SPARK_HEIGHT * (value or 0) / most,
            "spark",
        )
        if value is not None
        else tag("rect", x=place * wide, y=0, width=wide, height=_SPARK_HEIGHT, fill="url(#hatch)")
        for place, value in enumerate(values)
    ]
    box = f"0 0 {_SPARK_WIDTH:g} {_SPARK_HEIGHT:g}"
    return tag("svg", *parts, viewBox=box, class_="small", aria_hidden="true")


def bar(share: float, look: str) -> Markup:
    """A bar in a table's cell, ``share`` of its width."""
    return tag(
        "svg",
        _rect(0, 0, 100 * share, 10, look),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def legend(entries: Sequence[tuple[str | None, str]]) -> Markup:
    """Look and name of what is drawn; a look of None is hatched."""
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag(
                    "svg",
                    _rect(0, 0, 14, 14, look)
                    if look
                    else tag("rect", width=14, height=14, fill="url(#hatch)", class_="framed"),
                    viewBox="0 0 14 14",
                    aria_hidden="true",
                ),
                name,
            )
            for look, name in entries
        ),
        class_="legend",
    )


def by_hour(period: Period, flows: Sequence[float | None]) -> dict[tuple[int, int], float]:
    """Hourly flows by local midnight and hour, where bins are hours or finer."""
    sums: dict[tuple[int, int], list[float]] = {}
    for place, flow in enumerate(flows):
        if flow is None:
            continue
        local = period.local(period.span(place)[0])
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        sums.setdefault((round(midnight.timestamp() * 1000), local.hour), []).append(flow)
    return {key: sum(values) / len(values) for key, values in sums.items()}


def wants_heat(period: Period) -> bool:
    """Whether days by hours say more than one long axis: several days, in bins of hours."""
    return period.to_ms - period.from_ms > 2 * DAY_MS and period.step_ms <= HOUR_MS


def _is_alone(points: Sequence[object | None], place: int) -> bool:
    before = points[place - 1] if place else None
    after = points[place + 1] if place + 1 < len(points) else None
    return before is None and after is None


def _rect(x: float, y: float, width: float, height: float, look: str) -> Markup:
    return tag("rect", x=x, y=y, width=width, height=height, class_=look)
