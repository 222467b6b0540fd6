"""A set, scene after scene: a few pictures of one street, camera and light each."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal, cast, get_args

import cv2

from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render_set.crowd import Crowd, traffic
from edge_agent.simulators.render_set.develop import develop, film
from edge_agent.simulators.render_set.labels import label
from edge_agent.simulators.render_set.mount import Kind, Mood, mood, mount
from edge_agent.simulators.render_set.sites import SiteScene, Where
from edge_agent.simulators.render_set.street import clear_view, street
from edge_agent.simulators.render_set.things import things
from edge_agent.simulators.world.chance import weighted
from edge_agent.simulators.world.network import Network
from edge_agent.simulators.world.site import CameraAt, Site
from edge_agent.simulators.world.world import Pose

PER_SCENE = 5
"""Pictures of one street: its scenery costs as much to paint as five of its traffic."""

_MOST = 1000


SetKind = Literal["vehicles", "plates", "both"] | Where


@dataclass(frozen=True)
class Wanted:
    """What a set is made of.

    Attributes:
        frames: How many pictures.
        seed: Equal seeds give equal sets, frame by frame, however many are asked for.
        size: Of the pictures, pixels.
        lights: Of ``mount.LIGHTS``, and their shares.
        kind: Cameras that watch the street, that read plates, or both by halves, on streets by
            chance; or those of the sites (``sites.Where``).
    """

    frames: int
    seed: int
    size: tuple[int, int] = (1280, 720)
    lights: tuple[tuple[str, float], ...] = (("day", 1.0),)
    kind: SetKind = "both"


def write_set(folder: Path, wanted: Wanted) -> Iterator[int]:
    """Write what is missing of a set; yields the number of pictures that are there, as it grows.

    Raises:
        OSError: The folder cannot be written.
        ValueError: It holds another set.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    _claim(folder, wanted)
    there = _there(folder)
    with (folder / "labels.jsonl").open("a", encoding="utf-8") as labels:
        for scene in range(-(-wanted.frames // PER_SCENE)):
            first = scene * PER_SCENE
            numbers = range(first, min(first + PER_SCENE, wanted.frames))
            missing = [number for number in numbers if _name(number) not in there]
            if not missing:
                continue
            for number, line in _scene(folder, wanted, numbers, missing):
                there.add(_name(number))
                labels.write(line + "\n")
                labels.flush()
                yield len(there)


def _claim(folder: Path, wanted: Wanted) -> None:
    told = {
        "seed": wanted.seed,
        "size": list(wanted.size),
        "kind": wanted.kind,
        "lights": dict(wanted.lights),
    }
    path = folder / "set.json"
    if not path.exists():
        path.write_text(json.dumps(told) + "\n", "utf-8")
    elif json.loads(path.read_text("utf-8")) != told:
        raise ValueError(f"{folder}: another set is here, made with {path.read_text('utf-8')}")


def _there(folder: Path) -> set[str]:
    """Names of the pictures that have a whole line; a line torn by a crash is cut off."""
    path = folder / "labels.jsonl"
    if not path.exists():
        return set()
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        path.write_bytes(whole)
    return {json.loads(line)["image"] for line in whole.splitlines()}


def _name(number: int) -> str:
    return f"images/{number:06}.jpg"


def _scene(
    folder: Path, wanted: Wanted, numbers: range, missing: Collection[int]
) -> Iterator[tuple[int, str]]:
    scene = numbers.start // PER_SCENE
    chance = Random(f"{wanted.seed}/scene/{scene}")
    under = mood(weighted(chance, wanted.lights), chance)
    if wanted.kind in get_args(Where):
        there = SiteScene(scene, wanted.size, chance, cast("Where", wanted.kind))
        stage = _site(there, under)
    else:
        stage = _street(wanted, scene, under, chance)
    how = film(chance, dark=under.lit.lamps > 0, plates=stage.plates)
    for number in numbers:
        poses = stage.poses(number, Random(f"{wanted.seed}/frame/{number}"))
        if number not in missing:
            continue
        shot = stage.renderer.render(poses, {}, number)
        line = label(_name(number), f"{wanted.seed}-{scene}", _told(under), shot)
        picture = develop(shot.picture, how)
        path = folder / _name(number)
        if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, how.quality]):
            raise OSError(f"{path}: cannot be written")
        yield number, json.dumps(line, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class _Stage:
    """A camera, and who stands before it in the picture of a number."""

    renderer: Renderer
    plates: bool
    poses: Callable[[int, Random], list[Pose]]


def _street(wanted: Wanted, scene: int, under: Mood, chance: Random) -> _Stage:
    kind: Kind = "plates" if wanted.kind == "plates" else "vehicles"
    if wanted.kind == "both" and scene % 2:
        kind = "plates"
    made = street(chance)
    camera = mount(kind, made, wanted.size, chance)
    clear_view(made.layout, (camera.x, camera.y), camera.look)
    also = things(made, camera.look, chance)
    seed = chance.randrange(1 << 30)
    renderer = Renderer(
        Site("junction", Network((), ())), camera, seed, under.lit.name, rain=under.wet,
        street=made.layout, lit=under.lit, drops=under.drops, also=also,
    )  # fmt: skip

    def poses(number: int, own: Random) -> list[Pose]:
        return traffic(made, _crowd(kind, camera, own), seed, 1 + number * _MOST, own)

    return _Stage(renderer, camera.plates, poses)


def _site(there: SiteScene, under: Mood) -> _Stage:
    renderer = Renderer(
        there.site, there.camera, there.seed, under.lit.name, rain=under.wet, lit=under.lit,
        drops=under.drops,
    )  # fmt: skip
    return _Stage(renderer, there.camera.plates, lambda _, own: there.traffic(own))


def _crowd(kind: Kind, camera: CameraAt, chance: Random) -> Crowd:
    eye = camera.x, camera.y
    if kind == "plates":
        return Crowd(
            gap=chance.uniform(4, 14), swarms=chance.choice((0, 0, 1)), swarm_size=6,
            near=camera.look, eye=eye, reach=30.0, most=22, sure=3,
        )  # fmt: skip
    full = chance.random()
    return Crowd(
        gap=4 + 40 * (1 - full) ** 2,
        swarms=chance.choice((0, 0, 1, 1, 2, 3)),
        swarm_size=chance.choice((8, 20, 40)),
        near=camera.look,
        eye=eye,
        reach=chance.uniform(45, 110),
        most=round(16 + 70 * full),
        sure=1,
    )


def _told(under: Mood) -> str:
    return under.name if under.name != "rain" else f"rain-{under.lit.name}"
