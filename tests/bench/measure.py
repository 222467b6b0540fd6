"""A measure and the figures that it yields."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number beside its target. ``ok`` is judged where it is measured."""

    name: str
    value: float
    unit: str
    target: str
    """In words that a reader can check against the value, e.g. ``≤ 1.3 × bare loop``."""
    ok: bool
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """One experiment; ``run(quick)`` gives fewer repetitions when quick, never other figures."""

    name: str
    run: Callable[[bool], list[Figure]]
    needs: tuple[str, ...] = ()
    """``root`` or names of programs; where one is missing the measure is skipped, and said so."""
    long: bool = False
    """Takes a quarter of an hour or more: run only when its own name is asked for."""
