"""The broadcast: layout, order, gaps, and the controller's clock against ours."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.drivers.signal_ntcip.receiver import Receiver
from edge_agent.drivers.signal_ntcip.tscbm import (
    DAY_MS,
    DeviceClock,
    Frame,
    TscbmError,
    day_difference,
    decode,
)
from tests.drivers.signal_ntcip.vectors import rows

_MS = 1_000_000


def datagram(row: dict[str, Any]) -> bytes:
    """The row's message, with countdowns that nobody reads."""
    head, tail = bytes.fromhex(row["head"]), bytes.fromhex(row["tail"])
    timing = bytes(12)
    phases = b"".join(bytes((n,)) + timing for n in range(2, 17))
    return head + timing + phases + tail


def frame(sequence: int, day_ms: int, reds: int = 0xFF, jump: int = 0) -> bytes:
    """A message made by hand: nothing but reds lit."""
    row = rows("tscbm")[0]
    data = bytearray(datagram(row))
    data[210:212] = reds.to_bytes(2, "big")
    seconds, milli = divmod(day_ms % DAY_MS, 1000)
    data[234:236] = bytes((jump, sequence % 256))
    data[236:239] = bytes((seconds // 3600, seconds // 60 % 60, seconds % 60))
    data[239:241] = milli.to_bytes(2, "big")
    return bytes(data)


@pytest.mark.parametrize("row", rows("tscbm"))
def test_layout(row: dict[str, Any]) -> None:
    data = datagram(row)
    assert len(data) == row["size"]
    for size in (data, data + bytes(4)):
        seen = decode(size)
        assert (seen.reds, seen.yellows, seen.greens) == (row["reds"], 0, row["greens"])
        assert (seen.sequence, seen.day_ms) == (row["sequence"], row["day_ms"])


def test_each_mask_is_in_its_place() -> None:
    data = bytearray(frame(1, 0))
    for index in range(11):
        data[210 + 2 * index : 212 + 2 * index] = (index + 1).to_bytes(2, "big")
    seen = decode(bytes(data))
    assert [
        seen.reds,
        seen.yellows,
        seen.greens,
        seen.dont_walks,
        seen.ped_clears,
        seen.walks,
        seen.overlap_reds,
        seen.overlap_yellows,
        seen.overlap_greens,
        seen.flashing_phases,
        seen.flashing_overlaps,
    ] == list(range(1, 12))


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0xCE), (1, 0x0F), (2, 2), (197, 1), (236, 24), (237, 60), (238, 61)]
)
def test_what_is_no_message(at: int, value: int) -> None:
    data = bytearray(frame(1, 0))
    data[at] = value
    with pytest.raises(TscbmError):
        decode(bytes(data))


@given(st.binary(max_size=300))
def test_garbage(data: bytes) -> None:
    with pytest.raises(TscbmError):
        decode(data)


@pytest.mark.parametrize("length", [0, 1, 240, 242, 244, 246, 1500])
def test_other_lengths(length: int) -> None:
    with pytest.raises(TscbmError):
        decode((frame(1, 0) * 7)[:length])


@given(st.integers(0, DAY_MS - 1), st.integers(-DAY_MS // 2, DAY_MS // 2 - 1))
def test_times_of_day_differ_the_short_way(day_ms: int, by: int) -> None:
    assert day_difference((day_ms + by) % DAY_MS, day_ms) == by


def test_jitter_of_the_way_does_not_move_the_stamps() -> None:
    rng = random.Random(1)
    clock = DeviceClock()
    made = [100 * n for n in range(600)]
    found = [clock.mono_ns(ms, (ms + 2 + rng.randrange(60)) * _MS) for ms in made]
    late = [at // _MS - ms for at, ms in zip(found, made, strict=True)]
    assert max(late[100:]) - min(late[100:]) <= 3
    assert clock.steps == 0


def test_midnight_and_a_day_are_no_step() -> None:
    clock = DeviceClock()
    for n in range(0, 30 * 3600, 600):
        day_ms = (DAY_MS - 5000 + n * 1000) % DAY_MS
        assert clock.mono_ns(day_ms, n * 1000 * _MS) == n * 1000 * _MS
    assert clock.steps == 0


@pytest.mark.parametrize("step_ms", [5000, -5000])
def test_a_clock_that_is_set_is_followed(step_ms: int) -> None:
    clock = DeviceClock()
    for n in range(50):
        clock.mono_ns(10_000 + 100 * n, 100 * n * _MS)
    for n in range(50, 80):
        at = clock.mono_ns(10_000 + 100 * n + step_ms, 100 * n * _MS)
        assert at == 100 * n * _MS
    assert clock.steps == 1


class _Heard:
    """A receiver and what it passes on."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.frames: list[tuple[Frame, int, bool]] = []
        self.receiver = Receiver(
            "10.0.0.1", self.clock, 0, 1000 * _MS, lambda *told: self.frames.append(told)
        )

    def take(self, data: bytes, host: str = "10.0.0.1") -> None:
        self.receiver.take(data, host)

    @property
    def sequences(self) -> list[int]:
        return [frame.sequence for frame, _, _ in self.frames]


def test_frames_in_order_are_passed_on() -> None:
    heard = _Heard()
    for n in range(250, 260):
        heard.take(frame(n, 100 * n))
        heard.clock.advance(0.1)
    assert heard.sequences == [n % 256 for n in range(250, 260)]
    assert heard.receiver.figures["missed"] == 0


def test_missing_frames_are_counted() -> None:
    heard = _Heard()
    for n in (1, 2, 6):
        heard.take(frame(n, 100 * n))
    assert heard.receiver.figures["missed"] == 3


def test_duplicates_strangers_and_rubbish_are_dropped_and_counted() -> None:
    heard = _Heard()
    heard.take(frame(1, 100))
    heard.take(frame(1, 100))
    heard.take(frame(2, 200), host="10.0.0.2")
    heard.take(b"rubbish")
    assert heard.sequences == [1]
    assert heard.receiver.figures["duplicate"] == 1
    assert heard.receiver.figures["foreign"] == 1
    assert heard.receiver.figures["damaged"] == 1


def test_an_overtaken_frame_is_dropped() -> None:
    heard = _Heard()
    for n in (1, 3, 2, 4):
        heard.take(frame(n, 100 * n))
    assert heard.sequences == [1, 3, 4]
    assert heard.receiver.figures["old"] == 1


def test_a_controller_that_starts_anew_is_believed() -> None:
    heard = _Heard()
    heard.take(frame(100, 50_000))
    for n in range(10):
        heard.take(frame(n, 100 * n))
    assert heard.sequences[-1] == 9
    assert heard.receiver.figures["old"] == 5


def test_the_discontinuity_flag_voids_what_was_before() -> None:
    heard = _Heard()
    heard.take(frame(1, 100, jump=0))
    heard.take(frame(2, 200, jump=1))
    heard.take(frame(3, 300, jump=1))
    assert [void for _, _, void in heard.frames] == [False, True, False]
    assert heard.receiver.figures["jumps"] == 1


def test_silence_is_noticed() -> None:
    heard = _Heard()
    heard.take(frame(1, 100))
    heard.clock.advance(0.9)
    assert heard.receiver.fresh
    heard.clock.advance(0.2)
    assert not heard.receiver.fresh


def test_the_controllers_clock_against_ours() -> None:
    heard = _Heard()
    heard.take(frame(1, heard.clock.utc_ms() + 1234))
    assert heard.receiver.offset_ms == 1234


def test_a_clock_that_stands_still_does_not_date_frames_back() -> None:
    heard = _Heard()
    for n in range(30):
        heard.take(frame(n, 0))
        assert heard.frames[-1][1] == heard.clock.mono_ns()
        heard.clock.advance(0.1)
