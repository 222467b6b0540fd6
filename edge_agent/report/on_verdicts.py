"""The sections on what should not be: overload, violations with their pictures, incidents."""

from collections import Counter
from collections.abc import Callable, Sequence

from edge_agent.contract.events import Incident, Violation
from edge_agent.report import measures
from edge_agent.report.desk import Desk, figure, section, table
from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.records import Unit

SHOWN_MAX = 60
"""Cards on one page; more nobody reads, and the tables count them all."""
_DIGEST_SHOWN = 12

Picture = Callable[[str], str | None]
"""A ``data:`` address by the id of an event."""


def violations(desk: Desk, unit: Unit, picture: Picture) -> Markup:
    """Overload by band, all kinds by grade, then one by one."""
    words = desk.words
    if not unit.violations:
        none = tag("p", words("violations-none"), class_="none")
        return section(words("violations"), none, anew=True)
    return join(
        section(
            words("violations"), _by_kind(desk, unit.violations), _overload(desk, unit), anew=True
        ),
        section(f"{words('violations')} · {words('each')}", _cards(desk, unit, picture)),
    )


def incidents(desk: Desk, unit: Unit) -> Markup:
    """Each incident once, with its last word."""
    words = desk.words
    if not unit.incidents:
        none = tag("p", words("incidents-none"), class_="none")
        return section(words("incidents"), none)
    rows = [
        [
            desk.moment(each.since, seconds=True),
            words.of("incident", each.kind),
            each.lane or "",
            _lasted(desk, each),
            words.of("state", each.state),
            each.text,
        ]
        for each in sorted(unit.incidents.values(), key=lambda each: each.since)
    ]
    head = [words(name) for name in ("since", "kind", "lane", "lasted", "state", "words")]
    return section(words("incidents"), table(head, rows, left=len(head)))


def _by_kind(desk: Desk, found: Sequence[Violation]) -> Markup:
    words, numbers = desk.words, desk.numbers
    kinds = Counter(each.kind for each in found)
    fit = Counter(each.kind for each in found if each.grade == "enforcement")
    rows = [
        [
            words.of("rule", kind),
            numbers.count(n),
            numbers.count(fit[kind]),
            numbers.count(n - fit[kind]),
        ]
        for kind, n in kinds.most_common()
    ]
    foot = [words("total"), *map(numbers.count, (kinds.total(), fit.total()))]
    foot.append(numbers.count(kinds.total() - fit.total()))
    head = [words(name) for name in ("kind", "number", "enforcement", "statistics")]
    return table(head, rows, foot=foot)


def _overload(desk: Desk, unit: Unit) -> Markup:
    words, numbers = desk.words, desk.numbers
    found = [each for each in unit.violations if each.kind == "overload"]
    if not found:
        return tag("p", words("overload-none"), class_="none")
    bands: dict[tuple[str, str], list[Violation]] = {}
    for each in found:
        bands.setdefault((each.ex[0].band, each.cls), []).append(each)
    rows = []
    for (band, vehicle), members in sorted(bands.items()):
        worst = max((each.ex[0] for each in members), key=measures.over)
        rows.append(
            [
                band or numbers.count(None),
                words.of("class", vehicle),
                numbers.count(len(members)),
                f"{measures.told(desk, worst)} · +{numbers.share(measures.over(worst))}",
            ]
        )
    foot = [words("total"), "", numbers.count(len(found)), ""]
    head = [words(name) for name in ("band", "class", "number", "worst")]
    return figure(words("overload"), table(head, rows, left=2, foot=foot))


def _cards(desk: Desk, unit: Unit, picture: Picture) -> Markup:
    # What can be pursued comes first; within that, time.
    order = sorted(unit.violations, key=lambda each: (each.grade != "enforcement", each.t))
    shown = [(each, picture(each.id)) for each in order[:SHOWN_MAX]]
    # Where no case has a picture, no place is kept for any.
    pictured = any(address for _, address in shown)
    cards = [_card(desk, unit, each, address, pictured=pictured) for each, address in shown]
    more = len(order) - len(cards)
    rest = tag("p", desk.words("more", n=desk.numbers.count(more)), class_="none") if more else ""
    return join(tag("div", *cards, class_="cards"), rest)


def _card(
    desk: Desk, unit: Unit, event: Violation, picture: str | None, *, pictured: bool
) -> Markup:
    words = desk.words
    kind = words.of("rule", event.kind)
    shown = tag("div", words("no-picture"), class_="blank") if pictured else Markup()
    if picture:
        shown = tag("img", src=picture, alt=kind)
    sealed = unit.evidence.get(event.id)
    evidence = (
        f"{words('evidence')} {sealed.sha[:_DIGEST_SHOWN]}…"
        if sealed is not None and sealed.sha is not None
        else words("no-evidence")
    )
    grade = words(event.grade) + (f": {', '.join(event.why)}" if event.why else "")
    return tag(
        "article",
        shown,
        tag("h3", kind[:1].upper() + kind[1:], tag("time", desk.moment(event.t, seconds=True))),
        tag("p", f"{event.lane} · {words.of('class', event.cls)}"),
        *(tag("p", text, class_="measured") for text in measures.of(desk, event.ex)),
        tag("p", f"{event.rule.id} · {event.rule.src}", class_="law"),
        tag("p", tag("span", grade, class_=f"grade {event.grade}"), " ", evidence, class_="fine"),
    )


def _lasted(desk: Desk, each: Incident) -> str:
    end = each.t if each.state == "cleared" else desk.period.to_ms
    return desk.numbers.span(max(0, end - each.since))
