"""Between two places a vehicle may change lanes: what one lane lost, its neighbour has too much.

Looked at only after each lane has been solved by itself, and believed only where nothing else on
the road could be meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.passage.pairedlane import PairedLane
from edge_agent.passage.pairing.assign import assign
from edge_agent.passage.pairing.cost import MISS, Cost, cost, joined
from edge_agent.passage.pairing.lane import CLEAR, Vehicle


@dataclass(frozen=True, slots=True)
class Half:
    """A vehicle that is not whole in its lane.

    Attributes:
        due: Whether its lane has given it out.
    """

    lane: PairedLane
    vehicle: Vehicle
    due: bool

    @property
    def begins(self) -> str:
        """Place where it was seen first."""
        return min(self.vehicle.parts, key=self.lane.at)

    @property
    def lacks(self) -> bool:
        """Whether a believed sensor should have seen it and did not."""
        return self.vehicle.doubt is None and "not-detected" in self.vehicle.missing.values()


def joins(halves: Sequence[Half]) -> list[tuple[Half, Half, Vehicle]]:
    """Halves of one vehicle, the earlier first, and the whole; of those at least one is due."""
    open_ = [half for half in halves if half.lacks]
    found: dict[tuple[int, int], Cost] = {}
    for row, one in enumerate(open_):
        for column, two in enumerate(open_):
            value = _fits(one, two)
            if value is not None:
                found[row, column] = value
    pairs = assign({key: value.total for key, value in found.items()}, MISS)
    result = []
    taken: set[int] = set()
    for pair in sorted(pairs, key=lambda each: -each.margin):
        one, two = open_[pair.row], open_[pair.column]
        clear = pair.margin >= CLEAR and not taken & {pair.row, pair.column}
        if clear and (one.due or two.due):
            taken |= {pair.row, pair.column}
            result.append((one, two, _whole(one, two, found[pair.row, pair.column])))
    return result


def _fits(one: Half, two: Half) -> Cost | None:
    place = two.lane.where_is(two.begins)
    if one.lane is two.lane or one.vehicle.known.at >= place.at:
        return None
    return cost(one.vehicle.known, two.vehicle.parts[two.begins][0], place)


def _whole(one: Half, two: Half, value: Cost) -> Vehicle:
    begins, first, second = two.begins, one.vehicle, two.vehicle
    sight, _ = second.parts[begins]
    from_ = two.lane.at(begins)
    kinds = {two.lane.where_is(key).kind for key in second.parts}
    missing = {
        key: why
        for key, why in first.missing.items()
        if one.lane.at(key) < from_ and one.lane.where_is(key).kind not in kinds - {"camera"}
    }
    missing |= {key: why for key, why in second.missing.items() if two.lane.at(key) > from_}
    return Vehicle(
        first.parts | second.parts | {begins: (sight, value)},
        missing,
        second.speed if second.speed is not None else first.speed,
        joined(first.known, sight, two.lane.where_is(begins)),
        first.twins + second.twins,
    )
