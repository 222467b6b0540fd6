import os
from pathlib import Path

import pytest

from edge_agent.health import measure, per_day


def test_the_real_machine(tmp_path: Path) -> None:
    ballast = bytearray(os.urandom(30_000_000))
    before = measure(tmp_path)
    with (tmp_path / "file").open("wb") as file:
        file.write(b"x" * 4_000_000)
        os.fsync(file.fileno())
        during = measure(tmp_path)
    assert before.rss_kb is not None
    assert before.rss_kb > len(ballast) // 1024
    assert before.cpu_ms is not None
    assert before.cpu_ms > 0
    assert before.threads is not None
    assert before.threads >= 1
    assert before.fds is not None
    assert during.fds == before.fds + 1
    assert before.fds_max is not None
    assert before.fds_max > before.fds
    assert before.disk_size is not None
    assert before.disk_free is not None
    assert 0 < before.disk_free <= before.disk_size
    assert before.load_1m is not None


def test_bytes_written_are_counted(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "io").write_text("rchar: 5\nwchar: 6\nread_bytes: 7\nwrite_bytes: 8192\n")
    assert measure(tmp_path, proc=proc).disk_written == 8192


def test_cpu_of_a_process_with_an_odd_name(tmp_path: Path) -> None:
    tick_ms = 1000 // os.sysconf("SC_CLK_TCK")
    (tmp_path / "stat").write_text("1 (a) b (c)) S 1 1 1 0 -1 0 0 0 0 0 30 12 0 0 20 0 1 0 0\n")
    assert measure(tmp_path, proc=tmp_path).cpu_ms == 42 * tick_ms


def test_the_hottest_zone(tmp_path: Path) -> None:
    for number, text in enumerate(["45300\n", "-5000\n", "61250\n", "garbage\n", ""]):
        zone = tmp_path / f"thermal_zone{number}"
        zone.mkdir()
        (zone / "temp").write_text(text)
    (tmp_path / "thermal_zone9").mkdir()
    assert measure(tmp_path, thermal=tmp_path).temperature == 612


def test_what_cannot_be_measured_is_none(tmp_path: Path) -> None:
    none = tmp_path / "none"
    figures = measure(none, proc=none, thermal=none)
    assert figures.rss_kb is None
    assert figures.cpu_ms is None
    assert figures.fds is None
    assert figures.fds_max is None
    assert figures.disk_written is None
    assert figures.disk_free is None
    assert figures.temperature is None


@pytest.mark.parametrize("text", ["", "garbage", "VmRSS:\n", "VmRSS: many kB\n", "\x00\xff"])
def test_garbage_is_none(tmp_path: Path, text: str) -> None:
    for name in ("status", "stat", "io", "limits"):
        (tmp_path / name).write_text(text)
    figures = measure(tmp_path, proc=tmp_path)
    assert figures.rss_kb is None
    assert figures.cpu_ms is None
    assert figures.fds_max is None


def test_unlimited_descriptors(tmp_path: Path) -> None:
    (tmp_path / "limits").write_text("Max open files            unlimited   unlimited  files\n")
    assert measure(tmp_path, proc=tmp_path).fds_max is None


def test_per_day() -> None:
    assert per_day(1000, 86_400) == 1000
    assert per_day(1000, 3600) == 24_000
    assert per_day(1000, 59) is None
