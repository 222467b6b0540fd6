"""The driver's reading of every row of vectors.toml."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.device.weighing import flag_names
from edge_agent.drivers.wim_modbus import codec
from edge_agent.errors import Cause, DeviceError

ROWS = tomllib.loads(
    (Path(__file__).parents[3] / "drivers" / "wim_modbus" / "vectors.toml").read_text()
)


def words(row: dict[str, Any]) -> list[int]:
    told = [int(word, 16) for word in row["words"].split()]
    if "again" not in row:
        return told + [0] * (32 - len(told))
    again = [int(word, 16) for word in row["again"].split()]
    return told + [0xFFFF] * (52 - len(told)) + again


@pytest.mark.parametrize("row", ROWS["header"], ids=lambda row: row["source"])
def test_header(row: dict[str, Any]) -> None:
    header = codec.header(words(row))
    for name in ("boot", "clock_set", "newest", "slots", "time_ms", "states"):
        assert getattr(header, name) == row[name], name
    assert header.temperature == row.get("temperature")


@pytest.mark.parametrize("row", ROWS["slot"], ids=lambda row: row["source"])
def test_slot(row: dict[str, Any]) -> None:
    assert codec.sequence(words(row)) == row["sequence"]
    record = codec.record(words(row))
    for name in ("sequence", "time_ms", "lane", "reverse"):
        assert getattr(record, name) == row[name], name
    for name in ("speed", "gross", "length", "temperature"):
        assert getattr(record, name) == row.get(name), name
    assert flag_names(record.flags) == row["flags"]
    axles = [[-1 if value is None else value for value in axle] for axle in record.axles]
    assert axles == row["axles"]


def test_a_half_written_slot_has_no_number() -> None:
    row = words(ROWS["slot"][0])
    assert codec.sequence([*row[:53], row[53] + 1]) is None


@pytest.mark.parametrize(
    ("register", "value"), [(0, 1), (1, 2), (6, 0), (7, 65000), (8, 40), (9, 9)]
)
def test_another_device_or_version_is_refused(register: int, value: int) -> None:
    row = words(ROWS["header"][0])
    row[register] = value
    with pytest.raises(DeviceError) as caught:
        codec.header(row)
    assert caught.value.cause is Cause.PROTOCOL


@given(st.lists(st.integers(0, 0xFFFF), min_size=54, max_size=54))
def test_any_slot_is_read_or_refused_by_cause(row: list[int]) -> None:
    try:
        record = codec.record(row)
    except DeviceError as error:
        assert error.cause is Cause.PARSE  # noqa: PT017 - both ways are right, this is what the one says
        assert row[6] > codec.MOST_AXLES
        return
    assert len(record.axles) == row[6]
    measured = [value for axle in record.axles for value in axle if value is not None]
    assert all(0 <= value < 0xFFFF for value in measured)
