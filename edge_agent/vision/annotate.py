"""The recording as the pipeline saw it: boxes, identities, lines, counts. For eyes only."""

from pathlib import Path

import cv2

from edge_agent.errors import EdgeError
from edge_agent.vision.frame import Frame
from edge_agent.vision.geometry import Segment
from edge_agent.vision.tracker import Tracks

_SEEN, _DOUBTED, _LOST, _LINE = (80, 220, 80), (60, 200, 255), (70, 70, 220), (255, 160, 40)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


class Film:
    """A video file that grows frame by frame.

    Args:
        path: Where; ``.mp4``.
        fps: Of the analysed frames.
        segments: Counting lines in pixels of the full picture.

    Raises:
        EdgeError: The file cannot be written.
    """

    def __init__(self, path: Path, fps: float, segments: dict[str, Segment]) -> None:
        self._path, self._fps, self._segments = path, fps, segments
        self._writer: cv2.VideoWriter | None = None

    def add(self, frame: Frame, tracks: Tracks | None, counts: dict[str, dict[str, int]]) -> None:
        picture = cv2.cvtColor(frame.plane, cv2.COLOR_GRAY2BGR)
        scale = frame.plane.shape[1] / frame.small.shape[1]
        if tracks is not None:
            for number, box, seen, sure in zip(
                tracks.ids, tracks.boxes, tracks.seen, tracks.confirmed, strict=True
            ):
                colour = (_SEEN if sure else _DOUBTED) if seen else _LOST
                x1, y1, x2, y2 = (round(float(value) * scale) for value in box)
                cv2.rectangle(picture, (x1, y1), (x2, y2), colour, 1)
                cv2.putText(picture, str(number), (x1, y1 - 2), _FONT, 0.4, colour, 1)
        for segment in self._segments.values():
            a, b = ((round(x), round(y)) for x, y in (segment.a, segment.b))
            cv2.line(picture, a, b, _LINE, 1)
        words = "  ".join(f"{word} {sum(found.values())}" for word, found in counts.items())
        cv2.putText(picture, words, (4, 14), _FONT, 0.42, (0, 0, 0), 3)
        cv2.putText(picture, words, (4, 14), _FONT, 0.42, (255, 255, 255), 1)
        if self._writer is None:
            size = (picture.shape[1], picture.shape[0])
            self._writer = cv2.VideoWriter(
                str(self._path), cv2.VideoWriter.fourcc(*"mp4v"), self._fps, size
            )
            if not self._writer.isOpened():
                raise EdgeError(f"{self._path}: cannot be written; is it an .mp4 in a folder?")
        self._writer.write(picture)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()
