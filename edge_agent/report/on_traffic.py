"""The sections on traffic: flows, lanes, classes, speeds, headways, congestion."""

from collections.abc import Sequence

from edge_agent.report import charts
from edge_agent.report.charts import Piece, Series
from edge_agent.report.desk import Desk, figure, section, table
from edge_agent.report.markup import Markup, join, tag
from edge_agent.report.records import Unit
from edge_agent.report.traffic import Lane, Sums, together

GROUPS: dict[str, tuple[str, ...]] = {
    "two": ("motorbike", "bicycle"),
    "car": ("car",),
    "bus": ("minibus", "bus"),
    "truck": ("light_truck", "truck"),
    "trailer": ("tractor_trailer",),
    "other": ("other", "unknown"),
}
"""Classes that share a colour: more than six nobody tells apart."""

_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
LEVELS = ("free", "dense", "slow", "jammed")
_PROMILLE = 1000


def traffic(desk: Desk, unit: Unit) -> Markup:
    """Flows, lanes, classes, speeds and headways."""
    words = desk.words
    if not unit.traffic.lanes:
        return section(words("traffic"), tag("p", words("nothing"), class_="none"))
    bins = unit.traffic.bins()
    return join(
        section(words("traffic"), _flow(desk, unit), _lanes(desk, unit)),
        section(words("classes"), _classes(desk, unit)),
        _over_time(desk, bins),
    )


def congestion(desk: Desk, unit: Unit) -> Markup:
    """Levels over time, lane by lane, and how long each held."""
    words = desk.words
    lanes = [lane for lane in unit.traffic.counted if lane.total().levels]
    if not lanes:
        return Markup()
    key = [(f"l-{level}", words.of("level", level)) for level in LEVELS]
    strips = charts.strips(
        desk.period,
        desk.numbers,
        words("congestion"),
        [(lane.name, _level_pieces(desk, lane)) for lane in lanes],
    )
    rows = [_level_row(desk, lane.name, lane.total()) for lane in lanes]
    foot = _level_row(desk, words("all-lanes"), together(lane.total() for lane in lanes))
    head = (words("lane"), *(words.of("level", level) for level in LEVELS))
    return section(
        words("congestion"),
        tag(
            "figure",
            charts.legend([*key, (None, words("unknown"))]),
            strips,
        ),
        table(head, rows, foot=foot),
    )


def _flow(desk: Desk, unit: Unit) -> Markup:
    words = desk.words
    series = [
        Series(words(f"group-{group}"), f"c-{group}", unit.traffic.flows(names))
        for group, names in GROUPS.items()
    ]
    shown = [each for each in series if any(each.values)] or series[:1]
    step = desk.numbers.span(desk.period.step_ms)
    whole = unit.traffic.whole()
    key: list[tuple[str | None, str]] = [(each.look, each.name) for each in shown]
    if not all(whole):
        key.append((None, words("partly")))
    parts = [
        figure(
            words("flow"),
            charts.legend(key),
            charts.columns(desk.period, desk.numbers, words("flow"), shown, whole),
            note=words("flow-axis", step=step),
        )
    ]
    if charts.wants_heat(desk.period):
        hours = charts.by_hour(desk.period, unit.traffic.flows())
        drawing = charts.heat(desk.period, desk.numbers, words("week"), hours)
        parts.append(figure(words("week"), drawing, note=words("per-hour")))
    return join(*parts)


def _lanes(desk: Desk, unit: Unit) -> Markup:
    words = desk.words
    all_of_them = unit.traffic.total()
    counted = unit.traffic.counted
    flows = [flow for lane in unit.traffic.lanes for flow in lane.flows(desk.period)]
    most = max((flow for flow in flows if flow is not None), default=0)
    head = ["lane", "sensor", "vehicles", "share", "peak", "mean-kmh", "p85-kmh", "headway"]
    head += ["occupancy", "queue", "saturation", "over-time"]
    rows = [
        _lane(desk, lane, all_of_them.vehicles if lane in counted else None, most or 1)
        for lane in unit.traffic.lanes
    ]
    foot = [words("all-lanes"), "", *_figures(desk, all_of_them, _peak(desk, unit.traffic.flows()))]
    foot.insert(3, desk.numbers.share(1.0) if all_of_them.vehicles else "")
    return figure(words("lanes"), table([words(name) for name in head], rows, left=2, foot=foot))


def _lane(desk: Desk, lane: Lane, of: int | None, most: float) -> list[str]:
    total = lane.total()
    flows = lane.flows(desk.period)
    figures = _figures(desk, total, _peak(desk, flows))
    share = desk.numbers.share(total.vehicles / of) if of else ""
    cells = [lane.name, desk.words(lane.source), figures[0], share, *figures[1:-1]]
    return [*cells, charts.spark(flows, most)]


def _figures(desk: Desk, sums: Sums, peak: str) -> list[str]:
    numbers = desk.numbers
    return [
        numbers.count(sums.vehicles),
        peak,
        numbers.kmh(sums.speed.value),
        numbers.kmh(sums.p85.value),
        numbers.seconds(sums.headway.value),
        _promille(desk, sums.occupancy.value),
        numbers.count(sums.queue),
        _promille(desk, sums.saturation.value),
        "",
    ]


def _promille(desk: Desk, value: float | None) -> str:
    return desk.numbers.share(None if value is None else value / _PROMILLE)


def busiest(flows: Sequence[float | None]) -> tuple[int, float] | None:
    """Place and flow of the fullest bin; None when nobody came."""
    told = [(place, flow) for place, flow in enumerate(flows) if flow]
    return max(told, key=lambda item: item[1], default=None)


def _peak(desk: Desk, flows: Sequence[float | None]) -> str:
    found = busiest(flows)
    if found is None:
        return desk.numbers.count(None)
    place, flow = found
    at = desk.moment(desk.period.span(place)[0])
    if len(at) <= len("00:00"):
        return f"{desk.numbers.count(flow)} · {at}"
    return join(desk.numbers.count(flow), tag("small", at))


def _classes(desk: Desk, unit: Unit) -> Markup:
    words, numbers = desk.words, desk.numbers
    classes = unit.traffic.classes()
    whole = together(classes.values())
    ways = [name for name, _ in sorted(whole.ways.items(), key=lambda item: (-item[1], item[0]))]
    most = max((each.vehicles for each in classes.values()), default=0) or 1
    rows = [
        [
            words.of("class", name),
            charts.bar(each.vehicles / most, f"c-{_GROUP_OF.get(name, 'other')}"),
            *(numbers.count(each.ways[way]) for way in ways),
            numbers.count(each.vehicles),
            numbers.share(each.vehicles / whole.vehicles if whole.vehicles else None),
            numbers.kmh(each.speed.value),
            numbers.kmh(each.p85.value),
        ]
        for name, each in classes.items()
    ]
    foot = [
        words("total"),
        "",
        *(numbers.count(whole.ways[way]) for way in ways),
        numbers.count(whole.vehicles),
        numbers.share(1.0 if whole.vehicles else None),
        numbers.kmh(whole.speed.value),
        numbers.kmh(whole.p85.value),
    ]
    head = [words("class"), "", *ways, words("vehicles"), words("share")]
    head += [words("mean-kmh"), words("p85-kmh")]
    return table(head, rows, left=2, foot=foot)


def _over_time(desk: Desk, bins: Sequence[Sums]) -> Markup:
    parts = [part for part in (_speeds(desk, bins), _pair(desk, bins)) if part]
    return section(desk.words("speeds-headways"), *parts) if parts else Markup()


def _speeds(desk: Desk, bins: Sequence[Sums]) -> Markup:
    words = desk.words
    if all(each.speed.value is None for each in bins):
        return Markup()
    series = [
        Series(words("mean"), "s-one", [_tenth(each.speed.value) for each in bins]),
        Series(words("p85"), "s-two", [_tenth(each.p85.value) for each in bins]),
    ]
    return figure(
        words("speeds"),
        charts.legend([(each.look, each.name) for each in series]),
        charts.lines(desk.period, desk.numbers, words("speeds"), series, least=20),
        note=words("speed-axis"),
    )


def _pair(desk: Desk, bins: Sequence[Sums]) -> Markup:
    """Two charts beside each other; what nobody measured is not drawn."""
    wanted = (
        ("headway", [_thousandth(each.headway.value) for each in bins], 5.0),
        ("saturation", [_tenth(each.saturation.value) for each in bins], 50.0),
    )
    parts = [
        figure(
            desk.words(f"{name}s"),
            charts.lines(
                desk.period,
                desk.numbers,
                desk.words(f"{name}s"),
                [Series(desk.words(name), "s-one", values)],
                least=least,
                width=490,
            ),
            note=desk.words(f"{name}-axis"),
        )
        for name, values, least in wanted
        if any(value is not None for value in values)
    ]
    return tag("div", *parts, class_="pair") if parts else Markup()


def _tenth(value: float | None) -> float | None:
    return None if value is None else value / 10


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _level_pieces(desk: Desk, lane: Lane) -> list[Piece]:
    pieces: list[Piece] = []
    for place in range(desk.period.bins):
        begin, end = desk.period.span(place)
        level = lane.bins[place].level if place in lane.bins else None
        look = f"l-{level}" if level else None
        words = desk.words.of("level", level) if level else desk.words("unknown")
        if pieces and pieces[-1].look == look:
            pieces[-1] = Piece(pieces[-1].from_ms, end, look, words)
        else:
            pieces.append(Piece(begin, end, look, words))
    return pieces


def _level_row(desk: Desk, name: str, sums: Sums) -> list[str]:
    numbers, known = desk.numbers, sums.levels.total()

    def cell(held_ms: float) -> str:
        if not held_ms:
            return numbers.count(None)
        return f"{numbers.span(held_ms)} · {numbers.share(held_ms / known)}"

    return [name, *(cell(sums.levels[level]) for level in LEVELS)]
