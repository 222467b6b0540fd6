"""Which pictures a network has been trained on: the rule that its card states, applied to an item.

A rule, not a list: it holds for pictures that come later too, and it names no plate of anybody.
"""

import re
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from edge_agent.evaluation.labels import Item

_NUMBERED = re.compile(r"^(.*?)[_-]?0*(\d+)$")
ONE_IN = 5


def held_out(key: str) -> bool:
    """Whether everything with this key is kept from training, for good: one key in five.

    Args:
        key: A plate's text, so that no plate is on both sides; a file's name where there is none.
    """
    return int(sha256(key.encode()).hexdigest()[:8], 16) % ONE_IN == 0


class Seen(BaseModel):
    """What a network has seen, as its card says it.

    Attributes:
        sources: Beginnings of the names of the sources that it was trained on.
        texts: Whether of these one plate text in five is held out, see ``held_out``.
        frames: Fixed camera to the first of its frames that is held out, e.g. ``{"cam_01": 801}``.
        scenes: Scenes that are held out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[str, ...] = ()
    texts: bool = False
    frames: dict[str, int] = {}
    scenes: tuple[str, ...] = ()

    def __call__(self, item: Item) -> bool:
        """Whether the network may have been trained on this item."""
        if not item.source or not item.source.startswith(self.sources):
            return False
        if item.scene and item.scene in self.scenes:
            return False
        if self.texts and any(held_out(key) for key in keys(item)):
            return False
        return not self._later(item)

    def _later(self, item: Item) -> bool:
        numbered = _NUMBERED.match(item.path.stem)
        first = self.frames.get(numbered[1]) if numbered else None
        return first is not None and numbered is not None and int(numbered[2]) >= first


def keys(item: Item) -> list[str]:
    """What decides about an item: the texts in it, else the file's name."""
    plates = [*(item.plates or ()), *([item.crop] if item.crop else [])]
    return [plate.text for plate in plates if plate.text] or [item.path.name]
