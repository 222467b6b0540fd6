"""One camera's process: configuration in on stdin, readings out on stdout, a line each."""

import json
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from edge_agent.clock import Clock, stamp
from edge_agent.device.pictures import asked, pieces
from edge_agent.device.readings import (
    ConditionReading,
    FiguresReading,
    InventoryReading,
    Reading,
    to_wire,
)
from edge_agent.errors import Cause, DeviceError
from edge_agent.vision import quiet
from edge_agent.vision.capture import Capture
from edge_agent.vision.config import ChildConfig
from edge_agent.vision.equipment import Equipment, equip
from edge_agent.vision.frame import Frame
from edge_agent.vision.ground import Ground, Mark
from edge_agent.vision.live import Live
from edge_agent.vision.native import NativeLog
from edge_agent.vision.parent import Parent
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.ring import Ring
from edge_agent.vision.source import Source, StreamFacts
from edge_agent.vision.window import Window

_BEAT_S = 0.5
_CAUSES = {
    "picture-frozen": Cause.SILENT,
    "picture-black": Cause.SILENT,
    "picture-covered": Cause.SILENT,
    "picture-blurred": Cause.PARSE,
    "picture-moved": Cause.PROTOCOL,
    "model-refused": Cause.PROTOCOL,
}
"""What a condition makes of the camera's state; the worst first."""


class Child:
    """Drives one camera until its stream ends.

    Args:
        config: What to look at.
        clock: Time.
        out: Where lines go.
        requests: What the parent asked since this was called last.
    """

    def __init__(
        self,
        config: ChildConfig,
        clock: Clock,
        out: BinaryIO,
        requests: Callable[[], Iterable[dict[str, Any]]] = tuple,
    ) -> None:
        self._config = config
        self._clock = clock
        self._out = out
        self._requests = requests
        self._ring = Ring(config.pictures_s)
        self._analysed = 0
        self._late_ms: list[int] = []
        self._wrong: dict[str, str] = {}

    def run(self) -> None:
        """Open, then analyse until the stream ends.

        Raises:
            DeviceError: It cannot be opened, or it ended.
        """
        own = self._config
        quiet.set_up()
        ground = _ground(own.ground)
        source = Source(
            own.url,
            username=own.username,
            password=own.password.get_secret_value(),
            transport=own.transport,
            open_s=own.open_s,
            read_s=own.read_s,
            colour=not own.eyes().bare,
        )
        if own.probe:
            self._inventory(source.facts, ground)
        self._write({"beat": 1})
        if own.probe:
            return
        with NativeLog() as native:
            self._watch(source, native, ground)

    def _watch(self, source: Source, native: NativeLog, ground: Ground | None) -> None:
        own = self._config
        eyes = equip(own.eyes(), self._clock.mono_ns, lambda: self._write({"beat": 1}))
        pipeline = Pipeline(
            own.scene(),
            eyes.detector,
            secrets.token_hex(4),
            own.zone_s,
            ground=ground,
            lookout=eyes.lookout,
            publish=own.plate_publish == "text",
            no_plate=eyes.no_plate,
            strays=own.strays(),
        )
        self._inventory(source.facts, ground, eyes)
        live = self._window(eyes)
        capture = Capture(source, self._clock, own.analyse_fps, own.delay_ms / 1000)
        capture.start()
        frame: Frame | None = None
        beat_due = figures_due = self._clock.mono_ns() / 1e9
        beaten = decoded = 0
        try:
            while True:
                fresh = capture.newest(_BEAT_S)
                if fresh is not None:
                    frame = fresh
                    self._analyse(pipeline, frame)
                    if live is not None:
                        counts = capture.counts.decoded, self._analysed
                        live.offer(frame, pipeline, self._wrong, counts)
                self._show(pipeline)
                self._look(eyes, source.facts, ground)
                now = self._clock.mono_ns() / 1e9
                if now >= beat_due and capture.counts.decoded > beaten:
                    beat_due, beaten = now + _BEAT_S, capture.counts.decoded
                    self._write({"beat": beaten})
                if now >= figures_due + own.figures_s and capture.counts.decoded > decoded:
                    fps = (capture.counts.decoded - decoded) / (now - figures_due)
                    self._figures(capture, native, pipeline, eyes, fps)
                    figures_due, decoded = now, capture.counts.decoded
        except DeviceError:
            if frame is not None:
                for reading in pipeline.finish(frame):
                    self._send(reading)
            raise
        finally:
            capture.stop()

    def _analyse(self, pipeline: Pipeline, frame: Frame) -> None:
        before = pipeline.crossings
        readings = pipeline.feed(frame)
        self._ring.take(frame, pipeline.tracks, crossed=pipeline.crossings > before)
        for reading in readings:
            self._send(reading)
            if isinstance(reading, ConditionReading):
                self._condition(reading)
        self._analysed += 1
        self._late_ms.append((self._clock.mono_ns() - frame.at.mono_ns) // 1_000_000)

    def _window(self, eyes: Equipment) -> Live | None:
        own = self._config
        if own.window is None:
            return None
        try:
            return Live(Window(own.window, own.name, self._clock.mono_ns), own, eyes)
        except OSError as error:  # nobody can look, but all is counted
            sys.stderr.write(f"no window: {own.window}: {error.strerror}\n")
            return None

    def _show(self, pipeline: Pipeline) -> None:
        """Answer who asks for pictures."""
        for request in self._requests():
            try:
                number, wanted = int(request["ask"]), asked(request)
            except (KeyError, TypeError, ValueError):
                continue  # nobody to answer to
            for piece in pieces(self._ring.show(wanted, pipeline.album)):
                self._write({"answer": number} | piece)

    def _look(self, eyes: Equipment, facts: StreamFacts, ground: Ground | None) -> None:
        for condition in eyes.look(stamp(self._clock)):
            self._send(condition)
            self._condition(condition)
        if eyes.changed():
            self._inventory(facts, ground, eyes)

    def _condition(self, condition: ConditionReading) -> None:
        """Say in the device's state, too, what is wrong."""
        if condition.active:
            self._wrong[condition.code] = condition.text
        elif self._wrong.pop(condition.code, None) is None:
            return
        cause = next((_CAUSES[code].value for code in _CAUSES if code in self._wrong), None)
        detail = "; ".join(self._wrong.values())
        self._write({"degraded": {"cause": cause, "detail": detail}})

    def _figures(
        self, capture: Capture, native: NativeLog, pipeline: Pipeline, eyes: Equipment, fps: float
    ) -> None:
        late = sorted(self._late_ms) or [0]
        self._late_ms = []
        figures = {
            "frames_decoded": capture.counts.decoded,
            "frames_analysed": self._analysed,
            "frames_shed": capture.counts.shed,
            "frames_damaged": capture.counts.damaged,
            "decode_dfps": round(10 * fps),
            "latency_p50_ms": late[len(late) // 2],
            "latency_p99_ms": late[min(len(late) - 1, len(late) * 99 // 100)],
            "decoder_complaints": native.lines,
            "scene_cuts": pipeline.cuts,
            "tracks": 0 if pipeline.tracks is None else int(pipeline.tracks.confirmed.sum()),
        }
        if eyes.lookout is not None:
            counts = eyes.lookout.counts
            figures |= {
                "plates_read": pipeline.plates_read,
                "plates_unread": pipeline.plates_unread,
                "plate_finder_calls": counts.finder_calls,
                "plate_reader_calls": counts.reader_calls,
                "plates_put_off": counts.put_off,
                "plate_looks_waiting": counts.waiting,
            }
        if self._config.pictures_s > 0:
            figures["pictures_kb"] = self._ring.bytes // 1000
        self._send(FiguresReading(stamp(self._clock), figures))

    def _inventory(
        self, facts: StreamFacts, ground: Ground | None, eyes: Equipment | None = None
    ) -> None:
        versions = {"size": f"{facts.width}x{facts.height}"}
        if facts.codec:
            versions["codec"] = facts.codec
        if facts.fps:
            versions["fps"] = f"{facts.fps:g}"
        if ground is not None:
            versions["ground-error"] = f"{ground.error_m:.2f} m"
        if eyes is not None:
            versions |= eyes.versions()
        self._send(InventoryReading(stamp(self._clock), versions=versions))

    def _send(self, reading: Reading) -> None:
        self._out.write(to_wire(reading) + b"\n")
        self._out.flush()

    def _write(self, line: dict[str, Any]) -> None:
        self._out.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._out.flush()


def _ground(marks: Sequence[Mark]) -> Ground | None:
    try:
        return Ground(marks) if marks else None
    except ValueError as error:
        raise DeviceError(Cause.PROTOCOL, f"ground: {error}") from error


def last_word(out: BinaryIO, error: DeviceError) -> None:
    """Say why this process ends."""
    line = {"error": {"cause": error.cause.value, "detail": error.detail}}
    out.write(json.dumps(line).encode() + b"\n")
    out.flush()


def configured(line: bytes) -> ChildConfig:
    """Read the configuration line.

    Raises:
        DeviceError: It is not what this version understands; the line itself is not repeated, it
            holds the password.
    """
    try:
        return ChildConfig.model_validate_json(line)
    except ValueError as error:
        where = ""
        if hasattr(error, "errors"):
            problems = error.errors(include_input=False, include_context=False, include_url=False)
            where = ": " + "; ".join(".".join(map(str, problem["loc"])) for problem in problems)
        raise DeviceError(Cause.CRASH, f"bad configuration line{where}") from None


def main(clock: Clock) -> int:
    """The whole life of the process; the exit code is 0 only when stdin closed first."""
    out = sys.stdout.buffer
    try:
        config = configured(sys.stdin.buffer.readline())
        parent = Parent(sys.stdin.buffer)
        Child(config, clock, out, parent.asked).run()
    except DeviceError as error:
        last_word(out, error)
        return 1
    except BrokenPipeError:
        return 1  # nobody listens any more
    return 0
