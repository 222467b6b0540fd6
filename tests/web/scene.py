"""A camera's answer at its window, painted: a street with vehicles, masked and as it is."""

import json
from functools import cache
from typing import Any

import cv2

from edge_agent.device.pictures import Box
from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.render.watch import Watch, camera_of, picture_lines
from edge_agent.simulators.world.sites import build
from edge_agent.simulators.world.world import World
from edge_agent.vision.veil import veiled
from tests.snapshots import NOW

SIZE = (640, 360)
_WARM_MS = 100_000


@cache
def answers() -> dict[str, bytes]:
    """Kind of window to what it tells."""
    site = build("junction")
    camera = camera_of(site, "stop-s")
    renderer = Renderer(site, camera, 7, size=SIZE)
    shot, _ = Watch(World("junction", 7, NOW - _WARM_MS), camera, renderer).at(NOW - 400)
    lines = picture_lines(camera, renderer.view, by_lane=True)
    vehicles: list[dict[str, Any]] = []
    boxes: list[Box] = []
    for number, seen in enumerate(sorted(shot.seen, key=lambda one: one.away), 41):
        x1, y1, x2, y2 = (round(side) for side in seen.shown)
        if seen.visible > 0.5 and x2 - x1 > 8:
            boxes.append((x1, y1, x2, y2))
            told = {"id": number, "cls": seen.cls, "box": boxes[-1], "spd": 180 + 7 * number}
            vehicles.append(told)
    head = {
        "at": NOW - 400,
        "age_ms": 400,
        "size": SIZE,
        "source": (1920, 1080),
        "fps": 25.0,
        "analysed": 10.0,
        "wrong": {},
        "lines": {line["name"]: line["points"] for line in lines},
        "zones": {},
        "stretches": {"shoulder": [(0.72, 0.52), (0.78, 0.52), (1.0, 0.95), (0.9, 0.98)]},
    }
    plain = {"masked": False, "vehicles": [vehicles[0] | {"plate": "29A-123.45"}, *vehicles[1:]]}
    return {
        "view": _told(head | {"masked": True, "vehicles": vehicles},
                      veiled(shot.picture, boxes, [])),
        "plain": _told(head | plain, shot.picture),
    }  # fmt: skip


def _told(head: dict[str, Any], picture: Any) -> bytes:
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 72])
    assert done
    return json.dumps(head).encode() + b"\n" + jpeg.tobytes()
