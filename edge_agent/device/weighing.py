"""A weighed vehicle as a station tells it, and what of it can be believed; pure functions.

What cannot be true becomes None with the flag ``out-of-range``. Nothing is ever computed in its
place: a gross weight is the station's or none.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.clock import Stamp
from edge_agent.device.readings import Axle, AxlesReading

OUT_OF_RANGE = "out-of-range"

_FLAGS = (
    "off-scale",
    "straddling",
    "tailgating",
    "speed-change",
    "missing-axle",
    "ghost-axle",
    "dead-channel",
    "temperature",
    "clock-not-set",
)
_FLAG_BITS = 16


class RawAxle(NamedTuple):
    """An axle before anything is believed: kg, kg, cm; None is not measured."""

    left: int | None
    right: int | None
    spacing: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """One vehicle as told by a station.

    Attributes:
        sequence: The station's number of it since the station's start.
        time_ms: First axle on the scale, the station's clock.
        flags: Bits, see ``docs/wim-profile.md``.
    """

    sequence: int
    time_ms: int
    lane: int
    axles: tuple[RawAxle, ...]
    gross: int | None
    speed: int | None
    length: int | None
    temperature: int | None
    flags: int
    reverse: bool


class Limits(BaseModel):
    """What a vehicle can be like; wide enough for every lorry, narrow enough for broken wires."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wheels_kg: int = Field(default=20_000, gt=0, description="Most on one side of an axle, kg.")
    spacing_cm: tuple[int, int] = Field(
        default=(40, 2500), description="Least and most between neighbouring axles, cm."
    )
    speed_kmh: tuple[int, int] = Field(default=(1, 200), description="Least and most speed, km/h.")
    length_cm: tuple[int, int] = Field(
        default=(100, 4000), description="Least and most overall length, cm."
    )
    temperature_c: tuple[int, int] = Field(
        default=(-20, 90), description="Least and most of the pavement, °C."
    )
    gross_percent: float = Field(
        default=5.0, ge=0, le=100, description="Most that gross may differ from its axles' sum, %."
    )
    gross_kg: int = Field(
        default=100, ge=0, description="Difference that is allowed to light vehicles too, kg."
    )


def flag_names(bits: int) -> list[str]:
    """Words for flag bits; a bit without a meaning is told by its number."""
    names = [*_FLAGS, *(f"bit-{bit}" for bit in range(len(_FLAGS), _FLAG_BITS))]
    return [name for bit, name in enumerate(names) if bits >> bit & 1]


def judge(record: Record, at: Stamp, limits: Limits, *, also: tuple[str, ...] = ()) -> AxlesReading:
    """The reading that a record makes: what cannot be true is None and flagged.

    Args:
        record: As told.
        at: When it was.
        limits: What can be.
        also: Further flags.
    """
    doubts = _Doubts()
    axles = tuple(
        _axle(raw, limits, doubts, first=index == 0) for index, raw in enumerate(record.axles)
    )
    if not axles:
        doubts.any = True
    speed = doubts.within(record.speed, limits.speed_kmh, 10)
    length = doubts.within(record.length, limits.length_cm)
    wheelbase = sum(axle.spacing or 0 for axle in axles)
    if length is not None and length < wheelbase:
        length, doubts.any = None, True
    gross = _gross(record, axles, limits, doubts)
    flags = [*flag_names(record.flags), *also]
    if doubts.any:
        flags.append(OUT_OF_RANGE)
    return AxlesReading(
        at,
        lane=str(record.lane),
        number=record.sequence,
        axles=axles,
        gross=gross,
        speed=speed,
        length=length,
        reverse=record.reverse,
        temperature=doubts.within(record.temperature, limits.temperature_c, 10, quiet=True),
        flags=tuple(flags),
    )


class _Doubts:
    """Whether something had to be taken out."""

    def __init__(self) -> None:
        self.any = False

    def within(
        self, value: int | None, span: tuple[int, int], scale: int = 1, *, quiet: bool = False
    ) -> int | None:
        """The value if it can be true; ``quiet``: it does not speak against the weights."""
        if value is None or span[0] * scale <= value <= span[1] * scale:
            return value
        self.any = self.any or not quiet
        return None


def _axle(raw: RawAxle, limits: Limits, doubts: _Doubts, *, first: bool) -> Axle:
    side = (0, limits.wheels_kg)
    return Axle(
        doubts.within(raw.left, side),
        doubts.within(raw.right, side),
        None if first else doubts.within(raw.spacing, limits.spacing_cm),
    )


def _gross(record: Record, axles: tuple[Axle, ...], limits: Limits, doubts: _Doubts) -> int | None:
    gross = record.gross
    if gross is None:
        return None
    sides = [side for axle in axles for side in (axle.left, axle.right)]
    known = sum(side for side in sides if side is not None)
    bound = max(limits.gross_kg, known * limits.gross_percent / 100)
    # Of axles that are measured in part only a lower bound is known.
    too_much = gross - known > bound and None not in sides
    if gross <= 0 or known - gross > bound or too_much:
        doubts.any = True
        return None
    return gross
