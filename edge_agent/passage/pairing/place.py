"""Where a lane's sensors stand, in the direction of driving."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["camera", "plate", "axles", "tag"]


@dataclass(frozen=True, slots=True)
class Place:
    """One sensor's spot in one lane.

    Attributes:
        key: Unique in the lane, for example ``wim1`` or ``cam1/arrive``.
        kind: What it tells.
        at: Metres along the lane at which its stamp is taken.
        spread_m: Half of the stretch in which a vehicle may be when it is stamped: an antenna's
            field is metres long, a loop's edge is not.
        two_wheels: Whether it can see motorbikes at all: a scale and a tag reader cannot.
    """

    key: str
    kind: Kind
    at: float
    spread_m: float = 0.5
    two_wheels: bool = True


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A lane's places and how traffic moves between them.

    Attributes:
        places: In any order.
        typical_ms: Speed to expect before anybody was measured, m/s.
        speed_spread: Relative standard deviation of that guess.
        horizon_ms: How long after a vehicle should have passed its last place readings of it are
            still taken.

    Raises:
        ValueError: Two places of one key, or numbers that cannot be.
    """

    places: Sequence[Place]
    typical_ms: float = 12.0
    speed_spread: float = 0.25
    horizon_ms: int = 3000
    by_key: dict[str, Place] = field(init=False, repr=False)
    first: float = field(init=False)
    last: float = field(init=False)

    def __post_init__(self) -> None:
        if not self.places:
            raise ValueError("a lane without sensors pairs nothing")
        if self.typical_ms <= 0 or self.speed_spread <= 0 or self.horizon_ms < 0:
            raise ValueError("speed and its spread are above 0, the horizon is not below")
        by_key = {place.key: place for place in self.places}
        if len(by_key) < len(self.places):
            raise ValueError("two sensors of one name in a lane")
        set_ = object.__setattr__
        set_(self, "places", tuple(sorted(self.places, key=lambda place: place.at)))
        set_(self, "by_key", by_key)
        set_(self, "first", self.places[0].at)
        set_(self, "last", self.places[-1].at)
