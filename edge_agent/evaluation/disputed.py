"""Labels that are surely wrong: told apart, and still counted with all the others.

``disputed.toml`` has one ``[[label]]`` each: ``image``, the file's name; ``sha256`` of the file, so
that no other picture is meant; ``why``.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from edge_agent.evaluation.card import sha256_of
from edge_agent.evaluation.labels import Item

_SHIPPED = Path(__file__).with_name("disputed.toml")


@dataclass(frozen=True)
class Disputed:
    """Pictures whose labels nobody should learn from.

    Attributes:
        digests: Name of the file to its SHA-256.
    """

    digests: dict[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a list."""
        labels = tomllib.loads(path.read_text(encoding="utf-8")).get("label", [])
        names = {label["image"] for label in labels}
        return cls(
            {
                name: frozenset(one["sha256"] for one in labels if one["image"] == name)
                for name in names
            }
        )

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """The list that comes with this software."""
        return cls.load(_SHIPPED)

    def __call__(self, item: Item) -> bool:
        """Whether an item's label is disputed."""
        digests = self.digests.get(item.path.name)
        return digests is not None and item.path.is_file() and sha256_of(item.path) in digests
