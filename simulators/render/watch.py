"""A camera on a world: pictures at moments, and what truly shows in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_agent.simulators.render.renderer import Renderer, Shot
from edge_agent.simulators.render.seen import PlateSeen, Seen
from edge_agent.simulators.render.showing import Showing
from edge_agent.simulators.render.view import View
from edge_agent.simulators.world.site import CameraAt, Site
from edge_agent.simulators.world.world import World

PLATE_PX = 30.0
"""Plates narrower than this are not told of: nobody could read them."""

_WHOLE = 0.95
_MARKED = ((0.08, 0.95), (0.92, 0.9), (0.16, 0.4), (0.8, 0.35), (0.45, 0.66), (0.68, 0.55))


@dataclass(slots=True)
class _Shown:
    vehicle: int
    since_ms: int
    last_ms: int
    plate: PlateSeen


def camera_of(site: Site, name: str | None) -> CameraAt:
    """A site's camera; its first without a name.

    Raises:
        ValueError: The site has no such camera; the text lists those that there are.
    """
    if name is None:
        return site.cameras[0]
    there = (*site.cameras, *site.guards)
    for camera in there:
        if camera.name == name:
            return camera
    names = ", ".join(camera.name for camera in there)
    raise ValueError(f"{site.name} has no camera {name!r}; there are {names}")


def picture_lines(camera: CameraAt, view: View, *, by_lane: bool = False) -> list[dict[str, Any]]:
    """Counting lines of a camera: name and ends, x1, y1, x2, y2 as shares of the picture.

    With ``by_lane`` their parts, a lane each.
    """
    found = []
    for name, ends in (camera.lanes if by_lane else camera.lines).items():
        pixels, _ = view.project(np.array([(*end, 0.0) for end in ends]))
        shares = (pixels + 0.5) / (view.width, view.height)
        found.append({"name": name, "points": [round(float(v), 4) for v in shares.ravel()]})
    return found


def ground_marks(view: View) -> list[list[float]]:
    """Points of the road that calibrate a camera: x and y in the picture (shares), X and Y, metres.

    Wide apart, no three on one line, none nearer the horizon than a third of the way to it.
    """
    top = max(0.0, view.horizon() / view.height)
    shares = np.array([(x, top + (1 - top) * down) for x, down in _MARKED])
    ground = view.ground(shares * (view.width, view.height) - 0.5)
    return [
        [round(float(value), 4) for value in (*share, *place)]
        for share, place in zip(shares, ground, strict=True)
    ]


class Watch:
    """Follows a world through one camera.

    Args:
        world: Moved on by ``at``; nobody else may move it.
        camera: Which of its site's cameras.
        renderer: Made for that camera.

    Attributes:
        showing: How much of whom the last pictures showed.
    """

    def __init__(self, world: World, camera: CameraAt, renderer: Renderer) -> None:
        self._world = world
        self._camera = camera
        self._renderer = renderer
        self._plates: dict[int, _Shown] = {}
        self.showing = Showing()

    def skip_to(self, utc_ms: int) -> None:
        """Let time go on without pictures, and without truth about it."""
        self._world.advance_to(utc_ms)

    def at(self, utc_ms: int) -> tuple[Shot, list[dict[str, Any]]]:
        """The picture at a moment and the truth that it is the first to show.

        ``crossing`` for the camera's counting lines, with the greatest share of the vehicle that
        ``shown`` was within a second before; ``plate`` once a plate is no longer whole in
        the picture: since when it was, its text and its greatest width. ``t`` is ``utc_ms``.
        """
        crossings = [
            event
            for event in self._world.advance_to(utc_ms)
            if event["what"] == "crossing" and event["line"] in self._camera.lines
        ]
        world = self._world
        signals = {place.name: world.signals(place.name) for place in world.site.controllers}
        shot = self._renderer.render(world.vehicles(), signals, utc_ms)
        self.showing.add(shot.seen, utc_ms)
        truth = [
            {
                "t": utc_ms,
                "what": "crossing",
                "line": event["line"],
                "direction": event["direction"],
                "cls": event["cls"],
                "vehicle": event["vehicle"],
                "lane": event["lane"],
                "spd": event["spd"],
                "shown": self.showing.of(event["vehicle"]),
                "at": event["t"],
            }
            for event in crossings
        ]
        truth += self._plate_truth(shot.seen, utc_ms)
        return shot, truth

    def _plate_truth(self, seen: tuple[Seen, ...], utc_ms: int) -> Iterator[dict[str, Any]]:
        now: set[int] = set()
        for one in seen:
            plate = one.plate
            if plate is None or plate.px < PLATE_PX or plate.visible < _WHOLE:
                continue
            now.add(one.number)
            known = self._plates.get(one.number)
            if known is None:
                self._plates[one.number] = _Shown(one.number, utc_ms, utc_ms, plate)
                continue
            known.last_ms = utc_ms
            if plate.px > known.plate.px:
                known.plate = plate
        for number in sorted(self._plates.keys() - now):
            shown = self._plates.pop(number)
            yield {
                "t": utc_ms,
                "what": "plate",
                "vehicle": number,
                "text": shown.plate.text,
                "colour": shown.plate.colour,
                "lines": len(shown.plate.lines),
                "state": shown.plate.state,
                "from": shown.since_ms,
                "to": shown.last_ms,
                "px": round(shown.plate.px),
            }
