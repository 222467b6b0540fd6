"""Truth of a rendered picture as a line of ``labels.jsonl``.

``boxes`` are visible parts of vehicles, ``ignore`` those too small or too hidden to ask for.
``plates`` are those that face the camera; one that cannot be read has ``text: null``.
"""

from typing import Any

from edge_agent.simulators.render.renderer import Shot
from edge_agent.simulators.render.seen import PlateSeen, Seen

LICENCE = "Apache-2.0"
SOURCE = "edge-sim render-set"

CLASSES = {
    "motorbike": "motorbike",
    "bicycle": "bicycle",
    "car": "car",
    "minibus": "bus",
    "bus": "bus",
    "light_truck": "truck",
    "truck": "truck",
    "tractor_trailer": "truck",
}
"""The world's classes as the labels name them."""

_SMALLEST = 0.018
"""Of the picture's height; what is lower is not asked for."""
_HIDDEN, _CUT = 0.3, 0.12
_READABLE_PX, _READABLE, _PLATE_PX, _PLATE_SHOWN = 28.0, 0.97, 8.0, 0.4


def label(image: str, scene: str, light: str, shot: Shot) -> dict[str, Any]:
    """The line about one picture."""
    height, width = shot.picture.shape[:2]
    boxes, ignored, plates = [], [], []
    for one in shot.seen:
        box = [round(value, 1) for value in one.shown]
        if box[2] - box[0] < 1 or box[3] - box[1] < 1:
            continue
        if _asked_for(one, height):
            boxes.append({"cls": CLASSES[one.cls], "box": box})
        else:
            ignored.append(box)
        plate = one.plate
        if plate and plate.px >= _PLATE_PX and plate.visible >= _PLATE_SHOWN:
            plates.append(_plate(plate, one, (width, height)))
    return {
        "image": image,
        "w": width,
        "h": height,
        "scene": scene,
        "light": light,
        "boxes": boxes,
        "ignore": ignored,
        "plates": plates,
        "source": SOURCE,
        "licence": LICENCE,
        "label": "known from the renderer",
    }


def _asked_for(one: Seen, height: int) -> bool:
    x1, y1, x2, y2 = one.whole
    inside = (one.box[2] - one.box[0]) * (one.box[3] - one.box[1])
    whole = max(1.0, (x2 - x1) * (y2 - y1))
    tall = one.shown[3] - one.shown[1]
    return one.visible >= _HIDDEN and inside / whole >= _CUT and tall >= _SMALLEST * height


def _plate(plate: PlateSeen, one: Seen, size: tuple[int, int]) -> dict[str, Any]:
    xs, ys = zip(*plate.quad, strict=True)
    reads = plate.visible >= _READABLE and plate.px >= _READABLE_PX and plate.state == "clean"
    return {
        "box": [
            round(max(0.0, min(xs)), 1),
            round(max(0.0, min(ys)), 1),
            round(min(float(size[0]), max(xs)), 1),
            round(min(float(size[1]), max(ys)), 1),
        ],
        "quad": [[round(x, 1), round(y, 1)] for x, y in plate.quad],
        "text": plate.text if reads else None,
        "lines": len(plate.lines),
        "vehicle": CLASSES[one.cls],
        "colour": plate.colour,
        "visible": round(plate.visible, 2),
    }
