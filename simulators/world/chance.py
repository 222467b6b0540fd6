"""Chance that is the same on every machine.

One stream a purpose, so that a new feature shifts no other. Distributions use comparison, addition,
multiplication and square root only: IEEE 754 rounds those alike everywhere, logarithms it does not.
"""

from collections.abc import Sequence
from math import sqrt
from random import Random
from typing import TypeVar

T = TypeVar("T")

_BELL_TERMS = 6
_BELL_SCALE = sqrt(2.0)  # six uniforms have a variance of one half


def stream(seed: int, *purpose: str | int) -> Random:
    """A generator of its own for one purpose; strings are hashed with SHA-512, not ``hash``."""
    return Random("/".join((str(seed), *map(str, purpose))))


def exponential(rng: Random) -> float:
    """Exponential with mean 1, by von Neumann's comparisons (1951)."""
    whole = 0
    while True:
        first = last = rng.random()
        length = 1
        while (draw := rng.random()) < last:
            last = draw
            length += 1
        if length % 2:
            return whole + first
        whole += 1


def bell(rng: Random, mean: float, deviation: float) -> float:
    """Nearly normal, never further than 4.25 deviations from the mean."""
    total = 0.0
    for _ in range(_BELL_TERMS):
        total += rng.random()
    return mean + (total - _BELL_TERMS / 2) * _BELL_SCALE * deviation


def weighted(rng: Random, choices: Sequence[tuple[T, float]]) -> T:
    """One of the choices, in proportion to its weight."""
    left = rng.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][0]
