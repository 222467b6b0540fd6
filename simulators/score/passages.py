"""One vehicle, one record: is each passage whole, of one vehicle, and every reading used once?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_agent.simulators.score.figures import Row, Span, percentile, share
from edge_agent.simulators.score.items import Line, Stored
from edge_agent.simulators.score.sightings import Book, Sighting, claims

FIGURES = (
    "true",
    "stored",
    "complete",
    "joined",
    "wrong",
    "lost",
    "twice",
    "unpaired",
    "clock_off_told",
    "publish_ms_p50",
    "publish_ms_p99",
)
"""Names of the figures of a row, in the order of the table.

``true``: vehicles of lanes where several sensors are paired, once a lane. ``complete``: share of
them with one passage that has what every sensor whose clock is right truly saw of it, and nothing
else. ``joined``: the same of those that two or more sensors saw. ``wrong``: share of parts that are
another vehicle's. ``lost``, ``twice``: readings in no event, in more than one. ``clock_off_told``:
share of the readings by a clock that is off that are told as such.
"""

Whose = tuple[int, str]
"""A vehicle and a lane."""


@dataclass(slots=True)
class Told:
    """One passage as it was stored, with what its parts truly are."""

    event: Stored
    parts: list[Sighting] = field(default_factory=list)

    @property
    def lane(self) -> str:
        return str(self.event.body["lane"])

    @property
    def owner(self) -> int | None:
        """The vehicle that most of its parts are of; of several the one that was seen first."""
        counted = Counter(part.vehicle for part in self.parts)
        return counted.most_common(1)[0][0] if counted else None

    @property
    def foreign(self) -> int:
        """Parts that are another vehicle's."""
        return sum(part.vehicle != self.owner for part in self.parts)


@dataclass(slots=True)
class Record:
    """What became of all readings.

    Attributes:
        passages: Place among the stored events to the passage.
        used: Reading to how many events have it.
        unpaired: Reading to why it belongs to nobody.
    """

    passages: dict[int, Told] = field(default_factory=dict)
    used: Counter[Sighting] = field(default_factory=Counter)
    unpaired: dict[Sighting, str] = field(default_factory=dict)

    def by_id(self) -> dict[str, Told]:
        """Passages by the id of their event."""
        return {str(told.event.body["id"]): told for told in self.passages.values()}


def record(book: Book, stored: Sequence[Stored]) -> Record:
    """Look up every part of every passage, and every reading that is in none."""
    result = Record()
    for claim in claims(stored):
        found = book.find(claim)
        event = stored[claim.of]
        if event.body["st"] == "passage":
            told = result.passages.setdefault(claim.of, Told(event))
            if found is not None:
                told.parts.append(found)
        elif found is not None:
            result.unpaired[found] = str(event.body["why"])
        if found is not None:
            result.used[found] += 1
    return result


def rows(truth: Sequence[Line], book: Book, made: Record, when: Span) -> list[Row]:
    """The whole, and each lane."""
    off = {str(line["device"]) for line in truth if line["what"] == "clock-off"}
    groups: dict[Whose, list[Sighting]] = {}
    for each in book.all:
        if each.vehicle > 0:
            groups.setdefault((each.vehicle, each.lane), []).append(each)
    places: dict[str, set[str]] = {}
    for each in book.all:
        places.setdefault(each.lane, set()).add(each.place)
    paired = {lane for lane, own in places.items() if len(own) > 1}
    inside = {whose: own for whose, own in groups.items() if _inside(own, when)}
    lanes = sorted(places)
    if not lanes:
        return []
    return [
        _row("all", "", book, made, inside, when, paired, set(lanes), off),
        *(_row("lane", lane, book, made, inside, when, paired, {lane}, off) for lane in lanes),
    ]


def _inside(sightings: Sequence[Sighting], when: Span) -> bool:
    return all(when.start <= each.t <= when.end for each in sightings)


def _row(
    scope: str,
    name: str,
    book: Book,
    made: Record,
    inside: dict[Whose, list[Sighting]],
    when: Span,
    paired: set[str],
    lanes: set[str],
    off: set[str],
) -> Row:
    ours = {w: own for w, own in inside.items() if w[1] in lanes & paired}
    passages = [
        told for told in made.passages.values()
        if told.lane in lanes and (told.owner, told.lane) in inside
    ]  # fmt: skip
    whole: Counter[Whose] = Counter()
    for told in passages:
        whose = told.owner or 0, told.lane
        has = {part.place for part in told.parts}
        if told.foreign == 0 and has >= {p.place for p in inside[whose] if p.device not in off}:
            whole[whose] += 1
    several = [
        whose
        for whose, own in ours.items()
        if len({each.place for each in own if each.device not in off}) > 1
    ]
    parts = [part for told in passages for part in told.parts if told.lane in paired]
    foreign = sum(told.foreign for told in passages if told.lane in paired)
    read = [s for s in book.all if s.lane in lanes and when.start <= s.t <= when.end]
    why = Counter(made.unpaired[each] for each in read if each in made.unpaired)
    wrong_clock = [each for each in read if each.device in off]
    late = sorted(
        told.event.committed - max(part.told or 0 for part in told.parts)
        for told in passages
        if told.event.committed is not None and all(part.told for part in told.parts)
    )
    values: dict[str, float | None] = {
        "true": len(ours),
        "stored": len(passages),
        "complete": share(sum(whole[whose] == 1 for whose in ours), len(ours)),
        "joined": share(sum(whole[whose] == 1 for whose in several), len(several)),
        "wrong": share(foreign, len(parts), 6),
        "lost": sum(made.used[each] == 0 for each in read),
        "twice": sum(made.used[each] > 1 for each in read),
        "unpaired": sum(why.values()),
        "clock_off_told": share(
            sum(made.unpaired.get(each) == "clock-off" for each in wrong_clock), len(wrong_clock)
        ),
        "publish_ms_p50": percentile(late, 0.5),
        "publish_ms_p99": percentile(late, 0.99),
    }
    return Row("passage", scope, name, values, dict(sorted(why.items())))
