"""Tables with measures: how fast, how heavy, and from where it is punished."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from edge_agent.contract.verdicts import RuleKind
from edge_agent.device.readings import VehicleClass
from edge_agent.rules import bands
from edge_agent.rules.bands import Band, Flaw
from edge_agent.rules.law import ID, Part, Table, twice


class SpeedBand(Band):
    """By how many km/h the limit is exceeded, and what that is."""

    id: str = Field(pattern=ID, description="Article, clause, point.")


class SpeedScale(Part):
    """Bands of some classes."""

    classes: list[VehicleClass] = Field(min_length=1, description="Vehicles that it speaks of.")
    bands: list[SpeedBand] = Field(min_length=1, description="Bands, rising.")


class LoadBand(Band):
    """A limit of a group of axles, by the distance between neighbours, cm."""

    kg: int = Field(gt=0, description="What the group may weigh, kg.")


class AxleLimits(Part):
    """What axles may weigh."""

    single_kg: int = Field(gt=0, description="One axle, kg.")
    group_to_cm: int = Field(
        gt=0, description="Neighbours no farther apart than this are a group, cm."
    )
    tandem: list[LoadBand] = Field(min_length=1, description="Two axles.")
    tridem: list[LoadBand] = Field(min_length=1, description="Three axles.")


class GrossLimit(Part):
    """What a vehicle may weigh, by the number of its axles."""

    axles: int = Field(ge=2, description="Axles.")
    more: bool = Field(default=False, description="true: or more of them.")
    kg: int = Field(gt=0, description="Whole weight, kg.")


class GrossLimits(Part):
    """What whole vehicles may weigh."""

    rigid: list[GrossLimit] = Field(min_length=1, description="On one chassis.")
    articulated: list[GrossLimit] = Field(min_length=1, description="Tractor with semitrailer.")
    rigid_classes: list[VehicleClass] = Field(description="Classes that are rigid.")
    articulated_classes: list[VehicleClass] = Field(description="Classes that are articulated.")
    rigid_to_cm: int = Field(
        gt=0, description="No rigid vehicle has its first and last axle farther apart, cm."
    )


class Penalty(Band):
    """By how many per cent a limit is exceeded, and what that is."""

    id: str = Field(pattern=ID, description="Article, clause, point.")
    of: list[Literal["gross", "axle"]] = Field(min_length=1, description="Weights it speaks of.")


class Accuracy(Part):
    """Half-width of what a station's certificate promises, per cent of the weight."""

    name: str = Field(description="Accuracy class.")
    gross: int = Field(ge=0, le=100)
    group: int = Field(ge=0, le=100)
    single: int = Field(ge=0, le=100)


class SpeedingTable(Table):
    """Driving faster than the lane's limit."""

    KINDS: ClassVar[frozenset[RuleKind]] = frozenset({"speeding"})
    tolerance_kmh: int = Field(ge=0, description="Granted on top of the limit, km/h.")
    coverage: int = Field(
        ge=1, le=5, description="Standard errors of the speed that are taken off before it counts."
    )
    scale: list[SpeedScale] = Field(min_length=1, description="Bands of km/h over the limit.")

    def flaws(self) -> Iterator[Flaw]:
        yield from twice([scale.classes for scale in self.scale], ("scale",))
        for index, scale in enumerate(self.scale):
            yield from bands.flaws(scale.bands, ("scale", index, "bands"))

    def words(self) -> Iterator[tuple[str, str]]:
        for scale in self.scale:
            classes = ", ".join(name.value for name in scale.classes)
            for band in scale.bands:
                yield band.id, f"{band.words('km/h')} over the limit: {classes}"

    def scale_of(self, vehicle: VehicleClass) -> SpeedScale | None:
        """The bands that speak of such a vehicle."""
        return next((scale for scale in self.scale if vehicle in scale.classes), None)


class OverloadTable(Table):
    """Heavier than the road allows: an axle, a group of axles, or the whole."""

    KINDS: ClassVar[frozenset[RuleKind]] = frozenset({"overload"})
    axle: AxleLimits
    gross: GrossLimits
    penalty: list[Penalty] = Field(min_length=1, description="Bands of per cent over a limit.")
    accuracy: list[Accuracy] = Field(description="What accuracy classes promise.")

    def flaws(self) -> Iterator[Flaw]:
        yield from bands.flaws(self.axle.tandem, ("axle", "tandem"), whole=True)
        yield from bands.flaws(self.axle.tridem, ("axle", "tridem"), whole=True)
        yield from _rows("rigid", self.gross.rigid)
        yield from _rows("articulated", self.gross.articulated)
        gross = self.gross
        yield from twice([gross.rigid_classes, gross.articulated_classes], ("gross",))
        for of in ("gross", "axle"):
            places = [index for index, one in enumerate(self.penalty) if of in one.of]
            for flaw in bands.flaws([self.penalty[index] for index in places], ("penalty",)):
                index = flaw.path[-1]
                yield flaw._replace(path=("penalty", places[int(index)]))

    def words(self) -> Iterator[tuple[str, str]]:
        yield "one axle", f"{self.axle.single_kg} kg"
        for name, limits in (("two axles", self.axle.tandem), ("three axles", self.axle.tridem)):
            for limit in limits:
                yield f"{name}, {limit.words('cm')} apart", f"{limit.kg} kg"
        for name, rows in (("rigid", self.gross.rigid), ("articulated", self.gross.articulated)):
            for row in rows:
                yield f"{name}, {row.axles} axles{' or more' if row.more else ''}", f"{row.kg} kg"
        for penalty in self.penalty:
            yield penalty.id, f"{penalty.words('%')} over: {', '.join(penalty.of)}"

    def penalty_of(self, of: Literal["gross", "axle"], over: int, limit: int) -> Penalty | None:
        """The band of ``over`` kg above ``limit`` kg; None where it is not punished."""
        mine = [one for one in self.penalty if of in one.of]
        return bands.where(mine, over * 100, limit) if over > 0 else None

    def granted_percent(self, of: Literal["gross", "axle"]) -> int:
        """Up to how many per cent over a limit nothing is punished."""
        low = next((one.low for one in self.penalty if of in one.of), None)
        return 0 if low is None else low[0]

    def accuracy_of(self, name: str) -> Accuracy | None:
        """What a class promises; None when nobody knows such a class."""
        return next((one for one in self.accuracy if one.name == name), None)


def gross_limit(rows: list[GrossLimit], axles: int) -> GrossLimit | None:
    """What a vehicle of so many axles may weigh; None where the law is silent."""
    return next(
        (row for row in rows if row.axles == axles or (row.more and axles > row.axles)), None
    )


def _rows(name: str, rows: list[GrossLimit]) -> Iterator[Flaw]:
    allowed = "one row for each number of axles, rising by one, the last with more = true"
    for index, row in enumerate(rows):
        last = index == len(rows) - 1
        path = ("gross", name, index)
        if index and row.axles != rows[index - 1].axles + 1:
            yield Flaw(
                path,
                f"after {rows[index - 1].axles} axles comes {row.axles}",
                allowed,
                "add, remove or sort rows",
            )
        if row.more is not last:
            yield Flaw(
                path,
                "or more: in the last row and nowhere else",
                allowed,
                f"set more = {str(last).lower()}",
            )
