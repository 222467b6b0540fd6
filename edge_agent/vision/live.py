"""What people see at a camera's window: a small picture, and what is found in it just now."""

from collections.abc import Iterator, Mapping
from typing import Any

import cv2

from edge_agent.device.pictures import Box
from edge_agent.errors import ModelError
from edge_agent.vision.config import ChildConfig
from edge_agent.vision.equipment import Equipment
from edge_agent.vision.frame import Frame
from edge_agent.vision.ground import Speed
from edge_agent.vision.looks import Agreed
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.veil import WHOLE, WHOLE_CLOSE, veiled
from edge_agent.vision.window import Window

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 72]
_RECENT_S = 10.0
"""A rate is of the time since the last picture, unless that is longer ago."""


class Live:
    """Gives the window what it wants, between two frames.

    Args:
        window: Where people look.
        config: Of the camera: what is drawn on its picture.
        eyes: What it sees with.

    Attributes:
        made: Pictures so far.
    """

    def __init__(self, window: Window, config: ChildConfig, eyes: Equipment) -> None:
        self._window = window
        self._config = config
        self._eyes = eyes
        self._drawn = {
            "lines": {name: list(line) for name, line in config.lines.items()},
            "zones": {name: [list(at) for at in zone] for name, zone in config.zones.items()},
            "stretches": {name: [list(at) for at in one] for name, one in config.stretches.items()},
        }
        self._before: tuple[float, int, int] | None = None
        self.made = 0

    def offer(
        self, frame: Frame, pipeline: Pipeline, wrong: Mapping[str, str], counts: tuple[int, int]
    ) -> None:
        """Show this frame, if somebody wants to see one.

        Args:
            frame: Just analysed.
            pipeline: By it.
            wrong: Conditions of the picture: code to words.
            counts: Frames decoded and analysed so far.
        """
        kind = self._window.wanted()
        if kind is None:
            return
        picture = frame.small if frame.colour is None else frame.colour
        if kind == "view":
            picture = self._veiled(frame, pipeline)
        done, jpeg = cv2.imencode(".jpg", picture, _QUALITY)
        if not done:
            return
        self.made += 1
        height, width = picture.shape[:2]
        decoded, analysed = self._rates(frame.t, counts)
        head = {
            "at": frame.at.utc_ms,
            "size": [width, height],
            "source": [frame.plane.shape[1], frame.plane.shape[0]],
            "fps": decoded,
            "analysed": analysed,
            "masked": kind == "view",
            "wrong": dict(wrong),
            "vehicles": list(self._vehicles(frame, pipeline, plates=kind == "plain")),
            **self._drawn,
        }
        self._window.show(kind, frame.at.mono_ns, head, jpeg.tobytes())

    def _veiled(self, frame: Frame, pipeline: Pipeline) -> Any:
        """All tracks, also those that were only foretold for this frame."""
        tracks = pipeline.tracks
        vehicles = [] if tracks is None else [_whole(box) for box in tracks.boxes.tolist()]
        plates: list[Box] = []
        sure = self._eyes.finds_standing
        try:
            plates = self._eyes.plates_in(frame.small)
        except ModelError:
            sure = False
        picture = frame.small if frame.colour is None else frame.colour
        whole = WHOLE_CLOSE if self._config.plates else WHOLE
        return veiled(picture, vehicles, plates, whole=None if sure else whole)

    def _vehicles(
        self, frame: Frame, pipeline: Pipeline, *, plates: bool
    ) -> Iterator[dict[str, Any]]:
        """Those that were found in this frame; boxes in pixels of the picture."""
        tracks = pipeline.tracks
        if tracks is None:
            return
        for seen, sure, of_tracker in zip(tracks.seen, tracks.confirmed, tracks.ids, strict=True):
            number = pipeline.vehicles.number(int(of_tracker))
            if not seen or not sure or number not in pipeline.vehicles:
                continue
            known = pipeline.vehicles[number]
            told: dict[str, Any] = {"id": number, "cls": known.kind.value, "box": _whole(known.box)}
            if self._config.ground:
                speed = known.path.speed(frame.t)
                told |= {"spd": speed.value} if isinstance(speed, Speed) else {}
            if plates and self._config.plate_publish == "text":
                plate = pipeline.plate(number)
                told |= {"plate": plate.reading.text} if isinstance(plate, Agreed) else {}
            yield told

    def _rates(self, t: float, counts: tuple[int, int]) -> tuple[float | None, float | None]:
        before, self._before = self._before, (t, *counts)
        if before is None or not 0 < t - before[0] < _RECENT_S:
            return None, None
        decoded, analysed = (
            round((now - then) / (t - before[0]), 1)
            for now, then in zip(counts, before[1:], strict=True)
        )
        return decoded, analysed


def _whole(box: Any) -> Box:
    x1, y1, x2, y2 = (round(value) for value in box)
    return x1, y1, x2, y2
