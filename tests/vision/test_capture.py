"""The decoding thread against a stream that is told what to do."""

import threading
import time
from collections.abc import Callable

import numpy as np

from edge_agent.clock import SystemClock
from edge_agent.errors import Cause, DeviceError
from edge_agent.vision.capture import Capture
from edge_agent.vision.frame import Grey
from edge_agent.vision.source import Source, StreamFacts


class Reel(Source):
    """Frames from a script: True is a picture, False a failure, a number a pause in seconds."""

    def __init__(self, script: list[bool | float], *, live: bool = True) -> None:
        self.script = list(script)
        self.live = live
        self.decoded = 0
        self.facts = StreamFacts(8, 6, 100.0, "", 0)

    def grab(self) -> bool:
        while self.script and not isinstance(self.script[0], bool):
            time.sleep(self.script.pop(0))
        ok = bool(self.script.pop(0)) if self.script else False
        self.decoded += ok
        return ok

    def pts(self) -> float | None:
        return None

    def take(self) -> Grey:
        return np.full((6, 8), self.decoded % 256, np.uint8)

    def close(self) -> None:
        pass


def last_word(capture: Capture, take: Callable[[int], None] = lambda _: None) -> DeviceError:
    capture.start()
    while True:
        try:
            frame = capture.newest(2.0)
        except DeviceError as error:
            return error
        take(-1 if frame is None else int(frame.plane[0, 0]))


def test_the_newest_wins_and_what_is_shed_is_counted() -> None:
    script: list[bool | float] = [True, 0.02] * 40
    capture = Capture(Reel(script), SystemClock(), 50)
    seen: list[int] = []

    def slow(number: int) -> None:
        seen.append(number)
        time.sleep(0.1)

    error = last_word(capture, slow)
    assert error.cause is Cause.GONE
    assert capture.counts.decoded == 40
    assert capture.counts.shed > 10
    assert capture.counts.kept == capture.counts.shed + len(seen)
    assert seen == sorted(seen)


def test_damaged_pictures_do_not_end_the_stream() -> None:
    script: list[bool | float] = [True] + [False] * 10 + [True, 0.02, True]
    capture = Capture(Reel(script), SystemClock(), 100)
    last_word(capture)
    assert capture.counts.decoded == 3
    assert capture.counts.damaged >= 10


def test_a_read_that_timed_out_is_silence() -> None:
    error = last_word(Capture(Reel([True, 1.1, False]), SystemClock(), 100))
    assert error.cause is Cause.SILENT


def test_a_file_ends_at_its_end() -> None:
    began = time.monotonic()
    capture = Capture(Reel([True, True], live=False), SystemClock(), 100)
    assert last_word(capture).cause is Cause.GONE
    assert capture.counts.damaged == 0
    assert time.monotonic() - began < 0.4


def test_stop_ends_the_thread() -> None:
    capture = Capture(Reel([True, 0.01] * 1000), SystemClock(), 100)
    capture.start()
    capture.newest(1.0)
    capture.stop()
    for thread in threading.enumerate():
        if thread.name == "capture":
            thread.join(2.0)
    assert "capture" not in {thread.name for thread in threading.enumerate()}
