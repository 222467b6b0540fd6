"""Events in, page out: the one call of this room."""

from collections.abc import Iterable

from edge_agent.contract.envelope import Event
from edge_agent.report.desk import Desk
from edge_agent.report.numbers import Numbers
from edge_agent.report.on_verdicts import Picture
from edge_agent.report.page import About, page
from edge_agent.report.period import Period
from edge_agent.report.records import Unit
from edge_agent.report.source import Doubts
from edge_agent.report.words import Language, Words


def gather(events: Iterable[Event], period: Period) -> list[Unit]:
    """Events by unit, in the order of their names; states from before are no unit's only word."""
    units: dict[str, Unit] = {}
    for event in events:
        if event.u not in units:
            units[event.u] = Unit(event.u, period)
        units[event.u].take(event)
    found = [units[name] for name in sorted(units) if units[name].clock.sources]
    for unit in found:
        unit.finish()
    return found


def write(
    units: list[Unit],
    period: Period,
    language: Language,
    about: About,
    doubts: Doubts,
    picture: Picture,
) -> str:
    """The page as HTML."""
    words = Words(language)
    return page(Desk(words, Numbers(words), period), units, about, doubts, picture)
