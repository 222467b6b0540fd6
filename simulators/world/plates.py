"""Number plates by the Vietnamese grammar.

Series, colours and sizes after Circular 79/2024/TT-BCA with 51/2025 (province codes), QCVN
08:2024/BCA (sizes) and Law 36/2024/QH15 Art. 36 (colours); plates issued before stay valid.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from edge_agent.simulators.world.chance import weighted

PlateColour = Literal["white", "yellow", "blue", "red"]
PlateState = Literal["clean", "dirty", "missing"]

_UNUSED = {13, 42, 44, 45, 46, 80, 87, 91, 96}
PROVINCES = tuple(str(code) for code in range(11, 100) if code not in _UNUSED)
"""Civil codes in use after 1 July 2025; 80 (the traffic police's own) is dealt out separately."""

_NEAR = ("29", "30", "31", "32", "33", "40", "99", "89", "17", "35")
_LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
_SECOND = "ABCDEFHKLMNPRSTUVXYZ"
_BLUE = "ABCDEFGHKLM"
_ARMY = ("TM", "TC", "TH", "TT", "KA", "KB", "KC", "KD", "KV", "KP", "KK", "KT", "QA", "QH", "BB")
_FOREIGN = ("NG", "QT", "CV", "NN")

LONG_MM = (520, 110)
SHORT_MM = (330, 165)
OLD_LONG_MM = (470, 110)
OLD_SHORT_MM = (280, 200)
MOTORBIKE_MM = (190, 140)


@dataclass(frozen=True, slots=True)
class Face:
    """One piece of metal: its lines as printed and its size, millimetres."""

    lines: tuple[str, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plate:
    """A vehicle's registration as it shows it.

    Attributes:
        text: Compact, without separators: ``30A12345``.
        front: None where the law asks for none, or where it is missing.
        rear: None where it is missing.
        state: How well it can be read; a missing one still has its text in the register.
    """

    text: str
    colour: PlateColour
    front: Face | None
    rear: Face | None
    state: PlateState


@dataclass(frozen=True, slots=True)
class _Dealt:
    """Letters and digits: before the separator, behind it, and what is printed there."""

    head: str
    number: str
    colour: PlateColour = "white"
    shown: str = ""
    printed_head: str = ""
    old: bool = False

    @property
    def lines(self) -> tuple[str, str]:
        return self.printed_head or self.head, self.shown or _dotted(self.number)


def plate(rng: Random, vehicle: int, *, two_wheels: bool, business: float) -> Plate:
    """Deal out a plate.

    Args:
        rng: The vehicle's own stream for plates.
        vehicle: Its number; makes the digits unlike those of the 99 999 vehicles around it.
        two_wheels: Whether it is a motorbike.
        business: Share of its kind that carries passengers or goods for pay (yellow plates).
    """
    digits = vehicle * 7919 % 100_000
    state: PlateState = weighted(rng, (("clean", 0.93), ("dirty", 0.055), ("missing", 0.015)))
    province = rng.choice(_NEAR) if rng.random() < 0.8 else rng.choice(PROVINCES)
    dealt = (
        _motorbike(rng, province, digits)
        if two_wheels
        else _car(rng, province, digits, yellow=rng.random() < business)
    )
    text = dealt.head + dealt.number
    if state == "missing":
        return Plate(text, dealt.colour, None, None, state)
    if two_wheels:
        return Plate(text, dealt.colour, None, Face(dealt.lines, *MOTORBIKE_MM), state)
    long, short = (OLD_LONG_MM, OLD_SHORT_MM) if dealt.old else (LONG_MM, SHORT_MM)
    front = Face(("-".join(dealt.lines),), *long)
    rear = front if rng.random() < 0.25 else Face(dealt.lines, *short)
    return Plate(text, dealt.colour, front, rear, state)


def _motorbike(rng: Random, province: str, digits: int) -> _Dealt:
    kind = weighted(
        rng,
        (
            ("old", 0.5),
            ("new", 0.34),
            ("old4", 0.06),
            ("electric", 0.06),
            ("foreign", 0.02),
            ("army", 0.01),
            ("blue", 0.01),
        ),
    )
    if kind == "army":
        return _Dealt(rng.choice(_ARMY), f"{digits % 1000:03}", "red")
    if kind == "foreign":
        return _foreign(rng, province, f"{digits % 1000:03}")
    number = f"{digits % 10_000:04}" if kind == "old4" else f"{digits:05}"
    series = {
        "new": rng.choice(_LETTERS) + rng.choice(_SECOND),
        "electric": f"MĐ{rng.randrange(1, 10)}",
        "blue": f"{rng.choice(_BLUE)}{rng.randrange(1, 10)}",
    }.get(kind, f"{rng.choice(_LETTERS)}{rng.randrange(1, 10)}")
    colour: PlateColour = "blue" if kind == "blue" else "white"
    return _Dealt(province + series, number, colour, printed_head=f"{province}-{series}")


def _car(rng: Random, province: str, digits: int, *, yellow: bool) -> _Dealt:
    series = province + rng.choice(_LETTERS)
    if yellow:
        return _Dealt(series, f"{digits:05}", "yellow")
    kind = weighted(
        rng,
        (
            ("new", 0.8),
            ("old4", 0.06),
            ("blue", 0.04),
            ("special", 0.04),
            ("army", 0.03),
            ("foreign", 0.03),
        ),
    )
    if kind == "army":
        number = f"{digits % 10_000:04}"
        return _Dealt(rng.choice(_ARMY), number, "red", f"{number[:2]}-{number[2:]}", old=True)
    if kind == "foreign":
        return _foreign(rng, province, f"{digits % 100:02}")
    if kind == "old4":
        return _Dealt(series, f"{digits % 10_000:04}", old=True)
    if kind == "blue":
        return _Dealt(rng.choice((province, "80")) + rng.choice(_BLUE), f"{digits:05}", "blue")
    if kind == "special":
        series = province + rng.choice(("LD", "KT", "DA"))
    return _Dealt(series, f"{digits:05}", old=rng.random() < 0.3)


def _foreign(rng: Random, province: str, number: str) -> _Dealt:
    country, code = f"{rng.randrange(1, 160):03}", rng.choice(_FOREIGN)
    return _Dealt(
        province + country,
        code + number,
        shown=f"{code}-{number}",
        printed_head=f"{province}-{country}",
    )


def _dotted(number: str) -> str:
    return f"{number[:3]}.{number[3:]}" if len(number) == len("12345") else number
