"""What a good detector would see of a busy road, with the faults that detectors have.

Boxes tremble, some are missed, riders abreast melt into one, low scores come and go, and now and
then there is a box where nothing is. The truth of who is who and who crosses when stays at hand.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edge_agent.simulators.world.strip import Strip, StripSettings, Traffic
from edge_agent.vision.frame import CLASSES, Detections, Floats, Ints

LEAN = 0.6
JITTER = 0.03
MISSED = 0.05
WEAK = 0.08
FALSE = 0.02


@dataclass(frozen=True)
class Seen:
    """One frame: detections and, for each, the vehicle that it is (−1: nothing)."""

    t: float
    found: Detections
    who: Ints


@dataclass(frozen=True)
class View:
    """A camera above the road's side."""

    strip: Strip
    width: int
    fps: float

    @property
    def scale(self) -> float:
        return self.width / self.strip.settings.length

    def boxes(self, t: float, traffic: Traffic) -> tuple[Floats, Ints, list[str]]:
        """True boxes, clipped to the picture's width; nearest last."""
        length, scale = self.strip.settings.length, self.scale
        rows, numbers, kinds = [], [], []
        for one in sorted(traffic.at(t), key=lambda vehicle: vehicle.y):
            x, half = one.x(t, length) * scale, one.size[0] / 2 * scale
            foot = (one.y + one.size[1] / 2) * LEAN * scale
            head = foot - (one.size[1] + one.size[2]) * LEAN * scale
            x1, x2 = max(0.0, x - half), min(float(self.width), x + half)
            if x2 - x1 > 0.25 * 2 * half:  # a sliver at the edge is no detection
                rows.append((x1, head, x2, foot))
                numbers.append(one.number)
                kinds.append(one.kind)
        return np.array(rows, float).reshape(-1, 4), np.array(numbers, np.int64), kinds


def road(speed: float, length: float, lanes: int, per_lane: float, seed: int) -> Strip:
    """A road of these properties."""
    return Strip(seed, StripSettings(length=length, lanes=lanes, per_lane=per_lane, speed=speed))


def film(view: View, seconds: float, seed: int) -> Iterator[Seen]:
    """Frames as the detector tells them."""
    draw = random.Random(seed)
    noise = np.random.default_rng(seed)
    traffic = Traffic(view.strip)
    for index in itertools.count():
        t = index / view.fps
        if t > seconds:
            return
        boxes, who, kinds = view.boxes(t, traffic)
        keep = [i for i in range(len(boxes)) if draw.random() > _missed(boxes, i)]
        boxes, who = boxes[keep], who[keep]
        size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        boxes = boxes + noise.normal(0.0, JITTER, boxes.shape) * size
        scores = _scores(draw, len(keep))
        classes = np.array([_class(kinds[i]) for i in keep], np.int64)
        if draw.random() < FALSE * 10 / view.fps:
            x, y = draw.uniform(0, view.width - 30), draw.uniform(0, 150)
            boxes = np.vstack([boxes, [x, y, x + 30, y + 20]])
            who = np.append(who, -1)
            scores = np.append(scores, 0.6)
            classes = np.append(classes, _class("car"))
        yield Seen(t, Detections(boxes, scores, classes), who)


def _scores(draw: random.Random, count: int) -> Floats:
    return np.array(
        [
            draw.uniform(0.15, 0.45) if draw.random() < WEAK else draw.uniform(0.6, 0.95)
            for _ in range(count)
        ],
        float,
    )


def _class(kind: str) -> int:
    return next(i for i, one in enumerate(CLASSES) if one.value == kind)


def _missed(boxes: Floats, index: int) -> float:
    """Chance that this one is not told: more when a nearer vehicle hides it."""
    own = boxes[index]
    area = (own[2] - own[0]) * (own[3] - own[1])
    hidden = 0.0
    for near in boxes[index + 1 :]:
        width = min(own[2], near[2]) - max(own[0], near[0])
        height = min(own[3], near[3]) - max(own[1], near[1])
        if width > 0 and height > 0:
            hidden = max(hidden, width * height / area)
    # Half hidden is still found as a rule; what is nearly covered melts into the nearer one.
    return MISSED if hidden < 0.5 else min(0.95, MISSED + 1.6 * (hidden - 0.5))


def switches(told: list[tuple[Ints, Ints]]) -> int:
    """How often a vehicle's number changed: per frame, vehicles and the numbers they were given."""
    last: dict[int, int] = {}
    count = 0
    for vehicles, numbers in told:
        for vehicle, number in zip(vehicles.tolist(), numbers.tolist(), strict=True):
            if vehicle < 0 or number < 0:
                continue
            count += last.get(vehicle, number) != number
            last[vehicle] = number
    return count
