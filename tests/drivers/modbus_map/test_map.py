"""Maps: vectors, mistakes with file and key, and what follows from samples over time."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.device.mapfile import MapError
from edge_agent.device.readings import ConditionReading, FigureReading, Reading
from edge_agent.device.registers import Measured
from edge_agent.drivers.modbus_map import KIND
from edge_agent.drivers.modbus_map.codec import Codec, Sample
from edge_agent.drivers.modbus_map.follow import Follower
from edge_agent.drivers.modbus_map.map import Map, load_map

ROWS = tomllib.loads(
    (Path(__file__).parents[3] / "drivers" / "modbus_map" / "vectors.toml").read_text()
)["sample"]
S = 1_000_000_000


def between(from_ns: int, to_ns: int) -> Stamp:
    return Stamp(to_ns // 10**6, (from_ns + to_ns) // 2, (to_ns - from_ns) // 2_000_000)


def blocks(row: dict[str, Any], codec: Codec) -> list[list[int]]:
    words = [int(word, 16) for word in row["words"].split()] + [0] * 100
    bits = [int(bit) for bit in row["bits"]] + [0] * 100
    return [
        (bits if read.table.bits else words)[read.address : read.address + read.count]
        for read in codec.plan.reads
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["source"])
def test_vectors(row: dict[str, Any]) -> None:
    map_ = load_map(row["profile"])
    codec = Codec(map_)
    sample = codec.sample(blocks(row, codec))
    told = {n: round(m.value) for n, m in sample.figures.items() if m.value is not None}
    assert told == row["figures"]
    follower = Follower(map_, 300, between)
    readings = follower.take(sample, 0, 0) + follower.take(sample, 3600 * S, 3600 * S)
    holds = [r.code for r in readings if isinstance(r, ConditionReading) and r.active]
    assert sorted(holds) == sorted(row["holds"])


GOOD = """
version = 1
title = "t"
source = "s"
[[figure]]
name = "level"
at = { table = "input", address = 0 }
deadband = 5
[[condition]]
code = "high"
of = "level"
above = 100
hysteresis = 10
on_s = 3
off_s = 5
[[condition]]
code = "open"
at = { table = "discrete", address = 0 }
"""


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('of = "level"', 'of = "lovel"', "lovel"),
        ("above = 100", "above = 100\nbelow = 5", "high"),
        ("hysteresis = 10", "histeresis = 10", "condition.0.histeresis"),
        ("deadband = 5", "deadband = -5", "figure.0.deadband"),
        ("address = 0 }\ndeadband", "address = 65536 }\ndeadband", "figure.0.at"),
        ('code = "open"', 'code = "high"', "high appears twice"),
        ("version = 1", "version = 2", "version"),
        ('table = "discrete"', 'table = "input"', "which bit"),
        ("[[figure]]", "[[figure]", "line 5"),
        ('title = "t"', 'title = "\\q"', "line 3"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    facts = {"kind": "modbus_map", "url": "tcp://127.0.0.1:502", "profile": str(file)}
    settings = KIND.settings.model_validate(facts)
    assert KIND.check(settings) == []
    assert was in GOOD
    file.write_text(GOOD.replace(was, becomes, 1))
    complaints = KIND.check(settings)
    assert complaints
    assert all(key == "profile" and str(file) in words for key, words in complaints)
    assert any(told in words for _, words in complaints), complaints


def test_a_profile_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(MapError, match="cabinet_v1, road_weather_v1"):
        load_map("cabinet_v9")


def follow(levels: list[float | None], step_s: int = 1) -> list[list[Reading]]:
    """Readings of each second."""
    follower = Follower(Map.model_validate(tomllib.loads(GOOD)), 60, between)
    return [
        follower.take(
            Sample(
                {"level": Measured(level, "not-measured" if level is None else None)},
                {"open": False},
            ),
            second * step_s * S,
            second * step_s * S,
        )
        for second, level in enumerate(levels)
    ]


def conditions(steps: list[list[Reading]]) -> list[tuple[int, bool]]:
    return [
        (second, reading.active)
        for second, step in enumerate(steps)
        for reading in step
        if isinstance(reading, ConditionReading) and reading.code == "high"
    ]


def test_threshold_with_delays_and_hysteresis() -> None:
    rising = [50.0, 101, 101, 50, 101, 101, 101, 101]
    falling = [95.0, 95, 95, 89, 89, 95, 89, 89, 89, 89]  # 95 is neither: it was below 90 before
    assert conditions(follow([*rising, *falling])) == [(0, False), (7, True), (16, False)]


def test_a_condition_began_when_it_was_first_seen() -> None:
    steps = follow([50.0, 101, 101, 101, 101])
    (told,) = [r for r in steps[4] if isinstance(r, ConditionReading)]
    assert told.active
    assert told.at.mono_ns == S // 2
    assert told.at.spread_ms == 500


def test_not_measured_holds_what_was_and_is_told_once() -> None:
    steps = follow([101.0, 101, 101, 101, None, None, None, None, None, None, 101, 50])
    assert conditions(steps) == [(3, True)]
    figures = [r for step in steps for r in step if isinstance(r, FigureReading)]
    assert [(f.value, f.why) for f in figures] == [
        (101, None),
        (None, "not-measured"),
        (101, None),
        (50, None),
    ]


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60))
def test_what_was_told_is_never_further_off_than_the_deadband(levels: list[float]) -> None:
    told = 0
    for level, step in zip(levels, follow([*levels]), strict=True):
        for reading in step:
            if isinstance(reading, FigureReading) and reading.value is not None:
                told = reading.value
        assert abs(level - told) <= 5 + 1


def test_a_still_figure_is_told_every_report() -> None:
    steps = follow([7.0] * 13, step_s=10)
    told = [
        second for second, step in enumerate(steps) for r in step if isinstance(r, FigureReading)
    ]
    assert told == [0, 6, 12]
