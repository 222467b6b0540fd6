"""What flash says of its life, in words of the kernel that are there or not."""

from pathlib import Path

import pytest

from edge_agent.web.sources.flash import Flash, flashes


def _device(folder: Path, life: str | None, spares: str | None, name: str = "mmcblk0") -> None:
    place = folder / name / "device"
    place.mkdir(parents=True)
    for file, told in (("life_time", life), ("pre_eol_info", spares)):
        if told is not None:
            (place / file).write_text(f"{told}\n")


@pytest.mark.parametrize(
    ("life", "spares", "used", "low"),
    [
        ("0x01 0x01", "0x01", 10, ""),
        ("0x02 0x09", "0x02", 90, "low"),
        ("0x0b 0x01", "0x03", 110, "urgent"),
        ("0x03 0x00", None, 30, ""),
        ("0x03 0x01", "?", 30, ""),
    ],
)
def test_the_worse_of_two_estimates_counts(
    tmp_path: Path, life: str, spares: str | None, used: int, low: str
) -> None:
    _device(tmp_path, life, spares)
    assert flashes(tmp_path) == [Flash("mmcblk0", used, low)]


@pytest.mark.parametrize("life", [None, "", "0x00 0x00", "0x0c 0x01", "much"])
def test_one_that_does_not_tell_is_left_out(tmp_path: Path, life: str | None) -> None:
    _device(tmp_path, life, "0x01")
    _device(tmp_path, "0x01 0x01", "0x01", "mmcblk0boot0")
    assert flashes(tmp_path) == []


def test_where_there_is_none_nothing_is_told(tmp_path: Path) -> None:
    assert flashes(tmp_path / "none") == []
