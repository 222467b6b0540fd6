"""Vehicles: what drives past, as a pure function of the world's seed and the vehicle's number."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from edge_agent.simulators.world.axles import Group, Load, Template, load
from edge_agent.simulators.world.chance import bell, stream, weighted
from edge_agent.simulators.world.plates import Plate, plate

VehicleClass = Literal[
    "motorbike", "bicycle", "car", "minibus", "bus", "light_truck", "truck", "tractor_trailer"
]

_COLOURS = ("white", "black", "silver", "grey", "red", "blue", "brown", "green", "yellow")
_PAINT = tuple(zip(_COLOURS, (28, 22, 14, 11, 9, 7, 4, 3, 2), strict=True))

_EPC_HEAD = "3034"
_WRONG_TAG = 0.008


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of vehicle: metres, and what it may carry."""

    cls: VehicleClass
    length: float
    width: float
    height: float
    template: Template
    business: float = 0.0
    tagged: float = 0.0
    laden: float = 0.3
    overloaded: float = 0.0


@dataclass(frozen=True, slots=True)
class Tag:
    """A toll tag: its 96-bit EPC in hex and the plate that it was sold for."""

    epc: str
    sold_for: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle: everything about it that does not move.

    Attributes:
        number: From 1, in the order in which they come.
        length: Metres, likewise width and height.
        body: Colour of the paint.
        tag: None on two wheels and where the owner has none.
    """

    number: int
    cls: VehicleClass
    length: float
    width: float
    height: float
    body: str
    plate: Plate
    tag: Tag | None
    load: Load

    @property
    def two_wheels(self) -> bool:
        return self.cls in {"motorbike", "bicycle"}


def _axles(nose: int, tare: int, gross: int, *groups: Group) -> Template:
    return Template(nose, tare, gross, groups)


_BOGIE5 = Group(3, 560, 0.59, lift=True)
_BOGIE6 = Group(3, 560, 0.48, lift=True)
MODELS: dict[str, Model] = {
    "motorbike": Model(
        "motorbike", 1.9, 0.72, 1.55, _axles(28, 170, 300, Group(1, 0, 0.42), Group(1, 127, 0.58))
    ),
    "bicycle": Model(
        "bicycle", 1.75, 0.6, 1.6, _axles(33, 75, 110, Group(1, 0, 0.42), Group(1, 105, 0.58))
    ),
    "car": Model(
        "car", 4.4, 1.78, 1.5,
        _axles(88, 1250, 1700, Group(1, 0, 0.54), Group(1, 260, 0.46)),
        business=0.12, tagged=0.93,
    ),
    "minibus": Model(
        "minibus", 5.9, 2.0, 2.3,
        _axles(105, 2200, 3600, Group(1, 0, 0.45), Group(1, 365, 0.55)),
        business=0.7, tagged=0.95, laden=0.5,
    ),
    "bus": Model(
        "bus", 11.6, 2.5, 3.4,
        _axles(265, 10_500, 16_000, Group(1, 0, 0.37), Group(1, 590, 0.63)),
        business=0.95, tagged=0.97, laden=0.5,
    ),
    "light_truck": Model(
        "light_truck", 6.0, 2.05, 2.7,
        _axles(110, 3000, 7000, Group(1, 0, 0.37), Group(1, 335, 0.63)),
        business=0.6, tagged=0.92, laden=0.5, overloaded=0.04,
    ),
    "truck2": Model(
        "truck", 7.8, 2.4, 3.2,
        _axles(125, 6200, 16_000, Group(1, 0, 0.38), Group(1, 450, 0.62)),
        business=0.75, tagged=0.95, laden=0.45, overloaded=0.06,
    ),
    "truck3": Model(
        "truck", 9.6, 2.5, 3.4,
        _axles(135, 9500, 24_000, Group(1, 0, 0.27), Group(2, 480, 0.73, lift=True)),
        business=0.75, tagged=0.95, laden=0.5, overloaded=0.07,
    ),
    "truck4": Model(
        "truck", 11.0, 2.5, 3.5,
        _axles(140, 11_500, 30_000, Group(2, 0, 0.43), Group(2, 460, 0.57)),
        business=0.8, tagged=0.95, laden=0.5, overloaded=0.07,
    ),
    "semi5": Model(
        "tractor_trailer", 15.6, 2.5, 3.9,
        _axles(140, 15_000, 40_000, Group(1, 0, 0.16), Group(1, 350, 0.25), _BOGIE5),
        business=0.95, tagged=0.98, laden=0.5, overloaded=0.08,
    ),
    "semi6": Model(
        "tractor_trailer", 16.2, 2.5, 3.9,
        _axles(140, 16_500, 48_000, Group(1, 0, 0.14), Group(2, 330, 0.38), _BOGIE6),
        business=0.95, tagged=0.98, laden=0.5, overloaded=0.08,
    ),
}  # fmt: skip

CITY = (
    ("motorbike", 66.0), ("bicycle", 1.5), ("car", 23.0), ("minibus", 2.0), ("bus", 2.0),
    ("light_truck", 3.0), ("truck2", 1.2), ("truck3", 0.8), ("truck4", 0.2), ("semi5", 0.3),
)  # fmt: skip
HIGHWAY = (
    ("motorbike", 52.0), ("car", 26.0), ("minibus", 3.0), ("bus", 3.0), ("light_truck", 5.0),
    ("truck2", 3.0), ("truck3", 3.0), ("truck4", 1.5), ("semi5", 1.5), ("semi6", 2.0),
)  # fmt: skip
FREIGHT = (
    ("motorbike", 51.0), ("car", 14.0), ("bus", 3.0), ("light_truck", 8.0), ("truck2", 6.0),
    ("truck3", 6.0), ("truck4", 4.0), ("semi5", 4.0), ("semi6", 4.0),
)  # fmt: skip
Mix = tuple[tuple[str, float], ...]


def make(seed: int, number: int, mix: Mix) -> Vehicle:
    """The vehicle with this number, the same whenever and wherever it is asked for."""
    model = MODELS[weighted(stream(seed, "class", number), mix)]
    body = stream(seed, "body", number)
    size = bell(body, 1.0, 0.02)
    registered = _plate(seed, number, model)
    return Vehicle(
        number=number,
        cls=model.cls,
        length=round(model.length * size * 100) / 100,
        width=round(model.width * size * 100) / 100,
        height=round(model.height * size * 100) / 100,
        body=weighted(body, _PAINT),
        plate=registered,
        tag=_tag(seed, number, model, registered.text),
        load=load(
            stream(seed, "load", number),
            model.template,
            laden=model.laden,
            overloaded=model.overloaded,
        ),
    )


def _plate(seed: int, number: int, model: Model) -> Plate:
    two_wheels = model.cls in {"motorbike", "bicycle"}
    rng = stream(seed, "plate", number)
    dealt = plate(rng, number, two_wheels=two_wheels, business=model.business)
    if model.cls == "bicycle":
        return Plate("", "white", None, None, "missing")
    return dealt


def _tag(seed: int, number: int, model: Model, text: str) -> Tag | None:
    rng = stream(seed, "tag", number)
    if rng.random() >= model.tagged:
        return None
    if rng.random() < _WRONG_TAG:
        return Tag(_epc(seed, -number), _other_car(rng, number))
    return Tag(_epc(seed, number), text)


def _other_car(rng: Random, number: int) -> str:
    """The plate of a car that stayed at home: its number is above all that ever come."""
    return plate(rng, number + 50_000, two_wheels=False, business=0.0).text


def _epc(seed: int, number: int) -> str:
    """96 bits, unique in the world; negative for tags that sit on another's windscreen."""
    return f"{_EPC_HEAD}{seed & 0xFFFFFFFF:08X}{number & 0xFFFFFFFFFFFF:012X}"
