"""How ill a sight fits a vehicle, in halves of squared standard deviations, with its reasons.

Costs add up like negative logarithms of likelihoods: what is measured in sigmas counts z²/2, and a
contradiction counts what its odds say.
"""

import math
from dataclasses import dataclass

from edge_agent.passage.pairing.place import LanePlan, Place
from edge_agent.passage.pairing.sight import Build, Sight

MISS = 6.0
"""Cost of leaving one sight without the other: beyond 2 × this they are strangers."""

GATE = 4.5
"""Standard deviations of time beyond which nothing else is looked at."""

_OWN_SPEED = 0.04
"""Relative error of a speed that a sensor measured itself."""
_LEAST_SPEED = 0.02
"""Nobody drives more evenly than this, however often measured."""
_LENGTH = 0.12
_LENGTH_M = 0.5
_BUILD = 5.0
"""A two-wheeler taken for a lorry: rarer than one in a hundred."""
_HEAVY = 2.5
"""A light vehicle taken for a heavy one: vans and small trucks are between."""
_AXLES = 3.0
_SAME = -8.0
"""The same plate, or followed by the same camera all the way."""
_OTHER_TRACK = 3.0
"""Two tracks of one camera: followed all the way, it would be one; tracks break now and then."""
_PLATE = (_SAME, -4.0, 0.0, 6.0)
"""By how many characters two readings of a plate differ: one is often misread, three never."""
_SURE_MS = 600_000.0
_SURE_TIME = 4.0
"""Who is known by plate or track may have waited on the way: time says no more than this."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The sum and its parts, for whoever asks why.

    Attributes:
        residual_ms: Seen minus expected.
        sigma_ms: What that difference is measured in.
    """

    residual_ms: float
    sigma_ms: float
    build: float = 0.0
    length: float = 0.0
    axles: float = 0.0
    identity: float = 0.0

    @property
    def total(self) -> float:
        time = (self.residual_ms / self.sigma_ms) ** 2 / 2
        if self.identity == _SAME:
            time = min(time, _SURE_TIME)
        return time + self.build + self.length + self.axles + self.identity


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is known of a vehicle when it comes to the next place.

    Attributes:
        at: Where it was last seen, metres.
        t_ms: When.
        spread_ms: Uncertainty of that moment.
        speed: m/s.
        speed_sigma: Its relative standard deviation.
    """

    at: float
    t_ms: float
    spread_ms: float
    speed: float
    speed_sigma: float
    builds: frozenset[Build]
    length: float | None
    axles: int | None
    plates: tuple[str, ...] = ()
    tracks: tuple[tuple[str, str], ...] = ()


def spread_of(sight: Sight, place: Place, speed: float) -> float:
    """Uncertainty of when the vehicle was exactly at the place, ms."""
    return math.hypot(sight.spread_ms, place.spread_m / max(speed, 0.5) * 1000)


def begin(sight: Sight, place: Place, plan: LanePlan, typical: float) -> Expectation:
    """A vehicle of which only this is known."""
    speed = sight.speed or typical
    return Expectation(
        place.at,
        sight.t_ms,
        spread_of(sight, place, speed),
        speed,
        plan.speed_spread if sight.speed is None else _OWN_SPEED,
        sight.builds,
        sight.length,
        sight.axles,
        (sight.plate,) if sight.plate else (),
        (sight.track,) if sight.track else (),
    )


def joined(known: Expectation, sight: Sight, place: Place) -> Expectation:
    """The vehicle after this sight of it as well."""
    speed, sigma = known.speed, known.speed_sigma
    spread = spread_of(sight, place, speed)
    gone = place.at - known.at
    took = sight.t_ms - known.t_ms
    # A wide antenna must not blur what an axle sensor told: expected and seen moment are weighed.
    drive_ms = gone / speed * 1000
    expected_spread = math.hypot(known.spread_ms, drive_ms * sigma)
    seen, expected = spread**-2, expected_spread**-2
    t_ms = (sight.t_ms * seen + (known.t_ms + drive_ms) * expected) / (seen + expected)
    if gone > 0 and took > 0:
        error = math.hypot(spread, known.spread_ms) / took
        speed, sigma = _weighted(speed, sigma, gone / took * 1000, max(error, 0.03))
    if sight.speed is not None:
        speed, sigma = _weighted(speed, sigma, sight.speed, _OWN_SPEED)
    return Expectation(
        place.at,
        t_ms,
        (seen + expected) ** -0.5,
        speed,
        max(sigma, _LEAST_SPEED),
        (known.builds & sight.builds) or sight.builds or known.builds,
        sight.length or known.length,
        sight.axles or known.axles,
        (*known.plates, sight.plate) if sight.plate else known.plates,
        (*known.tracks, sight.track) if sight.track else known.tracks,
    )


def cost(known: Expectation, sight: Sight, place: Place, scale: float = 1.0) -> Cost | None:
    """How ill they fit; None when they are too far apart in time to be looked at.

    Args:
        known: The vehicle.
        sight: May be of it.
        place: Of the sight.
        scale: By how much times there turned out to be more or less certain than declared.
    """
    drive_ms = (place.at - known.at) / known.speed * 1000
    residual = sight.t_ms - known.t_ms - drive_ms
    sigma = scale * math.hypot(
        known.spread_ms, spread_of(sight, place, known.speed), drive_ms * known.speed_sigma
    )
    identity = 0.0
    if sight.plate or sight.track:
        identity = min(_track(known, sight), _plate(known.plates, sight.plate), key=_strength)
    if abs(residual) > GATE * sigma and not (
        identity == _SAME and -GATE * sigma < residual < _SURE_MS
    ):
        return None
    return Cost(
        residual,
        sigma,
        _build(known.builds, sight.builds),
        _length(known.length, sight.length),
        0.0 if None in {known.axles, sight.axles} or known.axles == sight.axles else _AXLES,
        identity,
    )


def _strength(identity: float) -> tuple[bool, float]:
    """Sameness before otherness: a plate may be misread, and a track may break."""
    return identity >= 0, -abs(identity)


def _track(known: Expectation, sight: Sight) -> float:
    if sight.track is None:
        return 0.0
    if sight.track in known.tracks:
        return _SAME
    return _OTHER_TRACK if any(device == sight.track[0] for device, _ in known.tracks) else 0.0


def _plate(texts: tuple[str, ...], text: str) -> float:
    """By the best of all readings so far."""
    if not texts or not text:
        return 0.0
    return min(_PLATE[min(differ(one, text), len(_PLATE) - 1)] for one in texts)


def differ(one: str, two: str) -> int:
    """Characters in which two plates differ; one more or less counts as all."""
    if len(one) != len(two):
        return len(_PLATE)
    return sum(a != b for a, b in zip(one, two, strict=True))


def _build(one: frozenset[Build], two: frozenset[Build]) -> float:
    if not one or not two or one & two:
        return 0.0
    return _BUILD if "two-wheels" in one | two else _HEAVY


def _length(one: float | None, two: float | None) -> float:
    if one is None or two is None:
        return 0.0
    sigma = math.hypot(_LENGTH * (one + two) / 2, _LENGTH_M)
    return min(8.0, ((one - two) / sigma) ** 2 / 2)


def _weighted(one: float, sigma_one: float, two: float, sigma_two: float) -> tuple[float, float]:
    a, b = 1 / (one * sigma_one) ** 2, 1 / (two * sigma_two) ** 2
    mean = (one * a + two * b) / (a + b)
    return mean, math.sqrt(1 / (a + b)) / mean
