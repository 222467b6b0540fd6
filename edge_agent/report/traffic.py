"""Aggregates of many intervals put together: by lane, bin, class and direction."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from edge_agent.contract.events import Agg, Count
from edge_agent.report.period import HOUR_MS, Period

_WHOLE = 1000
_LEAST = 0.25
"""Of a bin, to tell a flow: one vehicle in ten seconds is no traffic of 360 an hour."""


@dataclass(slots=True)
class Mean:
    """A weighted mean while it grows."""

    total: float = 0.0
    weight: float = 0.0

    def take(self, value: float | None, weight: float) -> None:
        """One more value; None is not measured."""
        if value is not None:
            self.total += value * weight
            self.weight += weight

    def add(self, other: "Mean") -> None:
        """Those of another."""
        self.total += other.total
        self.weight += other.weight

    @property
    def value(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.weight if self.weight else None


@dataclass(slots=True)
class Sums:
    """What some intervals say together.

    Attributes:
        counts: Vehicles by class.
        ways: Vehicles by direction.
        speed: Mean speed, 0.1 km/h, weighted by vehicles.
        p85: Mean of the intervals' 85th percentiles, weighted by vehicles: a mean of percentiles,
            for the single speeds are not kept.
        headway: ms.
        occupancy: Per mille of time.
        saturation: Per mille of the declared saturation flow, while green.
        queue: Largest, vehicles.
        seen_ms: Time that was measured.
        levels: Time by level of congestion, ms.
        looked: Vehicles whose plate was looked for; ``unread``: of these, not read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    speed: Mean = field(default_factory=Mean)
    p85: Mean = field(default_factory=Mean)
    headway: Mean = field(default_factory=Mean)
    occupancy: Mean = field(default_factory=Mean)
    saturation: Mean = field(default_factory=Mean)
    queue: int | None = None
    seen_ms: float = 0.0
    levels: Counter[str] = field(default_factory=Counter)
    looked: int = 0
    unread: int = 0

    @property
    def vehicles(self) -> int:
        """All of them."""
        return self.counts.total()

    def flow_of(self, classes: Collection[str] | None = None) -> float | None:
        """Vehicles an hour of the time that was measured, of these classes; None when none was."""
        if not self.seen_ms:
            return None
        told = self.vehicles if classes is None else sum(self.counts[name] for name in classes)
        return told * HOUR_MS / self.seen_ms

    @property
    def level(self) -> str | None:
        """The level that held longest."""
        return self.levels.most_common(1)[0][0] if self.levels else None

    def take(self, agg: Agg) -> None:
        """One more interval."""
        seen_ms = agg.dur * (_WHOLE if agg.part is None else agg.part) / _WHOLE
        self.seen_ms += seen_ms
        for count in agg.n or ():
            self.count(count)
        self.headway.take(agg.hw, sum(count.n for count in agg.n or ()))
        self.occupancy.take(agg.occ, seen_ms)
        self.saturation.take(agg.sat, seen_ms)
        if agg.que is not None:
            self.queue = max(agg.que, self.queue or 0)
        if agg.los is not None:
            self.levels[agg.los] += agg.dur

    def count(self, count: Count) -> None:
        """Vehicles of one direction and class."""
        self.counts[count.cls] += count.n
        self.ways[count.dir] += count.n
        self.speed.take(count.spd, count.n)
        self.p85.take(count.p85, count.n)
        if count.unread is not None:
            self.looked += count.n
            self.unread += count.unread

    def add(self, other: "Sums") -> None:
        """Those of another time or lane."""
        self.counts.update(other.counts)
        self.ways.update(other.ways)
        for name in ("speed", "p85", "headway", "occupancy", "saturation"):
            getattr(self, name).add(getattr(other, name))
        if other.queue is not None:
            self.queue = max(other.queue, self.queue or 0)
        self.seen_ms += other.seen_ms
        self.levels.update(other.levels)
        self.looked += other.looked
        self.unread += other.unread


class Lane:
    """One lane as one kind of sensor saw it.

    Attributes:
        bins: By place in the period.
        classes: By class.
    """

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.source = source
        self.bins: defaultdict[int, Sums] = defaultdict(Sums)
        self.classes: defaultdict[str, Sums] = defaultdict(Sums)

    def take(self, agg: Agg, place: int) -> None:
        """One more interval, of this bin."""
        self.bins[place].take(agg)
        for count in agg.n or ():
            self.classes[count.cls].count(count)

    def flows(self, period: Period, classes: Collection[str] | None = None) -> list[float | None]:
        """Vehicles an hour, bin by bin; None where less than a quarter of it was measured."""
        found: list[float | None] = []
        for place in range(period.bins):
            begin, end = period.span(place)
            seen = self.bins.get(place)
            enough = seen is not None and seen.seen_ms >= _LEAST * (end - begin)
            found.append(seen.flow_of(classes) if seen is not None and enough else None)
        return found

    def total(self) -> Sums:
        """The whole period."""
        return together(self.bins.values())


class Traffic:
    """All lanes of a unit over a period."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._lanes: dict[tuple[str, str], Lane] = {}

    def take(self, agg: Agg) -> None:
        """One more interval."""
        key = agg.lane, agg.src
        if key not in self._lanes:
            self._lanes[key] = Lane(*key)
        self._lanes[key].take(agg, self._period.bin_of(agg.t))

    @property
    def lanes(self) -> list[Lane]:
        """Every lane, once for each kind of sensor that it has."""
        return [self._lanes[key] for key in sorted(self._lanes)]

    @cached_property
    def counted(self) -> list[Lane]:
        """Every lane once: as its camera saw it, or its detector where no camera counts.

        Ask when all is taken.
        """
        best: dict[str, Lane] = {}
        for lane in self.lanes:
            # "camera" sorts before "detector", and stays unless it saw nothing at all.
            if lane.name not in best or not best[lane.name].total().seen_ms:
                best[lane.name] = lane
        return list(best.values())

    def bins(self) -> list[Sums]:
        """All lanes together, bin by bin."""
        return [
            together(lane.bins[place] for lane in self.counted if place in lane.bins)
            for place in range(self._period.bins)
        ]

    def flows(self, classes: Collection[str] | None = None) -> list[float | None]:
        """Vehicles an hour on all lanes that were measured then, bin by bin, of these classes."""
        found: list[float | None] = []
        for flows in zip(
            *(lane.flows(self._period, classes) for lane in self.counted), strict=True
        ):
            known = [flow for flow in flows if flow is not None]
            found.append(sum(known) if known else None)
        return found

    def whole(self) -> list[bool]:
        """Bin by bin, whether every lane has a flow."""
        flows = [lane.flows(self._period) for lane in self.counted]
        return [None not in of_one_bin for of_one_bin in zip(*flows, strict=True)]

    def classes(self) -> dict[str, Sums]:
        """All lanes together, by class, the most frequent first."""
        names = {name for lane in self.counted for name in lane.classes}
        found = {
            name: together(lane.classes[name] for lane in self.counted if name in lane.classes)
            for name in names
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1].vehicles, item[0])))

    def total(self) -> Sums:
        """Everything."""
        return together(lane.total() for lane in self.counted)

    def measured(self) -> float | None:
        """Share of all lanes' time that was measured; None without a lane."""
        length = self._period.to_ms - self._period.from_ms
        lanes = len(self.counted)
        return self.total().seen_ms / (length * lanes) if lanes else None


def together(parts: Iterable[Sums]) -> Sums:
    """Several as one."""
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole
