"""Aspects of a controller's phases over time: a row a phase, a band an aspect.

The aspect stands as a letter in each band, so that nobody needs to tell red from green.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from markupsafe import Markup

from edge_agent.web.drawing.axis import times
from edge_agent.web.drawing.svg import drawing, element, label

WIDTH = 720
_ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 38, 40, 8, 6, 26
_LEGIBLE = 14.0
"""Width from which a letter fits into a band."""


def strip(
    events: Sequence[dict[str, Any]],
    from_ms: int,
    to_ms: int,
    zone: tzinfo,
    word: Callable[..., str],
    known_ms: int | None = None,
) -> Markup:
    """The picture of one controller's changes, in the order in which they came.

    ``known_ms``: since when nobody knows what is shown, where the controller is down.
    """
    until_ms = to_ms if known_ms is None else min(known_ms, to_ms)
    phases = sorted({phase for event in events for phase in event["ph"]}, key=_number)
    height = _TOP + _ROW * len(phases) + _BOTTOM
    scale = (WIDTH - _LEFT - _RIGHT) / (to_ms - from_ms)

    def x(t: int) -> float:
        return _LEFT + (min(max(t, from_ms), to_ms) - from_ms) * scale

    def parts() -> Iterator[Markup]:
        for moment, text in times(from_ms, to_ms, zone, 4):
            yield element(
                "line", x1=x(moment), x2=x(moment), y1=_TOP, y2=height - _BOTTOM, class_="grid"
            )
            yield label(text, x(moment), height - 7, "middle")
        for row, phase in enumerate(phases):
            top = float(_TOP + row * _ROW)
            yield label(phase, _LEFT - 8, top + _ROW * 0.65, "end", "phase")
            for begin, end, aspect in _bands(events, phase, from_ms, until_ms):
                left, wide = x(begin), x(end) - x(begin)
                said = f"{word('aspect-' + aspect)} {(end - begin) / 1000:.0f} s"
                yield element(
                    "rect", element("title", said), x=left, y=top + 2, width=wide,
                    height=_ROW - 5, class_=f"aspect-{aspect}",
                )  # fmt: skip
                if wide >= _LEGIBLE:
                    letter = word(f"aspect-{aspect}-letter")
                    kind = "letter on-yellow" if "y" in aspect else "letter"
                    yield label(letter, left + wide / 2, top + _ROW * 0.65, "middle", kind)

    return drawing(WIDTH, height, word("plot-signals", n=len(phases)), parts())


def _bands(
    events: Sequence[dict[str, Any]], phase: str, from_ms: int, to_ms: int
) -> Iterator[tuple[int, int, str]]:
    """Begin, end and aspect within the time shown; nothing where it is not known."""
    known = sorted((event for event in events if phase in event["ph"]), key=lambda each: each["t"])
    begin, aspect = 0, ""
    for event in known:
        # After a connection was away, what was shown before it came back is not known.
        if event["ph"][phase] == aspect and not event.get("first"):
            continue
        if aspect and event["t"] > from_ms and not event.get("first"):
            yield max(begin, from_ms), min(event["t"], to_ms), aspect
        begin, aspect = event["t"], str(event["ph"][phase])
    if aspect and begin < to_ms:
        yield max(begin, from_ms), to_ms, aspect


def _number(phase: str) -> tuple[int, str]:
    return (int(phase), "") if phase.isdecimal() else (1 << 30, phase)
