"""The pure parts: aspects over time, counters, maps."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.device.readings import Colour, ConditionReading, SignalReading
from edge_agent.drivers.signal_modbus import KIND
from edge_agent.drivers.signal_modbus.aspects import LONGEST_HALF_NS, Steady, aspect
from edge_agent.drivers.signal_modbus.codec import Codec
from edge_agent.drivers.signal_modbus.counters import CounterTrack
from edge_agent.drivers.signal_modbus.follow import Follower
from edge_agent.drivers.signal_modbus.map import Map, MapError, load_map
from edge_agent.drivers.signal_modbus.settings import Settings

MS = 1_000_000
TICK = 100 * MS
_COLOURS = st.sampled_from(
    [Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.DARK, Colour.CONFLICT, Colour.RED_YELLOW]
)


def _run(samples: list[Colour], tick: int = TICK) -> list[Colour | None]:
    steady = Steady()
    return [
        steady.take(seen, max(0, index - 1) * tick, index * tick)
        for index, seen in enumerate(samples)
    ]


def test_all_eight_lamp_combinations_have_an_aspect() -> None:
    lamps = itertools.product([False, True], repeat=3)
    shown = {(r, y, g): str(aspect(red=r, yellow=y, green=g)) for r, y, g in lamps}
    assert [shown[key] for key in sorted(shown)] == ["d", "g", "y", "x", "r", "x", "ry", "x"]


@given(st.lists(_COLOURS, max_size=60))
def test_what_is_shown_was_seen(samples: list[Colour]) -> None:
    flash = {Colour.FLASHING_RED: "r", Colour.FLASHING_YELLOW: "y", Colour.FLASHING_GREEN: "g"}
    for index, shown in enumerate(_run(samples)):
        if shown is None:
            assert all(seen is Colour.DARK for seen in samples[: index + 1])
            continue
        seen_before = [str(seen) for seen in samples[: index + 1]]
        assert flash.get(shown, str(shown)) in seen_before
        lit = samples[index]
        if lit is not Colour.DARK:
            assert shown in (
                lit,
                Colour.FLASHING_RED,
                Colour.FLASHING_YELLOW,
                Colour.FLASHING_GREEN,
            )
            assert flash.get(shown, str(shown)) == str(lit)


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_flash_is_recognised_and_never_called_dark(on: int, off: int) -> None:
    blink = [Colour.YELLOW] * on + [Colour.DARK] * off
    shown = _run([Colour.RED] + blink * 6)
    assert Colour.DARK not in shown
    assert shown[-1] is Colour.FLASHING_YELLOW
    assert shown[1 : 1 + on + off] == [Colour.YELLOW] * (on + off)


def test_dark_is_believed_after_a_second_and_reaches_back() -> None:
    steady = Steady()
    for index in range(40):
        seen = Colour.GREEN if index < 10 else Colour.DARK
        shown = steady.take(seen, (index - 1) * TICK, index * TICK)
        dark = index * TICK - 10 * TICK > LONGEST_HALF_NS
        assert shown is (Colour.DARK if dark else Colour.GREEN)
    assert steady.since_ns == 9 * TICK


def test_after_a_gap_in_the_samples_a_dark_head_is_unknown() -> None:
    steady = Steady()
    assert steady.take(Colour.RED, 0, 0) is Colour.RED
    later = 5 * LONGEST_HALF_NS
    assert steady.take(Colour.DARK, 0, later) is None
    assert steady.take(Colour.GREEN, later, later + TICK) is Colour.GREEN
    assert steady.since_ns == 0, "it may have begun right after the last sample that showed red"


def test_a_flash_that_ends_is_steady_again() -> None:
    blink = ([Colour.GREEN] * 5 + [Colour.DARK] * 5) * 3
    assert _run([*blink, *[Colour.GREEN] * 20])[-1] is Colour.GREEN
    assert _run([*blink, Colour.RED])[-1] is Colour.RED
    assert _run([*blink, *[Colour.DARK] * 20])[-1] is Colour.DARK


@given(
    st.sampled_from([16, 32]),
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 1)), max_size=40),
)
def test_plausible_traffic_is_counted_exactly_through_any_wrap(
    bits: int, start: int, steps: list[tuple[int, float]]
) -> None:
    track = CounterTrack(bits, most_per_s=3)
    value = start % (1 << bits)
    now = 0
    assert track.take(value, now) == (None, "first")
    for elapsed_ms, share in steps:
        passed = int(share * 3 * elapsed_ms / 1000)
        value, now = (value + passed) % (1 << bits), now + elapsed_ms
        assert track.take(value, now) == (passed, None)


@given(st.sampled_from([16, 32]), st.integers(0, 2**32 - 1), st.integers(1, 2000))
def test_a_reset_is_no_count(bits: int, before: int, elapsed_ms: int) -> None:
    before %= 1 << bits
    track = CounterTrack(bits, most_per_s=3)
    track.take(before, 0)
    count, why = track.take(0, elapsed_ms)
    most = 3 * (elapsed_ms / 1000 + 1) + 1
    if before and (1 << bits) - before > most:
        assert (count, why) == (None, "counter-reset")
    else:
        assert count is not None
        assert count <= most
    assert track.take(2, elapsed_ms + 1000) == (2, None)


def test_a_jump_is_no_count_and_counting_goes_on() -> None:
    track = CounterTrack(16, most_per_s=3)
    track.take(10, 0)
    assert track.take(500, 1000) == (None, "implausible")
    assert track.take(502, 2000) == (2, None)
    track.restart()
    assert track.take(7, 3000) == (None, "first")


MINIMAL = """
version = 1
title = "t"
source = "s"
conflicts = [[1, 2]]
[[phase]]
number = 1
red = [{ table = "coil", address = 0 }, { table = "coil", address = 10 }]
green = [{ table = "coil", address = 1 }, { table = "coil", address = 11 }]
[[phase]]
number = 2
red = [{ table = "coil", address = 2 }]
green = [{ table = "coil", address = 3 }]
"""


def _follower(map_: Map) -> tuple[Codec, Follower]:
    between = lambda a, b: Stamp((a + b) // 2 // MS, (a + b) // 2, (b - a) // 2 // MS)  # noqa: E731 - two uses, one line
    return Codec(map_), Follower(map_, between)


def _say(codec: Codec, follower: Follower, lit: set[int], now: int) -> list[object]:
    (read,) = codec.plan.reads
    block = tuple(int(read.address + at in lit) for at in range(read.count))
    return list(follower.take(codec.sample([block]), now, now + MS))


def test_a_change_tells_how_often_the_lamps_are_looked_at() -> None:
    codec, follower = _follower(Map.model_validate(tomllib.loads(MINIMAL)))
    said = [
        reading
        for lit, now in (({1, 2}, 0), ({0, 2}, 250 * MS), ({1, 2}, 1250 * MS))
        for reading in _say(codec, follower, lit, now)
    ]
    every = [reading.every_ms for reading in said if isinstance(reading, SignalReading)]
    assert every == [None, 250, 1000]


def test_two_greens_that_exclude_each_other_and_heads_that_differ() -> None:
    codec, follower = _follower(Map.model_validate(tomllib.loads(MINIMAL)))
    said = _say(codec, follower, {1, 11, 2}, 0)
    assert isinstance(said[0], SignalReading)
    assert said[0].phases == {1: Colour.GREEN, 2: Colour.RED}
    assert not any(r.active for r in said if isinstance(r, ConditionReading))
    said = _say(codec, follower, {1, 11, 3}, TICK)
    active = {r.code: r.text for r in said if isinstance(r, ConditionReading) and r.active}
    assert active == {"conflict": "Phases that let traffic in together: 1 with 2"}
    told = []
    for index in range(2, 9):
        told += _say(codec, follower, {1, 2}, index * TICK)
    codes = [(r.code, r.active) for r in told if isinstance(r, ConditionReading)]
    assert codes == [("conflict", False), ("head-uneven", True)]
    assert _say(codec, follower, {1, 11, 2}, 9 * TICK)[0].code == "head-uneven"  # type: ignore[attr-defined]


def test_a_junction_that_is_dark_at_first_is_not_known_until_a_second_has_passed() -> None:
    codec, follower = _follower(Map.model_validate(tomllib.loads(MINIMAL)))
    said = [(_say(codec, follower, set(), index * TICK), index) for index in range(15)]
    first = next(index for readings, index in said if readings)
    assert first == 11
    reading = said[first][0][0]
    assert isinstance(reading, SignalReading)
    assert reading.first
    assert set(reading.phases.values()) == {Colour.DARK}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("version = 1", "version = 2", "version"),
        ("number = 2", "number = 1", "phase 1 appears twice"),
        ("[[1, 2]]", "[[1, 3]]", "no phase 3"),
        ("[[1, 2]]", "[[1, 1]]", "with itself"),
        ("address = 3", "address = 2", "lie on the same cell"),
        ("address = 3", "address = 70000", "less than or equal to 65535"),
        ('title = "t"', 'titel = "t"', "titel"),
        ("number = 2", "number = ", "at line"),
        ('red = [{ table = "coil", address = 2 }]', "red = []", "red"),
    ],
)
def test_a_wrong_map_is_told(tmp_path: Path, before: str, after: str, words: str) -> None:
    file = tmp_path / "map.toml"
    assert before in MINIMAL
    file.write_text(MINIMAL.replace(before, after))
    with pytest.raises(MapError, match=re.escape(words)):
        load_map(str(file))
    settings = Settings(kind="signal_modbus", url="tcp://a:1", profile=str(file))
    ((key, complaint),) = KIND.check(settings)[:1]
    assert key == "profile"
    assert str(file) in complaint
    assert KIND.offers(settings) == {}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[detector]]\nname = "d"', "presence, counter or both"),
        (
            '[[detector]]\nname = "d"\ncounter = { table = "input", address = 0, type = "s16" }',
            "u16 or u32",
        ),
        (
            '[[detector]]\nname = "d"\ncounter = { table = "input", address = 0, scale = 2 }',
            "not scaled",
        ),
        (
            '[[alarm]]\ncode = "conflict"\nat = { table = "coil", address = 40 }',
            "alarm conflict appears twice",
        ),
        ('[[alarm]]\ncode = "Door"\nat = { table = "coil", address = 40 }', "code"),
    ],
)
def test_wrong_parts_are_told(tmp_path: Path, more: str, words: str) -> None:
    file = tmp_path / "map.toml"
    file.write_text(f"{MINIMAL}\n{more}\n")
    with pytest.raises(MapError, match=words):
        load_map(str(file))


def test_an_unknown_profile_is_told_with_the_known_ones() -> None:
    with pytest.raises(MapError, match="known profiles: generic_v1"):
        load_map("generic_v7")
    with pytest.raises(MapError, match="not an absolute path"):
        load_map("maps/mine.toml")


def test_the_profile_in_the_readme_is_sound() -> None:
    readme = (Path(__file__).parents[3] / "drivers" / "signal_modbus" / "README.md").read_text()
    profile = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)[1]
    map_ = Map.model_validate(tomllib.loads(profile))
    assert Codec(map_).lamp_reads == 2


def test_settings_claims_and_offers() -> None:
    tcp = Settings(kind="signal_modbus", url="tcp://10.0.0.1:502", profile="generic_v1")
    assert KIND.claims(tcp) == {"tcp:10.0.0.1:502#1"}
    assert KIND.offers(tcp) == {"detector": {"d1", "d2", "d3", "d4"}}
    assert KIND.check(tcp) == []
    assert KIND.present(tcp)
    with pytest.raises(ValueError, match="unit_id 0"):
        Settings(kind="signal_modbus", url="pty:///tmp/x", unit_id=0, profile="generic_v1")
