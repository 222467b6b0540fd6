"""What a set's labels leave out: a score that does not know it punishes a network for being right.

An item says its own rules: ``ignore`` and ``ignore_above_y`` always, and in ``rules`` what ``Told``
names. Two published sets whose labels do not say them are known by their source.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from edge_agent.evaluation.boxes import Boxes, covered
from edge_agent.evaluation.labels import Item, LabelError

_INSIDE = 0.5
"""What lies in an ignored region by this share of its area is not judged."""


class Told(BaseModel):
    """What an item's ``rules`` may say; pixels of the stored picture.

    Attributes:
        lowest: Vehicles lower than this were not labelled with care.
        edge: Nor were those that touch this margin of the picture.
        above_y: Nor were those that end above this row.
        unscored: Classes that this set names otherwise: they have no score of their own.
        same: Classes that this set does not tell apart, ``{"bicycle": "motorbike"}``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lowest: float = 0.0
    edge: float = 0.0
    above_y: float = 0.0
    unscored: frozenset[str] = frozenset()
    same: dict[str, str] = {}


_KNOWN = {
    "minhtrietcancode/vietnamese-vehicle-detection": Told(
        lowest=28, edge=6, above_y=170, same={"bicycle": "motorbike"}
    ),
    "TLinh2/": Told(unscored=frozenset({"truck"})),
}
"""Beginning of a source's name to its rules."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one picture.

    Attributes:
        told: Lower truth than its ``lowest`` is not judged; an unmatched find that is lower, at the
            edge or ends above ``above_y`` is not punished.
        silent_y: Nothing that ends above this row is judged, truth neither.
        ignore: Nothing within these is judged.
    """

    told: Told
    silent_y: float
    ignore: Boxes

    def unjudged_truth(self, truth: Boxes) -> NDArray[np.bool_]:
        """Which truth is neither missed nor found."""
        low = truth[:, 3] - truth[:, 1] < self.told.lowest
        return low | self._silent(truth)

    def forgiven(self, found: Boxes, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which finds are not wrong when nothing matches them.

        Args:
            found: N×4.
            size: Width and height of the picture.
        """
        low = found[:, 3] - found[:, 1] < self.told.lowest
        high = found[:, 3] < self.told.above_y
        return low | high | self._at_edge(found, size) | self._silent(found)

    def _at_edge(self, found: Boxes, size: tuple[int, int]) -> NDArray[np.bool_]:
        if self.told.edge <= 0:
            return np.zeros(len(found), np.bool_)
        width, height = size
        near = np.minimum(found[:, :2], np.array((width, height)) - found[:, 2:])
        return np.asarray((near <= self.told.edge).any(axis=1))

    def _silent(self, boxes: Boxes) -> NDArray[np.bool_]:
        return (boxes[:, 3] < self.silent_y) | (covered(boxes, self.ignore) >= _INSIDE)


def rules_of(item: Item) -> Rules:
    """The rules of one picture.

    Raises:
        LabelError: Its ``rules`` cannot be understood.
    """
    known = (told for start, told in _KNOWN.items() if item.source.startswith(start))
    try:
        told = Told.model_validate(item.rules) if item.rules else next(known, Told())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LabelError(f"{item.where}: rules.{where}: {first['msg']}") from error
    return Rules(told, item.ignore_above_y, np.array(item.ignore, np.float64).reshape(-1, 4))
