"""One measure over all records, and over each group of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from edge_agent.evaluation.labels import Item

Figures = dict[str, float | int]
"""By name. What could not be measured is absent: unknown is not zero."""


class Record(Protocol):
    """What became of one picture, or of one thing in it."""

    @property
    def item(self) -> Item: ...


R = TypeVar("R", bound=Record)


def share(part: float, whole: float) -> float | None:
    """``part / whole``; None when there is no whole."""
    return part / whole if whole else None


def known(**figures: float | None) -> Figures:
    """Those that could be measured, shares to four digits."""
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in figures.items()
        if value is not None
    }


def split(
    records: Sequence[R],
    measure: Callable[[Sequence[R]], Figures],
    by: Mapping[str, Callable[[R], str]],
) -> dict[str, dict[str, Figures]]:
    """The measure of every group of every kind.

    Args:
        records: Of all pictures.
        measure: Records to figures.
        by: Kind of group (``by_source``) to what names a record's group; an empty name leaves the
            record out.
    """
    return {
        kind: {
            name: measure([one for one in records if name_of(one) == name])
            for name in sorted({name_of(one) for one in records} - {""})
        }
        for kind, name_of in by.items()
    }


def seen_apart(
    records: Sequence[R],
    measure: Callable[[Sequence[R]], Figures],
    seen: Callable[[Item], bool] | None,
) -> dict[str, Any]:
    """``seen`` and ``unseen`` by the network's card; nothing where there is no card to ask.

    What was never seen is told source by source too: it is what a new place will get.
    """
    if seen is None:
        return {}
    verdicts = [(seen(one.item), one) for one in records]
    old, new = ([one for verdict, one in verdicts if verdict is word] for word in (True, False))
    by_source = split(new, measure, {"unseen_by_source": source})
    return {"seen": measure(old), "unseen": measure(new), **by_source}


def disputed_apart(
    records: Sequence[R],
    measure: Callable[[Sequence[R]], Figures],
    seen: Callable[[Item], bool] | None,
    disputed: Callable[[Item], bool],
    mended: Callable[[R], R] = lambda record: record,
) -> dict[str, Any]:
    """How the records with a disputed label do, and all others; nothing where none is disputed.

    Args:
        records: Of all pictures.
        measure: Records to figures.
        seen: As for ``seen_apart``.
        disputed: Whether an item's label is wrong as a whole.
        mended: A record without what is in dispute of it; the record itself where nothing is.
    """
    wrong = [one for one in records if disputed(one.item)]
    sound = [mended(one) for one in records if not disputed(one.item)]
    if not wrong and all(one is other for one, other in zip(records, sound, strict=True)):
        return {}
    apart = {"disputed": measure(wrong)} if wrong else {}
    apart["without_disputed"] = measure(sound)
    if seen is not None:
        new = [one for one in sound if not seen(one.item)]
        apart["unseen_without_disputed"] = measure(new)
    return apart


def source(record: Record) -> str:
    """Name of the group by source."""
    return record.item.source or "unknown"


def scene(record: Record) -> str:
    """Name of the group by scene."""
    return record.item.scene
