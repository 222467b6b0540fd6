"""Axles: how many, how far apart, how heavy, by what kind of vehicle it is.

A template lists groups of axles. ``allowed`` is what a group may weigh by its number of axles and
their spacing, and ``gross`` what the whole may (Circular 39/2024/TT-BGTVT Art. 14; 07/2010 Art. 16
with 03/2011): the world loads its trucks around these figures and marks who is above. Rules that
judge live elsewhere, with dates and sources; here the figures only say what a driver was thinking.
"""

from dataclasses import dataclass
from random import Random

from edge_agent.simulators.world.chance import bell, weighted

AMBIGUOUS_CM = (127, 133)
"""Spacings in which a tandem or tridem may be read on either side of the 1.3 m step."""

_SINGLE_KG = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """Axles that carry together.

    Attributes:
        axles: How many.
        gap_cm: From the last axle of the group before, or 0 for the first.
        share: Share of the gross weight when laden.
        lift: Its first axle can be lifted.
    """

    axles: int
    gap_cm: int
    share: float
    lift: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of vehicle seen from below.

    Attributes:
        nose_cm: From the front bumper to the first axle.
        tare_kg: Empty.
        gross_kg: What it may weigh.
        groups: From the front.
    """

    nose_cm: int
    tare_kg: int
    gross_kg: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Axle:
    """One axle on the ground: centimetres behind the front bumper, kg on each side."""

    offset_cm: int
    left_kg: int
    right_kg: int

    @property
    def kg(self) -> int:
        return self.left_kg + self.right_kg


@dataclass(frozen=True, slots=True)
class Load:
    """What a vehicle puts on the road.

    Attributes:
        axles: Those that touch it, from the front.
        lifted: Axles that do not.
        over: What is above its allowance: ``gross`` and ``group1``, ``group2``…, with per mille.
        ambiguous: Some spacing lies so near 1.3 m that a scale may read it either way.
    """

    axles: tuple[Axle, ...]
    lifted: int
    over: tuple[tuple[str, int], ...]
    ambiguous: bool

    @property
    def gross_kg(self) -> int:
        return sum(axle.kg for axle in self.axles)


def allowed(axles: int, spacing_cm: int) -> int:
    """What a group of ``axles`` with ``spacing_cm`` between neighbours may weigh, kg."""
    if axles == 1:
        return _SINGLE_KG
    if axles == 2:
        return 11_000 if spacing_cm < 100 else 16_000 if spacing_cm < 130 else 18_000
    return 21_000 if spacing_cm <= 130 else 24_000


def load(rng: Random, template: Template, *, laden: float, overloaded: float) -> Load:
    """Load a vehicle.

    Args:
        rng: The vehicle's own stream for loads.
        template: Its kind.
        laden: Chance that it carries about what it may.
        overloaded: Chance that it carries clearly more.
    """
    dice = rng.random()
    over = dice < overloaded
    full = over or dice < overloaded + laden
    gross = _gross(rng, template, full=full, over=over)
    lifted = 0
    position = template.nose_cm
    ambiguous = False
    axles: list[Axle] = []
    excess: list[tuple[str, int]] = []
    for number, group in enumerate(template.groups, start=1):
        position += group.gap_cm
        spacing = weighted(rng, ((135, 0.72), (130, 0.12), (128, 0.06), (132, 0.05), (125, 0.05)))
        count = group.axles
        if group.lift and not full:
            count -= 1
            lifted += 1
            position += spacing
        if count > 1:
            ambiguous |= AMBIGUOUS_CM[0] <= spacing <= AMBIGUOUS_CM[1]
        each = gross * group.share / count
        weight = 0
        for axle in range(count):
            kg = round(bell(rng, each, each * 0.015))
            left = round(kg * bell(rng, 0.5, 0.012))
            axles.append(Axle(position, left, kg - left))
            weight += kg
            if axle < count - 1:
                position += spacing
        limit = allowed(count, spacing)
        if weight > limit:
            excess.append((f"group{number}", (weight - limit) * 1000 // limit))
    total = sum(axle.kg for axle in axles)
    if total > template.gross_kg:
        above = (total - template.gross_kg) * 1000 // template.gross_kg
        excess.insert(0, ("gross", above))
    return Load(tuple(axles), lifted, tuple(excess), ambiguous)


def _gross(rng: Random, template: Template, *, full: bool, over: bool) -> float:
    if over:
        return template.gross_kg * (1.13 + 0.6 * rng.random() * rng.random())
    if full:
        return template.gross_kg * (0.72 + 0.2 * rng.random())
    return template.tare_kg * (1.02 + 0.25 * rng.random())
