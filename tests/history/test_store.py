"""What is remembered is what was kept; a torn end costs the last piece, a full disk the oldest."""

import gzip
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import ManualClock
from edge_agent.history import store
from edge_agent.history.read import lines
from edge_agent.history.settings import HistorySettings
from edge_agent.history.store import History, files, mend, pieces

DAY_MS = 86_400_000
ALWAYS = (0, 10**14)


class Usage(NamedTuple):
    free: int


def event(number: int, t: int = 1_790_000_000_000) -> bytes:
    return json.dumps({"id": number, "t": t}).encode()


def make(folder: Path, clock: ManualClock | None = None, **more: Any) -> History:
    return History(folder, HistorySettings(free_mb=0, **more), clock or ManualClock())


def told(folder: Path, period: tuple[int, int] = ALWAYS) -> list[int]:
    torn: list[Path] = []
    return [json.loads(line)["id"] for line in lines(folder, *period, torn)]


def test_what_is_kept_is_read_again_also_by_other_tools(tmp_path: Path) -> None:
    history = make(tmp_path)
    for number in range(4):
        history.keep("agg", event(number))
        history.write()
    assert told(tmp_path) == [0, 1, 2, 3]
    (day,) = files(tmp_path)
    assert gzip.decompress(day.read_bytes()).count(b"\n") == 4


def test_only_the_period_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    history = make(tmp_path, clock)
    for number in range(10):
        history.keep("agg", event(number, clock.utc_ms()))
        history.write()
        clock.advance(86_400)
    begin = 1_790_000_000_000
    assert told(tmp_path, (begin + 2 * DAY_MS, begin + 5 * DAY_MS)) == [2, 3, 4]


@pytest.mark.parametrize("stream", ["passage", "tag", "axles", "signal", "unpaired", "figure"])
def test_what_follows_a_vehicle_is_not_remembered(tmp_path: Path, stream: str) -> None:
    history = make(tmp_path)
    history.keep(stream, event(1))
    history.write()
    assert files(tmp_path) == []


def test_plates_and_tags_of_violations_are_left_out(tmp_path: Path) -> None:
    history = make(tmp_path)
    plate = {"t": "30A12345", "p": 900, "n": 3, "c": ["30A12845"], "x": "c2VhbGVk"}
    tag = {"epc": "3416A1B2C3D4E5F6", "ant": 1}
    body = json.dumps({"t": 1_790_000_000_000, "plate": plate, "tag": tag}).encode()
    history.keep("violation", body)
    history.write()
    (line,) = lines(tmp_path, *ALWAYS, [])
    found = json.loads(line)
    assert found["plate"] == {"p": 900, "n": 3}
    assert found["tag"] == {"ant": 1}


@given(st.integers(0, 400), st.binary(max_size=40))
def test_a_torn_end_costs_the_last_piece_and_no_later_one(cut: int, garbage: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history = make(folder)
        for number in range(3):
            history.keep("agg", event(number))
            history.write()
        (day,) = files(folder)
        whole = day.read_bytes()
        two = [end for _, end in pieces(whole)][1]
        day.write_bytes(whole[: min(two + cut, len(whole) - 8)] + garbage)
        again = make(folder)
        again.keep("agg", event(7))
        again.write()
        assert told(folder) == [0, 1, 7]


def test_mending_a_sound_file_changes_nothing(tmp_path: Path) -> None:
    history = make(tmp_path)
    history.keep("agg", event(1))
    history.write()
    (day,) = files(tmp_path)
    assert mend(day) == 0
    assert mend(tmp_path / "none") == 0


def test_the_oldest_days_are_forgotten_and_a_jumping_clock_forgets_nothing(tmp_path: Path) -> None:
    clock = ManualClock()
    history = make(tmp_path, clock, days=3)
    for number in range(6):
        history.keep("agg", event(number))
        history.write()
        clock.advance(86_400)
    history.write()
    assert told(tmp_path) == [3, 4, 5]
    clock.step_utc(70 * 365 * DAY_MS)
    history.write()
    assert told(tmp_path) == [3, 4, 5]


def test_days_make_way_for_what_needs_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    history = History(tmp_path, HistorySettings(free_mb=100), clock)
    free = {"now": 10**9}

    def usage(path: object) -> Usage:
        kept = len(files(tmp_path))
        return Usage(free["now"] - kept * 10**6)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    for number in range(3):
        history.keep("agg", event(number))
        history.write()
        clock.advance(86_400)
    free["now"] = 102 * 10**6
    history.keep("agg", event(3))
    history.write()
    assert told(tmp_path) == [1, 2, 3]
    free["now"] = 50 * 10**6
    history.keep("agg", event(4))
    with pytest.raises(OSError, match="less than 100 MB are free"):
        history.write()
    free["now"] = 10**9
    history.write()
    assert told(tmp_path) == [4]


def test_a_disk_that_fails_for_long_costs_the_oldest_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WAITING_MAX", 5)
    (tmp_path / "file").touch()
    history = make(tmp_path / "file" / "history")
    for number in range(8):
        history.keep("agg", event(number))
    with pytest.raises(NotADirectoryError):
        history.write()
    assert history.shed == 3


def test_nothing_is_kept_where_nothing_is_wanted(tmp_path: Path) -> None:
    history = make(tmp_path, days=0)
    history.keep("agg", event(1))
    history.write()
    assert files(tmp_path) == []
