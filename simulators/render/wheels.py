"""Wheels, lamps and plates where vehicles carry them."""

from math import cos, pi, sin

import numpy as np

from edge_agent.simulators.render.looks import RIM, TYRE
from edge_agent.simulators.render.solid import MATT, Colour, LampAt, Part, Place, PlateAt
from edge_agent.simulators.world.plates import Face
from edge_agent.simulators.world.vehicles import Vehicle

_CORNERS = 14


def disc(x: float, y: float, z: float, radius: float) -> list[Place]:
    """A circle in the plane of travel."""
    turns = (2 * pi * index / _CORNERS for index in range(_CORNERS))
    return [(x + radius * cos(turn), y, z + radius * sin(turn)) for turn in turns]


def side_wheels(part: Part, vehicle: Vehicle, radius: float, inset: float = 0.0) -> None:
    """Wheels on both sides of a body, at the axles, as one sees them from outside."""
    for axle in vehicle.load.axles:
        x = -axle.offset_cm / 100
        for side in (-1, 1):
            y = side * (vehicle.width / 2 - inset + 0.01)
            inner = (x, 0.0, radius)
            part.decal(disc(x, y, radius * 1.02, radius), TYRE, MATT, inner)
            part.decal(disc(x, y + side * 0.01, radius * 1.02, radius * 0.58), RIM, 0.1, inner)
            part.decal(
                disc(x, y + side * 0.02, radius * 1.02, radius * 0.2), (60, 60, 62), MATT, inner
            )


def under(part: Part, vehicle: Vehicle, radius: float) -> None:
    """Wheels seen from ahead and behind, below the body."""
    half = vehicle.width / 2
    for axle in vehicle.load.axles:
        x = -axle.offset_cm / 100
        for side in (-1, 1):
            low, high = sorted((side * (half - 0.3), side * (half - 0.02)))
            part.box((x - radius * 0.7, low, 0.0), (x + radius * 0.7, high, radius), TYRE, MATT)


def end_quad(x: float, y: float, z: float, wide: float, high: float) -> list[Place]:
    """An upright rectangle across the direction of travel, around its middle."""
    y1, y2, z1, z2 = y - wide / 2, y + wide / 2, z - high / 2, z + high / 2
    return [(x, y1, z1), (x, y2, z1), (x, y2, z2), (x, y1, z2)]


def lamp_pair(
    part: Part, x: float, y: float, z: float, size: tuple[float, float], colour: Colour, ahead: int
) -> None:
    """Two lamps, as surfaces."""
    for side in (-1, 1):
        quad = end_quad(x + 0.012 * ahead, side * y, z, *size)
        part.decal(quad, colour, 0.1, (x - ahead, side * y, z))


def usual_lamps(vehicle: Vehicle, front_z: float, rear_z: float, inset: float) -> list[LampAt]:
    """Head, tail and turning lamps of everything with two tracks."""
    half = vehicle.width / 2 - inset
    found = []
    for side, y in (("left", half), ("right", -half)):
        found += [
            LampAt((0.02, y, front_z), 1, "head", side),
            LampAt((0.0, y * 1.1, front_z), 1, "turn", side),
            LampAt((-vehicle.length - 0.02, y, rear_z), -1, "tail", side),
            LampAt((-vehicle.length, y * 1.05, rear_z), -1, "turn", side),
        ]
    return found


def plate_at(face: Face | None, end: str, x: float, z: float, lean: float = 0.0) -> list[PlateAt]:
    """A plate in the middle of an end; ``lean`` is how far its top is inwards, metres."""
    if face is None:
        return []
    wide, high = face.width / 2000, face.height / 2000
    # Who stands ahead and reads it has the vehicle's left on the right.
    left = -wide if end == "front" else wide
    ahead = 1.0 if end == "front" else -1.0
    top = x - ahead * lean
    corners = np.array(
        [(top, left, z + high), (top, -left, z + high), (x, -left, z - high), (x, left, z - high)]
    )
    return [PlateAt(corners, end)]
