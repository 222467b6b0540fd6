"""Lamps of vehicles and signals, and what water makes of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.cast import Cast
from edge_agent.simulators.render.furniture import Standing
from edge_agent.simulators.render.glow import add, mirrored
from edge_agent.simulators.render.hiding import Hiding
from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.solid import Colour, LampAt
from edge_agent.simulators.render.view import Floats, View
from edge_agent.simulators.world.world import Pose

Picture = NDArray[np.uint8]

_HEAD: Colour = (205, 235, 250)
_TAIL: Colour = (30, 24, 190)
_BRAKE: Colour = (60, 50, 255)
_TURN: Colour = (30, 140, 255)
_BLINK_MS = 350


def show_lamps(
    picture: Picture,
    view: View,
    lit: Light,
    vehicles: Sequence[tuple[Cast, Pose]],
    heads: Sequence[tuple[Cast, Standing]],
    hiding: Hiding,
    utc_ms: int,
    *,
    wet: bool,
) -> None:
    """Add the light of every lamp that burns, faces the camera and is not hidden."""
    for cast, pose in vehicles:
        for lamp in cast.solid.lamps:
            burning = _burning(lamp, pose, lit, utc_ms)
            if burning is None:
                continue
            colour, radius = burning
            towards = view.eye[:2] - np.array((pose.x, pose.y))
            facing = float(towards @ np.array(cast.heading)) * lamp.ahead / max(1.0, cast.away)
            if facing <= 0.1:
                continue
            place = _world(cast, np.array(lamp.place))
            _shine(picture, view, cast, place, _dim(colour, facing), radius, hiding, wet=wet)
    for cast, head in heads:
        ux, uy = head.heading
        if float((view.eye[:2] - np.array(head.place)) @ np.array((ux, uy))) > 0:
            continue
        for spot, colour in head.lit:
            place = _world(cast, np.array(spot))
            size = 0.34 if lit.heads == 0 else 0.6
            _shine(picture, view, cast, place, colour, size, hiding, wet=wet)


def _burning(lamp: LampAt, pose: Pose, lit: Light, utc_ms: int) -> tuple[Colour, float] | None:
    match lamp.kind:
        case "head":
            return (
                (_dim(_HEAD, min(1.0, 0.4 + lit.heads)), 0.2 + 0.5 * lit.heads)
                if (lit.heads)
                else None
            )
        case "tail" if pose.brakes:
            return _BRAKE, 0.22 + 0.16 * lit.heads
        case "tail":
            return (
                (_dim(_TAIL, min(1.0, 0.3 + lit.heads)), 0.18 + 0.1 * lit.heads)
                if (lit.heads)
                else None
            )
        case _:
            blink = (utc_ms + pose.vehicle.number * 97) // _BLINK_MS % 2
            on = pose.indicator in ("hazard", lamp.side) and blink
            return (_TURN, 0.2) if on else None


def _shine(
    picture: Picture,
    view: View,
    cast: Cast,
    place: Floats,
    colour: Colour,
    radius: float,
    hiding: Hiding,
    *,
    wet: bool,
) -> None:
    pixel, depth = view.project(place)
    if depth < 1 or hiding.shows(cast, pixel) == 0:
        return
    # Glare does not shrink as fast as things do.
    size = radius * view.focal / float(depth) ** 0.85 * 0.75
    add(picture, (float(pixel[0]), float(pixel[1])), size, colour)
    if wet:
        below, _ = view.project(mirrored(place))
        at = (float(below[0]), float(below[1]))
        add(picture, at, size * 0.8, _dim(colour, 0.34), 3.2)


def _world(cast: Cast, place: Floats) -> Floats:
    ux, uy = cast.heading
    turn = np.array(((ux, uy, 0.0), (-uy, ux, 0.0), (0.0, 0.0, 1.0)))
    found: Floats = place @ turn + (cast.points[0] - cast.solid.points[0] @ turn)
    return found


def _dim(colour: Colour, share: float) -> Colour:
    return colour[0] * share, colour[1] * share, colour[2] * share
