"""The sections on the unit itself: devices over time, alarms, losses, the clock."""

from collections import Counter
from collections.abc import Sequence

from edge_agent.contract.events import Alarm
from edge_agent.report import charts
from edge_agent.report.charts import Piece
from edge_agent.report.desk import Desk, figure, section, table
from edge_agent.report.markup import Markup, tag
from edge_agent.report.records import Stretch, Unit

_STATES = ("ok", "degraded", "down")
_DISCIPLINED = ("gnss", "ntp")


def devices(desk: Desk, unit: Unit) -> Markup:
    """All of it."""
    words = desk.words
    return section(
        words("devices"),
        _states(desk, unit),
        figure(words("alarms"), _alarms(desk, unit)),
        tag(
            "div",
            figure(words("losses"), _losses(desk, unit)),
            figure(words("clock"), tag("p", _clock(desk, unit))),
            class_="pair",
        ),
        anew=True,
    )


def in_order(stretches: Sequence[Stretch]) -> float | None:
    """Share of the known time in which a device was in order; None when nothing is known."""
    held = _held(stretches)
    known = sum(held[state] for state in _STATES)
    return held["ok"] / known if known else None


def _states(desk: Desk, unit: Unit) -> Markup:
    words, numbers = desk.words, desk.numbers
    if not unit.devices:
        return tag("p", words("nothing"), class_="none")
    told = {name: unit.stretches(name) for name in unit.devices}
    key = [(f"d-{state}", words.of("state", state)) for state in _STATES]
    strips = charts.strips(
        desk.period,
        numbers,
        words("devices"),
        [(name, [_piece(desk, each) for each in parts]) for name, parts in told.items()],
    )
    rows = []
    for name, parts in told.items():
        downs = [each for each in parts if each.state == "down"]
        causes = Counter(each.cause for each in downs if each.cause)
        longest = max((each.to_ms - each.from_ms for each in downs), default=0)
        rows.append(
            [
                name,
                numbers.share(in_order(parts)),
                numbers.count(len(downs)),
                numbers.span(longest) if downs else numbers.count(None),
                ", ".join(f"{cause} ({n})" for cause, n in causes.most_common()),
            ]
        )
    head = [words(name) for name in ("device", "state-ok", "downs", "longest", "causes")]
    return tag(
        "div",
        tag("figure", charts.legend([*key, (None, words("unknown"))]), strips),
        table(head, rows),
    )


def _piece(desk: Desk, each: Stretch) -> Piece:
    if each.state is None:
        return Piece(each.from_ms, each.to_ms, None, desk.words("unknown"))
    words = desk.words.of("state", each.state)
    said = f"{words}: {each.cause}" if each.cause else words
    return Piece(each.from_ms, each.to_ms, f"d-{each.state}", said)


_NOW = {"cleared": "cleared", "raised": "raised-now", "shelved": "shelved-now"}


def _alarms(desk: Desk, unit: Unit) -> Markup:
    words, numbers, period = desk.words, desk.numbers, desk.period
    rows = []
    for (device, code), told in sorted(unit.alarms.items()):
        raised = [each for each in told if each.state == "raised" and each.t >= period.from_ms]
        before = [each for each in told if each.t < period.from_ms]
        is_on_before = bool(before) and before[-1].state == "raised"
        if not raised and not is_on_before:
            continue
        rows.append(
            [
                device,
                (raised or before)[-1].text or code,
                desk.moment((raised or before)[0].since, seconds=True),
                words(_NOW[told[-1].state]),
                numbers.count(len(raised) + is_on_before),
                numbers.span(_raised_ms(told, period.from_ms, period.to_ms)),
            ]
        )
    if not rows:
        return tag("p", words("alarms-none"), class_="none")
    head = [words(name) for name in ("device", "alarm", "since", "state", "times", "lasted")]
    return table(head, rows, left=4)


def _raised_ms(told: Sequence[Alarm], from_ms: int, to_ms: int) -> int:
    total = 0
    since: int | None = None
    for each in told:
        is_raised = each.state == "raised"
        if is_raised and since is None:
            since = max(each.t, from_ms)
        elif not is_raised and since is not None:
            total += max(0, each.t - since)
            since = None
    return total if since is None else total + to_ms - since


def _losses(desk: Desk, unit: Unit) -> Markup:
    words, numbers = desk.words, desk.numbers
    if not unit.losses:
        return tag("p", words("losses-none"), class_="none")
    rows = [[stream, why, numbers.count(n)] for (stream, why), n in sorted(unit.losses.items())]
    foot = [words("total"), "", numbers.count(unit.losses.total())]
    return table([words(name) for name in ("stream", "why", "number")], rows, left=2, foot=foot)


def _clock(desk: Desk, unit: Unit) -> str:
    numbers, sources = desk.numbers, unit.clock.sources
    if not sources:
        return desk.words("nothing")
    good = sum(sources[name] for name in _DISCIPLINED)
    worst = unit.clock.worst_ms
    return desk.words(
        "clock-words",
        share=numbers.share(good / sources.total()),
        sources=", ".join(f"{name} {numbers.count(n)}" for name, n in sources.most_common()),
        worst=numbers.count(None) if worst is None else f"{numbers.count(worst)} ms",
    )


def _held(stretches: Sequence[Stretch]) -> Counter[str | None]:
    held: Counter[str | None] = Counter()
    for each in stretches:
        held[each.state] += each.to_ms - each.from_ms
    return held
