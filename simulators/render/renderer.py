"""Pictures of the world at a moment, from one camera, with the truth about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.simulators.render import bodies, trucks, twowheels
from edge_agent.simulators.render.cast import Cast, colours, paint, silhouette, stand
from edge_agent.simulators.render.furniture import Standing, heads, standing
from edge_agent.simulators.render.glow import pools
from edge_agent.simulators.render.hiding import Hiding
from edge_agent.simulators.render.lamps import show_lamps
from edge_agent.simulators.render.layout import Layout, layout
from edge_agent.simulators.render.light import Light, light
from edge_agent.simulators.render.metal import Metal
from edge_agent.simulators.render.order import back_to_front
from edge_agent.simulators.render.scenery import lamp_light_at, lamp_spots, paint_scenery
from edge_agent.simulators.render.seen import Seen
from edge_agent.simulators.render.sensor import Sensor
from edge_agent.simulators.render.shade import blur_step, cast_shadows, mirror, smeared
from edge_agent.simulators.render.solid import Solid
from edge_agent.simulators.render.view import Floats, View
from edge_agent.simulators.world.signal_state import SignalState
from edge_agent.simulators.world.site import CameraAt, Site
from edge_agent.simulators.world.vehicles import Vehicle
from edge_agent.simulators.world.world import Pose

Picture = NDArray[np.uint8]

_FAR_M = 260.0
_CLEAR_M = 45.0
"""Whoever mounts a camera sees to it that no post stands nearer before it."""
_LAMP_TINT = np.array((0.62, 0.88, 1.0))
_PLATE_EXPOSURE_S = 1 / 2000
_FLASH_AT_M = 18.0
_SEEN_BLUR_PX = 1.2


@dataclass(frozen=True)
class Shot:
    """A picture, BGR, and the vehicles in it, the near ones last."""

    picture: Picture
    seen: tuple[Seen, ...]


class Renderer:
    """One camera of a site in one light.

    Equal arguments give equal pictures to the byte, whatever was rendered before.

    Args:
        site: Where the camera stands.
        camera: Its pose.
        seed: Of everything that only a picture shows: houses, clothes, dirt, grain.
        scene: ``day``, ``dusk`` or ``night``.
        rain: Whether it rains.
        size: Of the picture, pixels; the camera's own by default.
        zoom: Times the camera's focal length.
        street: Surroundings other than the site's own.
        lit: Light other than the scene's own.
        drops: Whether rain is seen falling; as ``rain`` says by default.
        also: More things that stand there, however near.
    """

    def __init__(
        self,
        site: Site,
        camera: CameraAt,
        seed: int = 1,
        scene: str = "day",
        *,
        rain: bool = False,
        size: tuple[int, int] | None = None,
        zoom: float = 1.0,
        street: Layout | None = None,
        lit: Light | None = None,
        drops: bool | None = None,
        also: Sequence[Standing] = (),
    ) -> None:
        self.view = View.of(camera, size, zoom)
        self.light: Light = lit or light(scene, rain=rain)
        self._seed = seed
        self._rain = rain
        self._flash = camera.plates and self.light.heads > 0
        self._exposure_s = _PLATE_EXPOSURE_S if camera.plates else self.light.exposure_s
        self._layout = street or layout(site, seed)
        self._scenery = paint_scenery(self.view, self._layout, self.light, seed, wet=rain)
        self._spots = lamp_spots(self._layout)
        self._heads = heads(site)
        self._standing = [
            cast
            for one in standing(self._layout)
            if (cast := self._stand(one)) is not None and cast.away > _CLEAR_M
        ]
        self._standing += [cast for one in also if (cast := self._stand(one)) is not None]
        self._shades = {id(cast): self._shade(cast) for cast in self._standing}
        falls = rain if drops is None else drops
        self._sensor = Sensor(self.view.width, self.view.height, self.light, seed, rain=falls)
        self._metal = Metal(seed)
        self._solids: dict[int, Solid] = {}

    def render(
        self, poses: Sequence[Pose], signals: Mapping[str, SignalState], utc_ms: int
    ) -> Shot:
        """The picture at a moment.

        Args:
            poses: ``World.vehicles()``.
            signals: State of each controller that the site's signal heads belong to.
            utc_ms: The moment; of grain, drops and blinking lamps.
        """
        shown = self._cast(poses)
        casts = [cast for cast, _ in shown]
        picture = self._ground(casts)
        lit = [one.at(signals, utc_ms) for one in self._heads if one.controller in signals]
        posts = [(cast, one) for one in lit if (cast := self._stand(one)) is not None]
        everything = [*casts, *self._standing, *(cast for cast, _ in posts)]
        who = {id(cast): pose for cast, pose in shown}
        hiding = Hiding(self.view.width, self.view.height)
        seen: list[tuple[Cast, Pose]] = []
        for cast in back_to_front(everything, self.view.eye):
            pose = who.get(id(cast))
            hiding.put(cast)
            self._paint(picture, cast, pose)
            if pose is not None:
                seen.append((cast, pose))
        show_lamps(picture, self.view, self.light, seen, posts, hiding, utc_ms, wet=self._rain)
        found = tuple(self._seen(cast, pose, hiding) for cast, pose in seen)
        return Shot(self._sensor.expose(picture, utc_ms), found)

    # Steps.

    def _cast(self, poses: Sequence[Pose]) -> list[tuple[Cast, Pose]]:
        found = []
        eye, ahead = self.view.eye, self.view.axes[2]
        here = set()
        for pose in poses:
            dx, dy = pose.x - eye[0], pose.y - eye[1]
            if dx * dx + dy * dy > _FAR_M**2 or dx * ahead[0] + dy * ahead[1] < -20:
                continue
            number = pose.vehicle.number
            here.add(number)
            solid = self._solids.get(number)
            if solid is None:
                solid = self._solids[number] = build(pose.vehicle, self._seed)
            cast = stand(self.view, solid, pose.x, pose.y, pose.ux, pose.uy)
            if cast is not None and not self._scenery.hides(cast.pixels, cast.depth):
                found.append((cast, pose))
        for number in self._solids.keys() - here:
            del self._solids[number]
        self._metal.forget(here)
        return found

    def _stand(self, one: Standing) -> Cast | None:
        return stand(self.view, one.solid, *one.place, *one.heading)

    def _ground(self, casts: list[Cast]) -> Picture:
        picture = self._scenery.picture.copy()
        if self.light.heads:
            small = pools(self.view, casts)
            size = (self.view.width, self.view.height)
            wide = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
            bright = cv2.multiply(
                self._scenery.bare,
                cv2.merge((wide, wide, wide)),
                scale=self.light.heads * 1.6 / 255,
            )
            cv2.add(picture, bright, picture)
        cast_shadows(picture, self.view, self.light, casts)
        if self._rain:
            mirror(picture, self.view, self.light, casts)
        return picture

    def _local(self, cast: Cast) -> Floats:
        """Light of lamps where it stands."""
        found = np.zeros(3)
        if self.light.lamps:
            middle = cast.foot.mean(axis=0)
            found = found + _LAMP_TINT * self.light.lamps * lamp_light_at(self._spots, middle)
        if self._flash:
            found = found + min(1.0, 0.62 * (_FLASH_AT_M / max(4.0, cast.away)) ** 2)
        return np.asarray(found, float)

    def _shade(self, cast: Cast) -> Floats:
        return colours(cast, self.view, self.light, self._local(cast))

    def _paint(self, picture: Picture, cast: Cast, pose: Pose | None) -> None:
        if pose is None:
            shades = self._shades.get(id(cast))
            shades = self._shade(cast) if shades is None else shades
            paint(picture, cast, self.view, shades, (0, 0))
            return
        local = self._local(cast)
        if cast.tiny:
            silhouette(picture, cast, self.light, local)
            return
        shades = colours(cast, self.view, self.light, local)
        step = blur_step(self.view, cast, pose, self._exposure_s)
        if max(abs(step[0]), abs(step[1])) < _SEEN_BLUR_PX:
            paint(picture, cast, self.view, shades, (0, 0))
            self._metal.mount(picture, cast, pose.vehicle, self.view, self.light, local, (0, 0))
            return
        with smeared(picture, cast.box, step) as (patch, origin):
            if patch is not None:
                paint(patch, cast, self.view, shades, origin)
                self._metal.mount(patch, cast, pose.vehicle, self.view, self.light, local, origin)

    def _seen(self, cast: Cast, pose: Pose, hiding: Hiding) -> Seen:
        x1, y1, x2, y2 = cast.box
        width, height = self.view.width, self.view.height
        clipped = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
        return Seen(
            number=pose.vehicle.number,
            cls=pose.vehicle.cls,
            box=clipped,
            shown=hiding.shown(cast, clipped),
            whole=cast.box,
            visible=hiding.visible(cast),
            away=cast.away,
            plate=None if cast.tiny else self._metal.seen(cast, pose.vehicle, self.view, hiding),
        )


def build(vehicle: Vehicle, seed: int) -> Solid:
    """The solid of a vehicle; the same whenever it is asked for."""
    chance = Random(f"{seed}/look/{vehicle.number}")
    match vehicle.cls:
        case "motorbike":
            return twowheels.motorbike(vehicle, chance)
        case "bicycle":
            return twowheels.bicycle(vehicle, chance)
        case "car":
            return bodies.car(vehicle, chance)
        case "minibus" | "bus":
            return bodies.bus(vehicle, chance)
        case _:
            return trucks.truck(vehicle, chance)
