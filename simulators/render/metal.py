"""Number plates on vehicles: warped into the picture, and what can be seen of them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render.cast import SHIFT, Cast
from edge_agent.simulators.render.hiding import Hiding
from edge_agent.simulators.render.light import Light
from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.render.seen import PlateSeen
from edge_agent.simulators.render.solid import PlateAt
from edge_agent.simulators.render.view import Floats, View
from edge_agent.simulators.world.plates import Face
from edge_agent.simulators.world.vehicles import Vehicle

Picture = NDArray[np.uint8]

_FULL = 128
_FLAT_PX = 7.0
_REFLECTS = 1.7
"""Of the light of lamps and flash, more than paint does: the film is retroreflective."""


class Metal:
    """Pictures of plates, kept while their vehicles are on the map."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[tuple[int, str, int], Picture] = {}

    def forget(self, here: set[int]) -> None:
        """Drop plates of vehicles that are no longer here."""
        for key in [key for key in self._made if key[0] not in here]:
            del self._made[key]

    def mount(
        self,
        target: Picture,
        cast: Cast,
        vehicle: Vehicle,
        view: View,
        lit: Light,
        local: Floats,
        origin: tuple[int, int],
    ) -> None:
        """Paint the plates that face the camera."""
        for at in cast.solid.plates:
            quad = _quad(cast, at, view)
            if quad is None:
                continue
            face = _face(vehicle, at)
            wide, high = _size(quad)
            own = quad - origin
            if wide >= 1:
                bright = lit.ambient + np.array(lit.sun) * _facing(cast, at, lit) * 0.8
                bright = np.minimum(1.08, bright + local * _REFLECTS)
                if lit.lamps and at.end == "rear":
                    bright = np.maximum(bright, 0.42)  # the law's lamp over it
                self._warp(target, own, vehicle, face, at.end, high, bright)

    def _warp(
        self,
        target: Picture,
        quad: Floats,
        vehicle: Vehicle,
        face: Face,
        end: str,
        high: float,
        bright: Floats,
    ) -> None:
        x1, y1 = np.floor(quad.min(axis=0)).astype(int) - 1
        x2, y2 = np.ceil(quad.max(axis=0)).astype(int) + 2
        x1, y1 = max(int(x1), 0), max(int(y1), 0)
        x2, y2 = min(int(x2), target.shape[1]), min(int(y2), target.shape[0])
        if x1 >= x2 or y1 >= y2:
            return
        source = self._picture(vehicle, face, end, high)
        fixed = np.round((quad - (x1, y1)) * (1 << SHIFT)).astype(np.int32)
        area = target[y1:y2, x1:x2]
        if high < _FLAT_PX:
            mean = source.reshape(-1, 3).mean(axis=0) * bright
            colour = (*mean.tolist(), 255.0)
            cv2.fillConvexPoly(target, np.round(quad * (1 << SHIFT)).astype(np.int32), colour,
                               cv2.LINE_AA, SHIFT)  # fmt: skip
            return
        tall, wide = source.shape[:2]
        flat = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32) - 0.5
        matrix = cv2.getPerspectiveTransform(flat, (quad - (x1, y1)).astype(np.float32))
        seen = cv2.warpPerspective(
            source, matrix, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
        cv2.fillConvexPoly(mask, fixed, 255, cv2.LINE_AA, SHIFT)
        share = mask.astype(np.float32)[..., None] / 255
        shone = seen * bright
        area[..., :3] = np.clip(area[..., :3] * (1 - share) + shone * share, 0, 255)
        if area.shape[2] > 3:
            np.maximum(area[..., 3], mask, out=area[..., 3])

    def _picture(self, vehicle: Vehicle, face: Face, end: str, high: float) -> Picture:
        """The face about one and a half times as high as in the picture, lest it shimmers."""
        size = _FULL
        while size > high * 1.6 and size > 8:
            size //= 2
        size = max(size, 8)
        key = (vehicle.number, end, size)
        found = self._made.get(key)
        if found is None:
            whole = face_picture(vehicle.plate, face, self._seed, _FULL)
            width = max(2, round(size * face.width / face.height))
            found = np.asarray(
                cv2.resize(whole, (width, size), interpolation=cv2.INTER_AREA), np.uint8
            )
            self._made[key] = found
        return found

    def seen(self, cast: Cast, vehicle: Vehicle, view: View, hiding: Hiding) -> PlateSeen | None:
        """The plate that faces the camera, if one does."""
        for at in cast.solid.plates:
            quad = _quad(cast, at, view)
            if quad is None:
                continue
            us, vs = np.meshgrid((0.08, 0.36, 0.64, 0.92), (0.15, 0.5, 0.85))
            top = quad[0] + (quad[1] - quad[0]) * us[..., None]
            foot = quad[3] + (quad[2] - quad[3]) * us[..., None]
            spots = top + (foot - top) * vs[..., None]
            visible = hiding.shows(cast, spots)
            if visible == 0:
                return None
            corners = tuple((float(x), float(y)) for x, y in quad)
            face = _face(vehicle, at)
            return PlateSeen(
                vehicle.plate.text, face.lines, vehicle.plate.colour, vehicle.plate.state,
                corners, _size(quad)[0], visible,  # type: ignore[arg-type]
            )  # fmt: skip
        return None


def _face(vehicle: Vehicle, at: PlateAt) -> Face:
    face = vehicle.plate.front if at.end == "front" else vehicle.plate.rear
    assert face is not None  # noqa: S101 - a solid has places only for plates that there are
    return face


def _world(cast: Cast, at: PlateAt) -> Floats:
    ux, uy = cast.heading
    turn = np.array(((ux, uy, 0.0), (-uy, ux, 0.0), (0.0, 0.0, 1.0)))
    found: Floats = at.corners @ turn + (cast.points[0] - cast.solid.points[0] @ turn)
    return found


def _quad(cast: Cast, at: PlateAt, view: View) -> Floats | None:
    """Its corners in the picture; None when it faces away."""
    pixels, depth = view.project(_world(cast, at))
    if (depth < 1.0).any():
        return None
    across, down = pixels[1] - pixels[0], pixels[3] - pixels[0]
    return pixels if across[0] * down[1] - across[1] * down[0] > 1 else None


def _facing(cast: Cast, at: PlateAt, lit: Light) -> float:
    ahead = 1.0 if at.end == "front" else -1.0
    ux, uy = cast.heading
    return max(0.0, float(np.array((ux, uy, 0.0)) @ lit.sunwards) * ahead)


def _size(quad: Floats) -> tuple[float, float]:
    edges = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
    return float(edges[0] + edges[2]) / 2, float(edges[1] + edges[3]) / 2
