"""Bands of a law, with the side on which each bound lies said in its own words.

"From 10 to below 20" and "above 20 to 35" are different laws at exactly 20. A bound is therefore
one of four keys: ``from`` and ``to`` belong to the band, ``above`` and ``below`` do not.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Flaw(NamedTuple):
    """What is wrong with a table that its model cannot see; ``path`` leads to it."""

    path: tuple[str | int, ...]
    wrong: str
    allowed: str
    do: str


class Band(BaseModel):
    """A stretch of numbers; a bound that is left out is open."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: int | None = Field(default=None, alias="from", description="Least, and this too.")
    above: int | None = Field(default=None, description="More than this.")
    to: int | None = Field(default=None, description="Most, and this too.")
    below: int | None = Field(default=None, description="Less than this.")

    @model_validator(mode="after")
    def _one_bound_a_side(self) -> Self:
        if self.from_ is not None and self.above is not None:
            raise ValueError("from and above say the same twice")
        if self.to is not None and self.below is not None:
            raise ValueError("to and below say the same twice")
        low, high = self.low, self.high
        if low and high and (low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1]))):
            raise ValueError("no number lies in it")
        return self

    @property
    def low(self) -> tuple[int, bool] | None:
        """Lower bound, and whether it belongs to the band; None when open."""
        if self.from_ is not None:
            return self.from_, True
        return None if self.above is None else (self.above, False)

    @property
    def high(self) -> tuple[int, bool] | None:
        """Upper bound, likewise."""
        if self.to is not None:
            return self.to, True
        return None if self.below is None else (self.below, False)

    def holds(self, value: int, per: int = 1) -> bool:
        """Whether ``value / per`` lies in it, in whole numbers and so without rounding."""
        low, high = self.low, self.high
        above = low is None or value > low[0] * per or (low[1] and value == low[0] * per)
        under = high is None or value < high[0] * per or (high[1] and value == high[0] * per)
        return above and under

    def words(self, unit: str) -> str:
        """For people: ``from 100 below 130 cm``."""
        named = (
            ("from", self.from_),
            ("above", self.above),
            ("to", self.to),
            ("below", self.below),
        )
        text = " ".join(f"{name} {bound}" for name, bound in named if bound is not None)
        return f"{text} {unit}" if text else "any"


B = TypeVar("B", bound=Band)


def where(bands: Sequence[B], value: int, per: int = 1) -> B | None:
    """The band that holds ``value / per``."""
    return next((band for band in bands if band.holds(value, per)), None)


def flaws(
    bands: Sequence[Band], path: tuple[str | int, ...], *, whole: bool = False
) -> Iterator[Flaw]:
    """Gaps and overlaps of bands that should follow each other upwards without end.

    Args:
        bands: As the table lists them.
        path: Of the list.
        whole: Whether they must also begin without a lower bound.
    """
    allowed = "bands in rising order, each from where the one before ends, the last without an end"
    for index, (one, other) in enumerate(itertools.pairwise(bands)):
        here = (*path, index + 1)
        end, begin = one.high, other.low
        if end is None or begin is None:
            yield Flaw(here, "overlaps the band before it", allowed, "write both bounds")
        elif begin[0] > end[0] or (begin[0] == end[0] and not (begin[1] or end[1])):
            yield Flaw(
                here, f"gap: nothing is said of {end[0]} up to {begin[0]}", allowed, _mended(end)
            )
        elif begin[0] < end[0] or (begin[1] and end[1]):
            yield Flaw(here, f"overlaps the band before it at {begin[0]}", allowed, _mended(end))
    if bands and bands[-1].high is not None:
        yield Flaw(
            (*path, len(bands) - 1),
            f"nothing is said beyond {bands[-1].high[0]}",
            allowed,
            "leave out the last band's upper bound",
        )
    if whole and bands and bands[0].low is not None:
        yield Flaw(
            (*path, 0),
            f"nothing is said before {bands[0].low[0]}",
            allowed,
            "leave out the first band's lower bound",
        )


def _mended(end: tuple[int, bool]) -> str:
    return f"begin it with {'above' if end[1] else 'from'} = {end[0]}"
