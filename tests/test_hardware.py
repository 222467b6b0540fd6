"""What the kernel tells of disk and processor, in files that are there or not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.hardware import Power, Storage, _hex, power, storage


@pytest.fixture
def sys(tmp_path: Path) -> Path:
    """A made-up /sys in which ``tmp_path`` lies on the first partition of mmcblk0."""
    partition = tmp_path / "sys" / "devices" / "mmc" / "mmcblk0" / "mmcblk0p1"
    (partition.parent / "device").mkdir(parents=True)
    partition.mkdir()
    (partition / "partition").write_text("1\n")
    (partition.parent / "stat").write_text(f"1 2 3 4 5 6 {2_000_000} 8 9 10 11 12 13 14 15\n")
    device = os.stat(tmp_path).st_dev  # noqa: PTH116 - as the code asks
    block = tmp_path / "sys" / "dev" / "block"
    block.mkdir(parents=True)
    (block / f"{os.major(device)}:{os.minor(device)}").symlink_to(partition)
    return tmp_path / "sys"


def tell(sys: Path, name: str, text: str) -> None:
    (sys / "devices" / "mmc" / "mmcblk0" / "device" / name).write_text(text)


@pytest.mark.parametrize(
    ("life", "spares", "used", "gone"),
    [
        ("0x01 0x01\n", "0x01\n", 10, 0),
        ("0x02 0x09\n", "0x02\n", 90, 80),
        ("0x0b 0x01\n", "0x03\n", 110, 90),
        ("0x03 0x00\n", "0x00\n", 30, None),
        ("0x00 0x00\n", "?", None, None),
        ("0x0c 0x01\n", "", None, None),
        ("much", "0x01\n", None, 0),
    ],
)
def test_the_worse_of_two_estimates_counts(
    tmp_path: Path, sys: Path, life: str, spares: str, used: int | None, gone: int | None
) -> None:
    tell(sys, "life_time", life)
    tell(sys, "pre_eol_info", spares)
    assert storage(tmp_path, sys) == Storage(1_024_000_000, used, gone)


def test_a_card_tells_only_what_is_written(tmp_path: Path, sys: Path) -> None:
    assert storage(tmp_path, sys) == Storage(1_024_000_000, None, None)


def test_a_mapped_volume_lies_on_a_disk(tmp_path: Path, sys: Path) -> None:
    mapped = sys / "devices" / "virtual" / "dm-0"
    (mapped / "slaves").mkdir(parents=True)
    (mapped / "slaves" / "mmcblk0p1").symlink_to(sys / "devices/mmc/mmcblk0/mmcblk0p1")
    [place] = (sys / "dev" / "block").iterdir()
    place.unlink()
    place.symlink_to(mapped)
    assert storage(tmp_path, sys).written == 1_024_000_000


@pytest.mark.parametrize("folder", ["none", "."])
def test_where_there_is_no_disk_nothing_is_told(tmp_path: Path, folder: str) -> None:
    assert storage(tmp_path / folder, tmp_path / "empty") == Storage()


@pytest.mark.parametrize(
    ("bits", "slowed", "low"),
    [
        ("0\n", False, False),
        ("50000\n", False, False),  # both were, and are no more
        ("50005\n", True, True),
        ("1\n", False, True),
        ("80008\n", True, False),
        ("2\n", True, False),
        ("broken", None, None),
    ],
)
def test_the_firmware_of_a_small_board(
    tmp_path: Path, bits: str, slowed: bool | None, low: bool | None
) -> None:
    place = tmp_path / "devices" / "platform" / "soc" / "soc:firmware"
    place.mkdir(parents=True)
    (place / "get_throttled").write_text(bits)
    assert power(tmp_path) == Power(slowed, low, None)


def test_cooling_devices_and_counters_of_other_boards(tmp_path: Path) -> None:
    told = [("thermal-cpufreq-0", "0"), ("Fan", "3"), ("Processor", "0"), ("cpufreq-cpu1", "")]
    for number, (kind, state) in enumerate(told):
        place = tmp_path / "class" / "thermal" / f"cooling_device{number}"
        place.mkdir(parents=True)
        (place / "type").write_text(f"{kind}\n")
        (place / "cur_state").write_text(f"{state}\n")
    for number in range(2):
        place = tmp_path / "devices" / "system" / "cpu" / f"cpu{number}" / "thermal_throttle"
        place.mkdir(parents=True)
        (place / "core_throttle_count").write_text(f"{7 + number}\n")
    assert power(tmp_path) == Power(False, None, 15)
    (tmp_path / "class" / "thermal" / "cooling_device0" / "cur_state").write_text("2\n")
    assert power(tmp_path).slowed is True


def test_a_board_that_tells_nothing(tmp_path: Path) -> None:
    assert power(tmp_path) == Power()


@given(st.text(max_size=12))
def test_no_word_of_the_kernel_is_too_odd(text: str) -> None:
    number = _hex(text)
    assert number is None or number == int(text, 16)
