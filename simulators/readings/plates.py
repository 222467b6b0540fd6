"""What plate cameras make of a plate: the text, a wrong one, or why there is none."""

import hashlib
from random import Random
from typing import Literal

from edge_agent.simulators.readings.facts import Facts
from edge_agent.simulators.readings.manners import Manners
from edge_agent.simulators.readings.said import Wire

_ALIKE = {
    "0": "8D", "1": "7L", "2": "7Z", "3": "8", "4": "A", "5": "6S", "6": "5G", "7": "1", "8": "30",
    "9": "0", "A": "4", "B": "8", "C": "G", "D": "0", "E": "F", "F": "E", "G": "6", "H": "M",
    "K": "X", "L": "1", "M": "H", "N": "M", "P": "F", "S": "5", "T": "7", "U": "V", "V": "U",
    "X": "K", "Y": "V", "Z": "2", "Đ": "D",
}  # fmt: skip

Outcome = tuple[Wire | None, str, float]
"""The plate without its stamp and box; why there is none; seconds until it is told, at most."""


def read(
    rng: Random, facts: Facts, face: Literal["front", "rear"], manners: Manners, light: str
) -> Outcome:
    """Look at the front or the rear of a vehicle."""
    if facts.state == "missing" or not facts.plate or (face == "front" and facts.two_wheels):
        return None, "not-found", 1.4
    unread = manners.dirty_unread if facts.state == "dirty" else manners.unread
    if rng.random() < unread:
        return None, rng.choice(("unreadable", "disagree", "not-found")), 1.4
    text, wrong = facts.plate, rng.random() < manners.misread
    if wrong:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(_ALIKE.get(text[at], "8")) + text[at + 1 :]
    sure = 550 + int(300 * rng.random()) if wrong else 780 + int(219 * rng.random())
    plate: Wire = {
        "text": text,
        "confidence": sure,
        "looks": 2 + int(8 * rng.random()),
        "candidates": [facts.plate] if wrong and rng.random() < 0.5 else [],  # noqa: PLR2004
        "formats": [],
        "colour": facts.colour if light == "day" or rng.random() < 0.8 else None,  # noqa: PLR2004
        "picture": hashlib.sha256(f"{facts.number}/{face}/{text}".encode()).hexdigest(),
    }
    return plate, "", 0.8
