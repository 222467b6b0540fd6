"""Traffic by chance: who stands where on a street, none within another."""

from dataclasses import dataclass
from itertools import count
from math import atan2, cos, sin
from random import Random

import numpy as np

from edge_agent.simulators.render.view import Floats
from edge_agent.simulators.render_set.carriageway import Track
from edge_agent.simulators.render_set.street import Street
from edge_agent.simulators.world.geometry import Point
from edge_agent.simulators.world.vehicles import Mix, Vehicle, make
from edge_agent.simulators.world.world import Pose

_CLASSES = (
    "motorbike", "bicycle", "car", "minibus", "bus", "light_truck", "truck2", "truck3", "truck4",
    "semi5", "semi6",
)  # fmt: skip
_MIXES = (
    (70, 3, 22, 2, 2, 2, 1, 0.5, 0.2, 0.3, 0.2),
    (25, 1, 40, 8, 8, 8, 4, 3, 1, 2, 2),
    (15, 1, 14, 6, 8, 14, 12, 10, 5, 7, 8),
    (60, 8, 15, 5, 5, 3, 1, 1, 0, 0, 0),
)
_TWO_WHEELS: Mix = (("motorbike", 0.96), ("bicycle", 0.04))
_GAP_M = 0.25
_EYE_M = 4.5


@dataclass(frozen=True)
class Crowd:
    """How full a street is.

    Attributes:
        gap: Mean metres between those who follow each other.
        swarms: Clusters of motorbikes, and how many are in each at most.
        near: Where the camera looks; nobody is put further away than ``reach`` metres.
        eye: Where it stands; nobody is put there.
        sure: How many are put where it looks, whatever the lanes hold.
    """

    gap: float
    swarms: int
    swarm_size: int
    near: Point
    eye: Point
    reach: float
    most: int
    sure: int


class Room:
    """Where somebody stands already: discs along each vehicle."""

    def __init__(self) -> None:
        self._taken = np.zeros((0, 3))

    def keep_free(self, place: Point, radius: float) -> None:
        """Let nobody stand there."""
        self._taken = np.vstack((self._taken, (*place, radius)))

    def take(self, vehicle: Vehicle, x: float, y: float, ux: float, uy: float) -> bool:
        """Whether there was room for it."""
        discs = _discs(vehicle, x, y, ux, uy)
        if len(self._taken):
            apart = np.hypot(
                discs[:, None, 0] - self._taken[None, :, 0],
                discs[:, None, 1] - self._taken[None, :, 1],
            )
            if (apart < discs[:, None, 2] + self._taken[None, :, 2]).any():
                return False
        self._taken = np.vstack((self._taken, discs))
        return True


def _discs(vehicle: Vehicle, x: float, y: float, ux: float, uy: float) -> Floats:
    radius = vehicle.width / 2
    number = max(2, round(vehicle.length / vehicle.width))
    behind = np.linspace(radius, vehicle.length - radius, number)
    return np.column_stack((x - ux * behind, y - uy * behind, np.full(number, radius + _GAP_M / 2)))


class _Placing:
    """Puts vehicles onto a street, one after the other, where there is room."""

    def __init__(self, street: Street, crowd: Crowd, seed: int, first: int, chance: Random) -> None:
        self._street, self._crowd, self._chance = street, crowd, chance
        self._seed, self._numbers, self._room = seed, count(first), Room()
        self._room.keep_free(crowd.eye, _EYE_M)
        self._mix: Mix = tuple(zip(_CLASSES, chance.choice(_MIXES), strict=True))
        self.found: list[Pose] = []

    def _put(self, kind: Mix, at: Point, heading: Point, speed: float, lean: float) -> None:
        near = self._crowd.near
        full = len(self.found) >= self._crowd.most
        if full or np.hypot(at[0] - near[0], at[1] - near[1]) > self._crowd.reach:
            return
        vehicle = make(self._seed, next(self._numbers), kind)
        turn = atan2(heading[1], heading[0]) + self._chance.gauss(0, lean)
        ux, uy = cos(turn), sin(turn)
        if self._room.take(vehicle, *at, ux, uy):
            self.found.append(_pose(vehicle, at, (ux, uy), speed, self._chance))

    def _some(self, share: float) -> Mix:
        """The street's mix for this share of cases, else two wheels only."""
        return self._mix if self._chance.random() < share else _TWO_WHEELS

    def aim(self) -> None:
        """One with an end turned to the camera: away from it, or, seldomer, towards it."""
        near, eye, chance = self._crowd.near, self._crowd.eye, self._chance
        ahead = near[0] - eye[0], near[1] - eye[1]
        away = max(self._street.tracks, key=lambda track: _along(track.heading, ahead)).heading
        heading = away if chance.random() < 0.65 else (-away[0], -away[1])
        spot = near[0] + chance.gauss(0, 2.0), near[1] + chance.gauss(0, 2.0)
        self._put(self._some(0.6), spot, heading, chance.choice((0.0, 4.0, 12.0)), 0.12)

    def swarm(self) -> None:
        """Motorbikes as they wait at, or pour from, a stop line: shoulder to shoulder."""
        near, chance = self._crowd.near, self._chance
        track = chance.choice(self._street.tracks)
        middle = _along(track.heading, (near[0] - track.start[0], near[1] - track.start[1]))
        middle += chance.uniform(-14, 14)
        long, wide = chance.uniform(5, 22), chance.uniform(3, 11)
        lean, speed = chance.choice((0.05, 0.12, 0.3)), chance.choice((0.0, 2.0, 6.0))
        for _ in range(chance.randrange(6, self._crowd.swarm_size + 7) * 2):
            spot = _beside(track, middle + chance.uniform(0, long), chance.uniform(-wide, wide) / 2)
            self._put(_TWO_WHEELS, spot, track.heading, speed, lean)

    def fill(self, track: Track) -> None:
        """One lane, and those on two wheels along its edges."""
        chance = self._chance
        pace = chance.choice((0.0, 4.0, 9.0, 14.0))
        along = -chance.random() * self._crowd.gap
        while along < track.length:
            along += 2.0 + chance.expovariate(1 / self._crowd.gap)
            spot = _beside(track, along, chance.gauss(0, 0.2))
            self._put(self._mix, spot, track.heading, pace, 0.03)
            for edge in (-1, 1):
                if chance.random() < 0.25:
                    spot = _beside(track, along + chance.uniform(-5, 5), edge * track.width * 0.45)
                    self._put(_TWO_WHEELS, spot, track.heading, pace, 0.08)

    def stray(self) -> None:
        """One that turns, crosses or is parked."""
        near, chance = self._crowd.near, self._chance
        spot = near[0] + chance.uniform(-18, 18), near[1] + chance.uniform(-25, 25)
        turn = chance.uniform(-3.2, 3.2)
        self._put(self._some(0.5), spot, (cos(turn), sin(turn)), 3.0, 0.0)


def traffic(street: Street, crowd: Crowd, seed: int, first: int, chance: Random) -> list[Pose]:
    """Vehicles on the lanes, between them, in swarms and where none should be.

    Args:
        street: Where.
        crowd: How many.
        seed: Of the vehicles themselves.
        first: Number of the first; a renderer knows them apart by it.
        chance: Of where they stand.
    """
    placing = _Placing(street, crowd, seed, first, chance)
    for _ in range(crowd.sure):
        placing.aim()
    for _ in range(crowd.swarms):
        placing.swarm()
    tracks = street.tracks[:]
    chance.shuffle(tracks)
    for track in tracks:
        placing.fill(track)
    for _ in range(chance.randrange(9)):
        placing.stray()
    return placing.found


def _beside(track: Track, along: float, left: float) -> Point:
    (x, y), (ux, uy) = track.start, track.heading
    return x + ux * along - uy * left, y + uy * along + ux * left


def _along(one: Point, other: Point) -> float:
    return one[0] * other[0] + one[1] * other[1]


def _pose(vehicle: Vehicle, at: Point, heading: Point, speed: float, chance: Random) -> Pose:
    return Pose(
        vehicle=vehicle,
        x=at[0],
        y=at[1],
        ux=heading[0],
        uy=heading[1],
        speed=max(0.0, speed * chance.uniform(0.7, 1.3)),
        link="",
        d=0.0,
        brakes=chance.random() < (0.7 if speed < 3 else 0.2),
        indicator=chance.choice((None, None, None, None, "left", "right", "hazard")),
    )
