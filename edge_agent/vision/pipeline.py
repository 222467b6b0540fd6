"""One frame after another through detector, tracker, lines and zones, out come readings."""

from dataclasses import replace

import numpy as np

from edge_agent.clock import Stamp
from edge_agent.device.readings import (
    ConditionReading,
    CrossingReading,
    Reading,
    VehicleClass,
    ZoneReading,
)
from edge_agent.vision.frame import CLASSES, Detector, Frame
from edge_agent.vision.lines import Crossing, LineCounter, Sight
from edge_agent.vision.scene import Scene
from edge_agent.vision.tracker import Tracker, Tracks
from edge_agent.vision.watch import PictureWatch
from edge_agent.vision.zones import ZoneMeter

_CONDITIONS = {
    "frozen": (
        "picture-frozen",
        "the picture does not change",
        "power-cycle the camera; check its encoder settings",
    ),
    "black": (
        "picture-black",
        "the picture is black",
        "check lens cover, iris, infrared lamp and cable",
    ),
}


class Pipeline:
    """State of one camera's picture.

    Args:
        scene: What to count.
        detector: Finds vehicles.
        run: Name of this run; with the track number it identifies a vehicle for ever.
        zone_s: Interval of zone readings.

    Attributes:
        tracks: Result of the last frame, for drawing.
        cuts: How often the scene was another from one frame to the next.
    """

    def __init__(self, scene: Scene, detector: Detector, run: str, zone_s: float = 10.0) -> None:
        self._scene = scene
        self._detector = detector
        self._run = run
        self._zone_s = zone_s
        self._watch = PictureWatch()
        self._said: dict[str, bool] = {}
        self._highest = 0
        self._offset = 0  # track numbers given before the last cut
        self._shape: tuple[int, ...] = ()
        self._zone_due: float | None = None
        self.tracks: Tracks | None = None
        self.cuts = 0

    def feed(self, frame: Frame) -> list[Reading]:
        """Take the next frame; returns what it brought to light."""
        readings: list[Reading] = []
        if frame.small.shape != self._shape:
            self._restart(frame)
        self._watch.step(frame.t, frame.small)
        readings += self._conditions(frame.at)
        found = self._detector.detect(frame)
        if self._detector.cut():
            self.cuts += 1
            readings += self._finish(frame)
            self._restart(frame)
        self.tracks = self._tracker.update(frame.t, found)
        sights, ended = self._sights(frame.t, self.tracks)
        for name, counter in self._lines.items():
            for crossing in counter.step(sights, ended):
                readings.append(self._crossing(name, crossing, frame))
        certain = [sight for sight in sights if sight.confirmed]
        for meter in self._zones.values():
            meter.step(frame.t, certain)
        readings += self._zone_readings(frame)
        self._forget(ended)
        return readings

    def finish(self, frame: Frame) -> list[Reading]:
        """The stream ends after this frame: paths that end now may still reach a line."""
        return self._finish(frame)

    def _restart(self, frame: Frame) -> None:
        self._offset = self._highest
        self._shape = frame.small.shape
        height, width = self._shape
        self._tracker = Tracker()
        self._lines = {
            name: LineCounter(segment)
            for name, segment in self._scene.segments(width, height).items()
        }
        self._zones = {
            name: ZoneMeter(polygon)
            for name, polygon in self._scene.polygons(width, height).items()
        }
        self._facts: dict[int, tuple[VehicleClass, int, tuple[int, int, int, int]]] = {}

    def _finish(self, frame: Frame) -> list[Reading]:
        if not self._shape:
            return []
        return [
            self._crossing(name, crossing, frame)
            for name, counter in self._lines.items()
            for crossing in counter.step([], list(self._facts))
        ]

    def _sights(self, t: float, tracks: Tracks) -> tuple[list[Sight], list[int]]:
        """The tracks that were truly found in this frame; predictions cross nothing."""
        sights = []
        foot = self._scene.anchor == "foot"
        best = tracks.votes.argmax(axis=1)
        for i in np.flatnonzero(tracks.seen):
            x1, y1, x2, y2 = tracks.boxes[i].tolist()
            number = int(tracks.ids[i]) + self._offset
            self._highest = max(self._highest, number)
            self._facts[number] = (
                CLASSES[best[i]],
                round(1000 * float(tracks.score[i])),
                (round(x1), round(y1), round(x2), round(y2)),
            )
            sights.append(
                Sight(
                    number,
                    t,
                    ((x1 + x2) / 2, y2 if foot else (y1 + y2) / 2),
                    (x2 - x1, y2 - y1),
                    (float(tracks.velocity[i, 0]), float(tracks.velocity[i, 1])),
                    bool(tracks.confirmed[i]),
                )
            )
        return sights, [int(number) + self._offset for number in tracks.ended]

    def _forget(self, ended: list[int]) -> None:
        for track in ended:
            self._facts.pop(track, None)

    def _crossing(self, line: str, crossing: Crossing, frame: Frame) -> CrossingReading:
        vehicle, score, box = self._facts[crossing.track]
        return CrossingReading(
            at=_earlier(frame, crossing.t),
            line=line,
            direction=crossing.direction,
            track=crossing.track,
            vehicle=vehicle,
            confidence=score if crossing.seen else score // 2,
            box=box,
            run=self._run,
        )

    def _conditions(self, at: Stamp) -> list[Reading]:
        readings: list[Reading] = []
        for name, (code, text, do) in _CONDITIONS.items():
            verdict: bool | None = getattr(self._watch, name)
            if verdict is not None and self._said.get(name) != verdict:
                self._said[name] = verdict
                readings.append(
                    ConditionReading(at, code, verdict, "warning", text if verdict else "", do)
                )
        return readings

    def _zone_readings(self, frame: Frame) -> list[Reading]:
        if self._zone_due is None:
            self._zone_due = frame.t + self._zone_s
        if frame.t < self._zone_due:
            return []
        self._zone_due = frame.t + self._zone_s
        blind = "picture frozen" if self._watch.frozen else "picture black"
        usable = not (self._watch.frozen or self._watch.black)
        readings: list[Reading] = []
        for name, meter in self._zones.items():
            count = meter.take()
            if count is None:
                continue
            if usable:
                readings.append(
                    ZoneReading(frame.at, name, count.vehicles, count.occupancy, count.standing)
                )
            else:
                readings.append(ZoneReading(frame.at, name, None, None, why=blind))
        return readings


def _earlier(frame: Frame, t: float) -> Stamp:
    """The stamp of a moment near this frame's."""
    delta = frame.t - t
    return replace(
        frame.at,
        utc_ms=frame.at.utc_ms - round(delta * 1000),
        mono_ns=frame.at.mono_ns - round(delta * 1e9),
    )
