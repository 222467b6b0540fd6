"""Plates to print: texts by the Vietnamese grammar, their lines and proportions.

Series and separators after Circular 79/2024/TT-BCA and those before it whose plates stay valid;
proportions as measured on real plates. A few texts follow no grammar, so that the net reads what
it sees and not what it expects.
"""

from dataclasses import dataclass
from random import Random

FIRST = "ABCDEFGHKLMNPSTUVXYZ"
SECOND = "ABCDEFGHKLMNPRSTUVXYZ"
_BLUE = "ABCDEFGHKLM"
_OLD = "IJOQR"
_ARMY = "ABCDHKPQTV"
_ARMY_SECOND = "ABCDEFGHKLMNPQRSTVX"
_SPECIAL = ("LD", "KT", "DA", "CD", "HC", "RM", "R", "MK", "LB", "CT", "TĐ")
_FOREIGN = ("NG", "QT", "CV", "NN")
_DIGITS = "0123456789"
_ANY = "ABCDEFGHJKLMNPQRSTUVWXYZĐ"

SLOTS = 10
"""Characters that the longest plates carry: 29MĐ123456 and, on two wheels, 80441NG123."""


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed on one plate.

    Attributes:
        lines: As printed, with dashes and dots.
        kind: ``bike``, ``short``, ``long`` or ``army``.
        aspect: Width over height of the plate.
        wide: Width of a character over its height.
        tall: Height of a line over that of the plate.
    """

    lines: tuple[str, ...]
    kind: str
    aspect: float
    wide: float
    tall: float

    @property
    def text(self) -> str:
        """Compact, top line first."""
        return "".join(sign for line in self.lines for sign in line if sign not in "-. ")


def draw_print(chance: Random) -> Print:
    """Draw a plate with the mix that the reader is to be good at."""
    kind = chance.choices(("bike", "short", "long", "army"), (0.38, 0.15, 0.41, 0.06))[0]
    if kind == "army":
        kind, head, tail = "army", *_army(chance)
        return (
            _long(chance, kind, f"{head}-{tail}")
            if chance.random() < 0.5
            else _two(chance, kind, head, tail, chance.uniform(1.3, 2.05), (0.44, 0.64))
        )
    if kind == "bike":
        head, tail = _bike(chance)
        return _two(chance, kind, head, tail, chance.uniform(1.22, 1.48), (0.38, 0.5))
    head, tail = _car(chance)
    if kind == "long":
        return _long(chance, kind, head + _between(chance) + tail)
    aspect = chance.uniform(1.85, 2.1) if chance.random() < 0.6 else chance.uniform(1.32, 1.5)
    wide = (0.44, 0.66) if aspect > 1.7 else (0.42, 0.56)
    return _two(chance, kind, head.replace("-", ""), tail, aspect, wide)


def _two(
    chance: Random, kind: str, head: str, tail: str, aspect: float, wide: tuple[float, float]
) -> Print:
    tall = chance.uniform(0.345, 0.425)
    return Print((head, tail), kind, aspect, chance.uniform(*wide), tall)


def _long(chance: Random, kind: str, line: str) -> Print:
    aspect = chance.uniform(4.55, 4.9) if chance.random() < 0.4 else chance.uniform(3.9, 4.5)
    return Print((line,), kind, aspect, chance.uniform(0.42, 0.6), chance.uniform(0.6, 0.82))


def _between(chance: Random) -> str:
    return chance.choices(("-", " ", ""), (0.86, 0.07, 0.07))[0]


def _number(chance: Random, count: int) -> str:
    digits = "".join(chance.choices(_DIGITS, k=count))
    if chance.random() < 0.08:
        digits = chance.choice(_DIGITS) * count
    if count == len("12345") and chance.random() < 0.93:
        return f"{digits[:3]}.{digits[3:]}"
    return digits


def _province(chance: Random) -> str:
    return f"{chance.randrange(11, 100)}"


def _bike(chance: Random) -> tuple[str, str]:
    dash = chance.choices(("-", "", " "), (0.94, 0.03, 0.03))[0]
    head = _province(chance) + dash
    kind = chance.choices(
        ("one", "one4", "two", "electric", "blue", "foreign", "army", "special", "any"),
        (0.36, 0.2, 0.2, 0.07, 0.02, 0.03, 0.02, 0.04, 0.06),
    )[0]
    if kind == "any":
        return _nonsense(chance)
    if kind == "foreign":
        return _foreign(chance, 3)
    if kind == "army":
        return _letters(chance), _number(chance, 3)
    one, two = chance.choice("123456789"), chance.choice(SECOND)
    series = {
        "two": chance.choice(FIRST) + two,
        "electric": f"M{'Đ' if chance.random() < 0.9 else 'D'}{one}",
        "blue": chance.choice(_BLUE) + one,
        "special": chance.choice(_SPECIAL),
    }.get(kind, chance.choice(FIRST) + one)
    short = kind == "one4" or (kind == "special" and chance.random() < 0.5)
    return head + series, _number(chance, 4 if short else 5)


def _car(chance: Random) -> tuple[str, str]:
    head = _province(chance)
    kind = chance.choices(
        ("five", "four", "special", "old", "foreign", "temporary", "any"),
        (0.58, 0.14, 0.13, 0.02, 0.05, 0.02, 0.06),
    )[0]
    match kind:
        case "five" | "four":
            return head + chance.choice(FIRST), _number(chance, 5 if kind == "five" else 4)
        case "special":
            return head + chance.choice(_SPECIAL), _number(chance, chance.choice((4, 5, 5)))
        case "old":
            return head + chance.choice(_OLD), _number(chance, 4)
        case "foreign":
            return _foreign(chance, 2)
        case "temporary":
            return "T" + head, _number(chance, 5)
    return _nonsense(chance)


def _army(chance: Random) -> tuple[str, str]:
    number = _number(chance, 4)
    shown = f"{number[:2]}-{number[2:]}" if chance.random() < 0.8 else number
    return _letters(chance), shown


def _letters(chance: Random) -> str:
    return chance.choice(_ARMY) + chance.choice(_ARMY_SECOND)


def _foreign(chance: Random, count: int) -> tuple[str, str]:
    country, code = f"{chance.randrange(1, 1000):03}", chance.choice(_FOREIGN)
    number = f"{chance.randrange(10**count):0{count}}"
    if chance.random() < 0.7:
        return f"{_province(chance)}-{country}", f"{code}-{number}"
    return f"{_province(chance)}-{code}", f"{country}-{number}"


def _nonsense(chance: Random) -> tuple[str, str]:
    head = "".join(chance.choices(_DIGITS + _ANY, k=chance.randint(2, 4)))
    return head, "".join(
        chance.choices(_DIGITS + _ANY, (2.0,) * 10 + (1.0,) * len(_ANY), k=chance.randint(2, 5))
    )
