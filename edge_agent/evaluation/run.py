"""Every wanted picture through a score; what cannot be read is named, never a silent zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cv2.typing import MatLike

from edge_agent.errors import EdgeError, PictureError
from edge_agent.evaluation.disputed import Disputed
from edge_agent.evaluation.labels import Item
from edge_agent.vision.pictures import load


class Score(Protocol):
    """What the scores have in common."""

    @property
    def needs(self) -> str: ...
    def wants(self, item: Item) -> bool: ...
    def add(self, item: Item, picture: MatLike) -> None: ...
    def report(
        self, seen: Callable[[Item], bool] | None, disputed: Callable[[Item], bool]
    ) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Items that a score can use.

    Attributes:
        items: In the order of the labels.
        left: How many items are of another kind.
    """

    items: tuple[Item, ...]
    left: int


def wanted(score: Score, items: Sequence[Item], limit: int | None) -> Wanted:
    """Choose what the score can use.

    Args:
        score: Which asks for its kind of item.
        items: All.
        limit: Take no more than this, evenly from the whole; None takes all.

    Raises:
        EdgeError: There is nothing for it.
    """
    fitting = [item for item in items if score.wants(item)]
    if not fitting:
        raise EdgeError(f"none of {len(items)} labelled pictures can be used: {score.needs} wanted")
    step = len(fitting) / limit if limit and limit < len(fitting) else 1.0
    count = min(len(fitting), limit or len(fitting))
    chosen = tuple(fitting[int(index * step)] for index in range(count))
    return Wanted(chosen, len(items) - len(fitting))


def evaluate(
    score: Score,
    chosen: Wanted,
    seen: Callable[[Item], bool] | None,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Show every item to the score; the report, with what could not be read.

    Raises:
        EdgeError: No picture at all could be read.
    """
    unreadable: list[str] = []
    for done, item in enumerate(chosen.items):
        tell(done)
        try:
            picture = load(item.path)
        except PictureError as error:
            unreadable.append(f"{item.where}: {error}")
            continue
        score.add(item, picture.pixels)
    tell(len(chosen.items))
    if len(unreadable) == len(chosen.items):
        raise EdgeError("no picture could be read; the first one:\n" + unreadable[0])
    return {
        "items": len(chosen.items) - len(unreadable),
        "other_items": chosen.left,
        "unreadable": {"count": len(unreadable), "names": unreadable},
        **score.report(seen, Disputed.shipped()),
    }
