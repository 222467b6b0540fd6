"""Labels that are surely wrong: told apart, and still counted with all the others.

``disputed.toml`` has one ``[[label]]`` for each that is wrong as a whole: ``image``, the file's
name; ``sha256`` of the file, so that no other picture is meant; ``why``. One ``[[unlabelled]]`` for
each frame whose label only lacks some vehicles: ``boxes``, where they are.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Self

import numpy as np

from edge_agent.evaluation.boxes import Boxes
from edge_agent.evaluation.card import sha256_of
from edge_agent.evaluation.labels import Item

_SHIPPED = Path(__file__).with_name("disputed.toml")
_Key = tuple[str, str]
"""Name of the file, its SHA-256."""


@dataclass(frozen=True)
class Disputed:
    """Pictures whose labels nobody should learn from, and vehicles that labels lack.

    Attributes:
        wrong: Pictures whose label is wrong.
        lacking: Pictures to the vehicles that nobody labelled, N×4.
    """

    wrong: frozenset[_Key]
    lacking: Mapping[_Key, Boxes]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a list."""
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            frozenset((one["image"], one["sha256"]) for one in told.get("label", [])),
            {
                (one["image"], one["sha256"]): np.array(one["boxes"], np.float64).reshape(-1, 4)
                for one in told.get("unlabelled", [])
            },
        )

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """The list that comes with this software."""
        return cls.load(_SHIPPED)

    def __call__(self, item: Item) -> bool:
        """Whether an item's label is wrong as a whole."""
        return self._key(item) in self.wrong

    def unlabelled(self, item: Item) -> Boxes:
        """The vehicles in plain view that an item's label lacks, N×4."""
        return self.lacking.get(self._key(item), np.empty((0, 4)))

    def _key(self, item: Item) -> _Key:
        name = item.path.name
        known = name in self._names and item.path.is_file()
        return name, sha256_of(item.path) if known else ""

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for name, _ in (*self.wrong, *self.lacking))
