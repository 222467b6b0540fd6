"""What every section of a page works with, and the tables that they all have."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.report.markup import Markup, tag
from edge_agent.report.numbers import Numbers
from edge_agent.report.period import Period
from edge_agent.report.words import Words


@dataclass(frozen=True, slots=True)
class Desk:
    """Words, figures and the period of one page."""

    words: Words
    numbers: Numbers
    period: Period

    def moment(self, t_ms: int, *, seconds: bool = False) -> str:
        """A moment where the unit stands; the time alone where the day goes without saying."""
        at = self.period.local(t_ms)
        days = {self.period.local(edge).date() for edge in (self.period.from_ms, t_ms)}
        last = self.period.local(self.period.to_ms - 1).date()
        if days == {last}:
            return at.strftime("%H:%M:%S" if seconds else "%H:%M")
        return f"{self.numbers.day(at)} {at:%H:%M}" + (f":{at:%S}" if seconds else "")


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    left: int = 1,
    foot: Sequence[str] | None = None,
) -> Markup:
    """A table whose first ``left`` columns are words and the rest figures."""

    def row(cells: Sequence[str], cell: str) -> Markup:
        return tag(
            "tr",
            *(
                tag(cell, each, class_=None if place < left else "figure")
                for place, each in enumerate(cells)
            ),
        )

    return tag(
        "div",
        tag(
            "table",
            tag("thead", row(head, "th")),
            tag("tbody", *(row(cells, "td") for cells in rows)),
            tag("tfoot", row(foot, "td")) if foot else "",
        ),
        class_="wide",
    )


def figure(title: str, *inside: str, note: str = "") -> Markup:
    """A titled chart or table that no page break cuts."""
    caption = tag("figcaption", title, tag("span", note) if note else "")
    return tag("figure", caption, *inside)


def section(title: str, *inside: str, anew: bool = False) -> Markup:
    """A part of the page; ``anew`` begins on a sheet of its own when printed."""
    return tag("section", tag("h2", title), *inside, class_="anew" if anew else None)
