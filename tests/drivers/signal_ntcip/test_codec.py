"""What the values mean."""

from typing import Any

import pytest

from edge_agent.device.readings import Colour
from edge_agent.drivers.signal_ntcip import codec
from edge_agent.drivers.signal_ntcip.codec import Heads
from tests.drivers.signal_ntcip.vectors import rows


@pytest.mark.parametrize("row", rows("lamps"))
def test_lamps(row: dict[str, Any]) -> None:
    seen = codec.aspects(Heads.STEADY, row["red"], row["yellow"], row["green"], 8)
    assert seen[row["bit"] - 1] == Colour(row["aspect"])
    assert [c for n, c in enumerate(seen, 1) if n != row["bit"]] == [Colour.DARK] * 7


@pytest.mark.parametrize("row", rows("occupancy"))
def test_occupancy(row: dict[str, Any]) -> None:
    assert codec.occupancy(row["octet"]) == (row.get("permille"), row.get("why"))
    assert codec.is_detector_fault(row.get("why")) == ("why" in row)


@pytest.mark.parametrize("row", rows("volume"))
def test_volume(row: dict[str, Any]) -> None:
    assert codec.volume(row["octet"]) == (row.get("count"), row.get("why"))


@pytest.mark.parametrize("octet", [-1, 201, 209, 215, 218, 255, 1000])
def test_occupancies_without_a_meaning_are_absent(octet: int) -> None:
    assert codec.occupancy(octet) == (None, "out-of-range")


@pytest.mark.parametrize("octet", [-1, 256])
def test_volumes_without_a_meaning_are_absent(octet: int) -> None:
    assert codec.volume(octet) == (None, "out-of-range")


@pytest.mark.parametrize(
    ("heads", "lit", "colour"),
    [
        (Heads.STEADY, "r", Colour.RED),
        (Heads.STEADY, "ry", Colour.RED_YELLOW),
        (Heads.STEADY, "rg", Colour.CONFLICT),
        (Heads.STEADY, "yg", Colour.CONFLICT),
        (Heads.STEADY, "ryg", Colour.CONFLICT),
        (Heads.FLASHING, "r", Colour.FLASHING_RED),
        (Heads.FLASHING, "y", Colour.FLASHING_YELLOW),
        (Heads.FLASHING, "g", Colour.FLASHING_GREEN),
        (Heads.FLASHING, "", Colour.DARK),
        (Heads.PEDESTRIAN, "r", Colour.RED),
        (Heads.PEDESTRIAN, "y", Colour.FLASHING_GREEN),
        (Heads.PEDESTRIAN, "g", Colour.GREEN),
        (Heads.PEDESTRIAN, "rg", Colour.CONFLICT),
    ],
)
def test_aspects(heads: Heads, lit: str, colour: Colour) -> None:
    assert codec.aspect(heads, red="r" in lit, yellow="y" in lit, green="g" in lit) == colour


def test_no_code_and_no_bit_is_told_twice() -> None:
    tables = (codec.SHORT_ALARMS, codec.UNIT_ALARMS_1, codec.UNIT_ALARMS_2)
    codes = [alarm.code for table in tables for alarm in table]
    assert len(set(codes)) == len(codes)
    for table in tables:
        assert len({alarm.bit for alarm in table}) == len(table)
