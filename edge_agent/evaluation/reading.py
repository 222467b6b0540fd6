"""The reader on crops of single plates: how many are read without a slip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cv2.typing import MatLike

from edge_agent.evaluation import groups
from edge_agent.evaluation.groups import Figures, known, share
from edge_agent.evaluation.labels import Item, Plate
from edge_agent.evaluation.sheet import Sheet
from edge_agent.evaluation.text import confusions, distance, meant, normal

SURE = 0.7
"""From this confidence a reading counts as sure."""


class Reading(Protocol):
    """What is needed of a reading."""

    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...


class Reader(Protocol):
    """What is needed of a reader."""

    def read(self, crops: Sequence[MatLike]) -> Sequence[Reading]: ...


@dataclass(frozen=True, slots=True)
class Read:
    """One crop.

    Attributes:
        truth: What the label means, normal form.
        text: What was read, normal form.
        confidence: 0–1.
    """

    item: Item
    plate: Plate
    truth: str
    text: str
    confidence: float

    @property
    def right(self) -> bool:
        """Without a slip."""
        return self.truth == self.text


class ReaderScore:
    """Reads every crop that it is given.

    Args:
        reader: Under test.
        sheet: Takes the failures.
    """

    needs = "crops of single plates with a text"

    def __init__(self, reader: Reader, sheet: Sheet | None = None) -> None:
        self._reader = reader
        self._sheet = sheet
        self._reads: list[Read] = []

    @staticmethod
    def wants(item: Item) -> bool:
        """Whether an item is a crop whose text is known."""
        return item.crop is not None and bool(item.crop.text)

    def add(self, item: Item, picture: MatLike) -> None:
        """Read one crop, BGR or grey as the reader wants it."""
        if item.crop is None or not item.crop.text:
            return
        (reading,) = self._reader.read([picture])
        truth, text = meant(item.crop.text), normal(reading.text)
        read = Read(item, item.crop, truth, text, reading.confidence)
        self._reads.append(read)
        if self._sheet and not read.right:
            caption = f"{truth} read {text or 'nothing'} {read.confidence:.2f}"
            self._sheet.add(picture, caption, read.confidence)

    def report(
        self, seen: Callable[[Item], bool] | None, disputed: Callable[[Item], bool]
    ) -> dict[str, Any]:
        """All figures; see ``measure``."""
        reads = self._reads
        return {
            "overall": measure(reads),
            **groups.seen_apart(reads, measure, seen),
            **groups.disputed_apart(reads, measure, seen, disputed),
            **groups.split(reads, measure, {"by_source": groups.source, **_BY}),
            "respelt": sum(one.truth != normal(one.plate.text or "") for one in reads),
            "confusions": confusions((one.truth, one.text) for one in reads if not one.right),
        }


def measure(reads: Sequence[Read]) -> Figures:
    """``exact`` and ``character_error``; ``sure`` of them, and how many of those are exact."""
    sure = [one for one in reads if one.confidence >= SURE]
    slips = sum(distance(one.truth, one.text) for one in reads)
    return known(
        items=len(reads),
        exact=share(sum(one.right for one in reads), len(reads)),
        character_error=share(slips, sum(len(one.truth) for one in reads)),
        sure=share(len(sure), len(reads)),
        exact_when_sure=share(sum(one.right for one in sure), len(sure)),
    )


def layout(plate: Plate) -> str:
    """``one-line``, ``two-line`` or ``unknown``."""
    return {1: "one-line", 2: "two-line"}.get(plate.lines, "unknown")


_BY: dict[str, Callable[[Read], str]] = {
    "by_layout": lambda one: layout(one.plate),
    "by_class": lambda one: one.plate.vehicle or "unknown",
}
