"""A weighed vehicle from the side: a wheel an axle, its load above, distances below."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from edge_agent.web.drawing.svg import drawing, element, label

WIDTH, HEIGHT = 720, 134
_MARGIN, _ROAD, _WHEEL = 60, 86, 14
_UNKNOWN_CM = 300
"""Drawn between axles whose distance is not known; no number stands there."""


def axles(weighed: Mapping[str, Any], word: Callable[..., str]) -> Markup:
    """The picture of a passage's axles, driving to the left, in scale."""
    rows = weighed.get("ax", [])
    gaps = [row.get("sp") for row in rows[1:]]
    total = sum(gap or _UNKNOWN_CM for gap in gaps) or _UNKNOWN_CM
    scale = min((WIDTH - 2 * _MARGIN) / total, 1.1)
    places = [float(_MARGIN)] if rows else []
    for gap in gaps:
        places.append(places[-1] + (gap or _UNKNOWN_CM) * scale)

    def parts() -> Iterator[Markup]:
        end = places[-1] if rows else _MARGIN
        yield element("line", x1=0, x2=WIDTH, y1=_ROAD + _WHEEL, y2=_ROAD + _WHEEL, class_="road")
        yield element(
            "rect", x=_MARGIN - 22, y=_ROAD - 36, width=end - _MARGIN + 44, height=26, rx=4,
            class_="body",
        )  # fmt: skip
        for at, row in zip(places, rows, strict=True):
            sides = element("title", _sides(row, word))
            yield element("circle", sides, cx=at, cy=_ROAD, r=_WHEEL, class_="wheel")
            load = _load(row)
            text = "?" if load is None else f"{load / 1000:.1f} t"
            yield label(text, at, _ROAD - 44, "middle", "load")
        for left, right, gap in zip(places, places[1:], gaps, strict=False):
            if gap is not None and (right - left) > 2 * _WHEEL + 8:
                yield label(f"{gap / 100:.1f} m", (left + right) / 2, HEIGHT - 8, "middle")

    gross = weighed.get("gross")
    said = "?" if gross is None else f"{gross / 1000:.1f} t"
    return drawing(WIDTH, HEIGHT, word("plot-axles", n=len(rows), gross=said), parts())


def _load(row: Mapping[str, Any]) -> int | None:
    left, right = row.get("l"), row.get("r")
    return None if left is None or right is None else int(left) + int(right)


def _sides(row: Mapping[str, Any], word: Callable[..., str]) -> str:
    left, right = row.get("l"), row.get("r")
    return word(
        "axle-sides", left="?" if left is None else left, right="?" if right is None else right
    )
