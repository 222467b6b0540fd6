"""The page: head, key figures, the sections of each unit, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent import __version__
from edge_agent.report import on_devices, on_traffic, on_verdicts
from edge_agent.report.desk import Desk, section, table
from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.numbers import ABSENT
from edge_agent.report.on_verdicts import Picture
from edge_agent.report.plot import HATCH
from edge_agent.report.records import Unit
from edge_agent.report.source import Doubts
from edge_agent.report.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load: nothing that is not in the page."""
_NOTES = ("flow", "sensor", "p85", "level", "grade", "privacy")


@dataclass(frozen=True, slots=True)
class About:
    """Of the page itself.

    Attributes:
        made_ms: UTC.
        source: Where the events came from, in words.
        names: Words for people, by unit.
    """

    made_ms: int
    source: str
    names: dict[str, str]


def page(desk: Desk, units: Sequence[Unit], about: About, doubts: Doubts, picture: Picture) -> str:
    """The whole document."""
    title = f"{desk.words('title')} · {', '.join(unit.name for unit in units)} · {_when(desk)}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(STYLE)),
    )
    body = tag(
        "body",
        HATCH,
        _head(desk, units, about),
        _overview(desk, units) if len(units) > 1 else "",
        *(_unit(desk, unit, about, picture, titled=len(units) > 1) for unit in units),
        _notes(desk, doubts),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=desk.words.language)}\n"


def _when(desk: Desk) -> str:
    period, numbers = desk.period, desk.numbers
    begin, end = period.local(period.from_ms), period.local(period.to_ms)
    if begin.hour == begin.minute == end.hour == end.minute == 0:
        last = period.local(period.to_ms - 1)
        days = dict.fromkeys((numbers.date(begin), numbers.date(last)))
        return " – ".join(days)
    if begin.date() == end.date():
        return f"{numbers.date(begin)}, {numbers.time(begin)}–{numbers.time(end)}"
    return f"{numbers.moment(begin)} {desk.words('to')} {numbers.moment(end)}"


def _head(desk: Desk, units: Sequence[Unit], about: About) -> Markup:
    words, period = desk.words, desk.period
    name = _name(units[0], about) if len(units) == 1 else words("units-n", n=f"{len(units)}")
    made = desk.numbers.moment(period.local(about.made_ms))
    fine = (
        f"{words('zone')} {period.zone.key} · {words('source')}: {about.source} · "
        f"{words('made')} {made} · edge-agent {__version__}"
    )
    return tag(
        "header",
        tag("h1", words("title")),
        tag("p", tag("strong", name), f" · {_when(desk)}", class_="when"),
        tag("p", fine, class_="fine"),
        tag("p", words("test-mode"), class_="test") if any(u.test for u in units) else "",
    )


def _name(unit: Unit, about: About) -> str:
    known = about.names.get(unit.name)
    return f"{known} ({unit.name})" if known else unit.name


def _overview(desk: Desk, units: Sequence[Unit]) -> Markup:
    words, numbers = desk.words, desk.numbers
    rows = [
        [
            unit.name,
            numbers.count(unit.traffic.total().vehicles),
            numbers.share(unit.traffic.measured()),
            numbers.count(len(unit.violations)),
            numbers.count(len(unit.incidents)),
        ]
        for unit in units
    ]
    foot = [
        words("total"),
        numbers.count(sum(unit.traffic.total().vehicles for unit in units)),
        "",
        numbers.count(sum(len(unit.violations) for unit in units)),
        numbers.count(sum(len(unit.incidents) for unit in units)),
    ]
    head = [words(n) for n in ("unit", "vehicles", "measured", "violations", "incidents")]
    return section(words("units"), table(head, rows, foot=foot))


def _unit(desk: Desk, unit: Unit, about: About, picture: Picture, *, titled: bool) -> Markup:
    return join(
        tag("h2", _name(unit, about), class_="unit") if titled else "",
        _keys(desk, unit),
        on_traffic.traffic(desk, unit),
        on_traffic.congestion(desk, unit),
        on_verdicts.violations(desk, unit, picture),
        on_verdicts.incidents(desk, unit),
        on_devices.devices(desk, unit),
    )


def _keys(desk: Desk, unit: Unit) -> Markup:
    words, numbers = desk.words, desk.numbers
    total = unit.traffic.total()
    two = sum(total.counts[name] for name in on_traffic.GROUPS["two"])
    peak = on_traffic.busiest(unit.traffic.flows())
    fit = sum(event.grade == "enforcement" for event in unit.violations)
    going_on = sum(event.state != "cleared" for event in unit.incidents.values())
    orders = [on_devices.in_order(unit.stretches(name)) for name in unit.devices]
    known = [share for share in orders if share is not None]
    entries = (
        (
            "vehicles",
            numbers.count(total.vehicles),
            "",
            words("of-two", share=numbers.share(two / total.vehicles)) if two else "",
        ),
        (
            "busiest",
            numbers.count(peak[1] if peak else None),
            words("per-hour") if peak else "",
            desk.moment(desk.period.span(peak[0])[0]) if peak else "",
        ),
        (
            "mean-speed",
            numbers.kmh(total.speed.value),
            words("kmh") if total.speed.value is not None else "",
            f"{words('p85')} {numbers.kmh(total.p85.value)}",
        ),
        (
            "unread",
            numbers.share(total.unread / total.looked if total.looked else None),
            "",
            words("of-looked", n=numbers.count(total.looked)),
        ),
        (
            "violations",
            numbers.count(len(unit.violations)),
            "",
            words("of-enforcement", n=numbers.count(fit)),
        ),
        (
            "incidents",
            numbers.count(len(unit.incidents)),
            "",
            words("still-open", n=numbers.count(going_on)),
        ),
        (
            "measured",
            numbers.share(unit.traffic.measured()),
            "",
            words("of-lanes", n=numbers.count(len(unit.traffic.counted))),
        ),
        (
            "devices-ok",
            numbers.share(sum(known) / len(known) if known else None),
            "",
            words("of-devices", n=numbers.count(len(known))),
        ),
    )
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", words(name)),
                tag("dd", big, " ", tag("small", after) if after else "", class_="big"),
                tag("dd", small if big != ABSENT else "", class_="fine"),
            )
            for name, big, after, small in entries
        ),
        class_="keys",
    )


def _notes(desk: Desk, doubts: Doubts) -> Markup:
    words, numbers = desk.words, desk.numbers
    texts = [words(f"note-{name}") for name in _NOTES]
    if doubts.broken or doubts.twice or doubts.test or doubts.torn:
        texts.append(
            words(
                "note-doubts",
                broken=numbers.count(doubts.broken),
                twice=numbers.count(doubts.twice),
                test=numbers.count(doubts.test),
                torn=numbers.count(len(doubts.torn)),
            )
        )
    return section(words("notes"), tag("ul", *(tag("li", text) for text in texts), class_="notes"))
