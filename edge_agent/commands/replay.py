"""``edge-agent replay``: count a recording with the very code that counts a live camera.

No child process and no pacing: as fast as it decodes, with time taken from the file.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from edge_agent.commands import options
from edge_agent.device.readings import CrossingReading, Reading
from edge_agent.errors import DeviceError, EdgeError
from edge_agent.exits import Exit
from edge_agent.vision import annotate, offline, quiet
from edge_agent.vision.geometry import Segment
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.scene import Scene, direction_words
from edge_agent.vision.source import Source

_BAR = 30


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--video", type=Path, required=True, metavar="FILE", help="recording")
    parser.add_argument(
        "--line",
        type=_line,
        action="append",
        required=True,
        metavar="X1,Y1,X2,Y2",
        help="counting line in pixels of the recording; may be given several times",
    )
    parser.add_argument(
        "--fps", type=_rate, default=10.0, metavar="N", help="analysed frames a second (10)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.mp4", help="write the recording with what was seen"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Count, then print."""
    quiet.set_up()
    try:
        source = Source(args.video.resolve().as_uri())
    except DeviceError as error:
        raise EdgeError(error.detail) from error
    try:
        result = _replay(source, args)
    finally:
        source.close()
    if args.json:
        options.print_json(result)
    else:
        _print(result)
    return Exit.OK


class _Tally:
    """Crossings of every line by direction on the screen and by class."""

    def __init__(self, segments: dict[str, Segment]) -> None:
        self.words = {name: direction_words(segment) for name, segment in segments.items()}
        self.lines: dict[str, dict[str, dict[str, int]]] = {
            name: {word: {} for word in pair} for name, pair in self.words.items()
        }

    def add(self, readings: list[Reading]) -> None:
        for reading in readings:
            if isinstance(reading, CrossingReading):
                word = self.words[reading.line][reading.direction == "ba"]
                classes = self.lines[reading.line][word]
                classes[reading.vehicle.value] = classes.get(reading.vehicle.value, 0) + 1

    def total(self) -> dict[str, dict[str, int]]:
        """Over all lines."""
        result: dict[str, dict[str, int]] = {}
        for line in self.lines.values():
            for word, classes in line.items():
                sums = result.setdefault(word, {})
                for vehicle, count in classes.items():
                    sums[vehicle] = sums.get(vehicle, 0) + count
        return result


def _replay(source: Source, args: argparse.Namespace) -> dict[str, Any]:
    segments = _segments(args.line, source.facts.width, source.facts.height)
    tally = _Tally(segments)
    pipeline = Pipeline(
        _scene(segments, source.facts.width, source.facts.height),
        MotionDetector(),
        run=args.video.name,
    )
    film = annotate.Film(args.out, args.fps, segments) if args.out else None
    bar = _Progress(source.facts.frames)
    analysed, frame = 0, None
    try:
        for frame in offline.frames(source, args.fps):
            analysed += 1
            bar.show(source.decoded)
            tally.add(pipeline.feed(frame))
            if film:
                film.add(frame, pipeline.tracks, tally.total())
    finally:
        bar.close()
        if film:
            film.close()
    if frame is None:
        raise EdgeError(f"{args.video}: no picture could be decoded")
    tally.add(pipeline.finish(frame))
    counts = tally.total()
    return {
        "video": str(args.video),
        "size": [source.facts.width, source.facts.height],
        "frames": {
            "decoded": source.decoded,
            "analysed": analysed,
            "announced": source.facts.frames,
        },
        "counts": counts,
        "totals": {word: sum(classes.values()) for word, classes in counts.items()},
        "lines": {
            name: {
                "line": [*segment.a, *segment.b],
                "ab": tally.words[name][0],
                "ba": tally.words[name][1],
                "counts": tally.lines[name],
            }
            for name, segment in segments.items()
        },
    }


def _segments(
    lines: list[tuple[float, float, float, float]], width: int, height: int
) -> dict[str, Segment]:
    for line in lines:
        x1, y1, x2, y2 = line
        if not (0 <= min(x1, x2) <= max(x1, x2) <= width) or not (
            0 <= min(y1, y2) <= max(y1, y2) <= height
        ):
            text = ",".join(f"{value:g}" for value in line)
            raise EdgeError(f"line {text} lies outside the picture of {width}x{height}")
    return {
        f"line{number}": Segment((x1, y1), (x2, y2))
        for number, (x1, y1, x2, y2) in enumerate(lines, 1)
    }


def _scene(segments: dict[str, Segment], width: int, height: int) -> Scene:
    return Scene(
        {
            name: (s.a[0] / width, s.a[1] / height, s.b[0] / width, s.b[1] / height)
            for name, s in segments.items()
        }
    )


def _line(text: str) -> tuple[float, float, float, float]:
    parts = text.split(",")
    try:
        x1, y1, x2, y2 = (float(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: four numbers X1,Y1,X2,Y2") from None
    if (x1, y1) == (x2, y2):
        raise argparse.ArgumentTypeError(f"{text!r}: a line needs two different points")
    return x1, y1, x2, y2


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 120:  # noqa: PLR2004 - faster than any camera at the road
        raise argparse.ArgumentTypeError(f"{text!r}: a number above 0, at most 120")
    return value


class _Progress:
    """A bar on a terminal; nothing when nobody looks."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._shown = -1
        self._live = sys.stderr.isatty() and frames > 0

    def show(self, done: int) -> None:
        if not self._live:
            return
        percent = min(100, 100 * done // self._frames)
        if percent != self._shown:
            self._shown = percent
            bar = "#" * (_BAR * percent // 100)
            print(f"\r[{bar:<{_BAR}}] {percent:3d} %", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._live and self._shown >= 0:
            print(file=sys.stderr)


def _print(result: dict[str, Any]) -> None:
    frames = result["frames"]
    print(f"{result['video']}: {frames['decoded']} frames, {frames['analysed']} analysed")
    for line in result["lines"].values():
        print("line", ",".join(f"{value:g}" for value in line["line"]))
        for direction, classes in line["counts"].items():
            detail = ", ".join(f"{vehicle} {count}" for vehicle, count in classes.items())
            print(f"  {direction:<14} {sum(classes.values()):5d}  {detail}".rstrip())
