"""Pairs true and stored things, each at most once."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edge_agent.simulators.score.items import Item


@dataclass(slots=True)
class Matching:
    """The outcome of one kind.

    Attributes:
        pairs: True and stored item of one thing.
        missed: True and never stored.
        extra: Stored and never true.
    """

    pairs: list[tuple[Item, Item]] = field(default_factory=list)
    missed: list[Item] = field(default_factory=list)
    extra: list[Item] = field(default_factory=list)

    def confusion(self) -> Counter[tuple[str, str]]:
        """True class and stored class, where there is one."""
        return Counter(
            (true.cls, stored.cls)
            for true, stored in self.pairs
            if true.cls is not None and stored.cls is not None
        )


def match(true: Iterable[Item], stored: Iterable[Item], window_ms: int) -> Matching:
    """Pair items with equal keys no further apart than the window.

    Those of equal class first, else two vehicles side by side would count as two confusions;
    then the rest. Within a pass the earliest true item takes the earliest stored one that it may,
    which for windows of one size pairs as many as can be paired.
    """
    result = Matching()
    theirs: dict[tuple[str, ...], list[Item]] = {}
    for item in sorted(stored, key=_time):
        theirs.setdefault(item.key, []).append(item)
    ours: dict[tuple[str, ...], list[Item]] = {}
    for item in sorted(true, key=_time):
        ours.setdefault(item.key, []).append(item)
    for key, wanted in ours.items():
        given = theirs.pop(key, [])
        left, free = _one_pass(wanted, given, window_ms, result, same_class=True)
        left, free = _one_pass(left, free, window_ms, result, same_class=False)
        result.missed += left
        result.extra += free
    for free in theirs.values():
        result.extra += free
    return result


def _one_pass(
    wanted: Sequence[Item],
    free: Sequence[Item],
    window_ms: int,
    result: Matching,
    *,
    same_class: bool,
) -> tuple[list[Item], list[Item]]:
    taken: set[int] = set()
    left = []
    times = [item.t for item in free]
    for item in wanted:
        at = bisect_left(times, item.t - window_ms)
        while at < len(free) and times[at] <= item.t + window_ms:
            if at not in taken and (not same_class or free[at].cls == item.cls):
                taken.add(at)
                result.pairs.append((item, free[at]))
                break
            at += 1
        else:
            left.append(item)
    return left, [item for at, item in enumerate(free) if at not in taken]


def _time(item: Item) -> int:
    return item.t
