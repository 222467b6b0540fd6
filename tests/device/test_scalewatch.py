"""A scale that drifts 0.2 % a day is said before it is 5 % wrong; a steady one is left alone."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.clock import Stamp
from edge_agent.device.notices import Notices
from edge_agent.device.readings import Axle, AxlesReading
from edge_agent.device.scalewatch import DriftSettings, ScaleWatch
from edge_agent.device.weighing import Limits, RawAxle, Record, flag_names, judge

AT = Stamp(1_790_000_000_000, 1_000_000_000)
A_DAY = 250


def long_vehicle(rng: random.Random, left: float, right: float) -> AxlesReading:
    """Five axles; the first weighs much the same whatever it carries, and within ±10 %."""
    laden = rng.uniform(0.5, 1.2)
    axles = []
    for n, usual in enumerate((6400, 8900, 6300, 6200, 6300)):
        kg = usual * (rng.gauss(1, 0.06) if n == 0 else laden) * rng.gauss(1, 0.03)
        axles.append(Axle(round(kg / 2 * left), round(kg / 2 * right), 400 if n else None))
    return AxlesReading(AT, "1", 1, tuple(axles))


def days_until_said(code: str, seed: int, left: float, right: float, days: int) -> int | None:
    """On which day a drift of so many per mille a day is said; None when never."""
    rng = random.Random(seed)
    watch, notices = ScaleWatch(DriftSettings()), Notices()
    for day in range(days):
        for _ in range(A_DAY):
            watch.take(long_vehicle(rng, 1 + day * left / 1000, 1 + day * right / 1000))
            for reading in watch.tell(notices, AT):
                if reading.code == code and reading.active:
                    return day
    return None


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("sign"), [1, -1])
def test_drift_is_said_before_5_percent(seed: int, sign: int) -> None:
    day = days_until_said("drift-lane-1", seed, 2 * sign, 2 * sign, 25)
    assert day is not None
    assert 10 <= day < 25


@pytest.mark.parametrize("side", [(2, 0), (0, 2)])
def test_one_channel_that_drifts_is_said_as_such(side: tuple[int, int]) -> None:
    day = days_until_said("balance-lane-1", 3, *side, 25)
    assert day is not None
    assert day < 25


@pytest.mark.parametrize("seed", range(3))
def test_a_scale_that_stays_is_left_alone(seed: int) -> None:
    assert days_until_said("drift-lane-1", seed, 0, 0, 60) is None
    assert days_until_said("balance-lane-1", seed, 0, 0, 60) is None


@pytest.mark.parametrize(("left", "right"), [(0, 1), (1, 0)])
def test_a_dead_channel_is_said_after_three_vehicles_and_taken_back(left: int, right: int) -> None:
    rng, watch, notices = random.Random(1), ScaleWatch(DriftSettings()), Notices()
    dead = "left-dead-lane-1" if left == 0 else "right-dead-lane-1"
    said = []
    for factors in [(1, 1)] * 2 + [(left, right)] * 4 + [(1, 1)]:
        watch.take(long_vehicle(rng, *factors))
        said += [(r.code, r.active) for r in watch.tell(notices, AT) if r.code == dead]
    assert said == [(dead, False), (dead, True), (dead, False)]


def record(axles: tuple[RawAxle, ...], **facts: int | None) -> Record:
    bare = Record(1, 0, 1, axles, None, None, None, None, 0, reverse=False)
    return replace(bare, **facts)  # type: ignore[arg-type]


TWO = (RawAxle(3000, 3100, None), RawAxle(5000, 4900, 420))


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        ({"gross": 16_000}, None),
        ({"gross": 16_700}, None),
        ({"gross": 16_900}, "gross"),
        ({"gross": 15_100}, "gross"),
        ({"gross": 0}, "gross"),
        ({"gross": -5}, "gross"),
        ({"speed": 0}, "speed"),
        ({"speed": 2001}, "speed"),
        ({"length": 400}, "length"),
        ({"length": 650}, None),
    ],
)
def test_what_cannot_be_is_absent_and_flagged(facts: dict[str, int], gone: str | None) -> None:
    reading = judge(record(TWO, **facts), AT, Limits())
    assert reading.flags == (("out-of-range",) if gone else ())
    for name, value in facts.items():
        assert getattr(reading, name) == (None if name == gone else value)


def test_gross_beside_a_dead_channel_has_only_a_lower_bound() -> None:
    half = (RawAxle(3000, None, None), RawAxle(5000, None, 420))
    assert judge(record(half, gross=16_000), AT, Limits()).gross == 16_000
    assert judge(record(half, gross=7000), AT, Limits()).gross is None


NUMBERS = st.none() | st.integers(-(2**31), 2**31)


@given(
    st.lists(st.builds(RawAxle, NUMBERS, NUMBERS, NUMBERS), max_size=12).map(tuple),
    NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 0xFFFF),
)  # fmt: skip
def test_nothing_is_ever_invented(
    axles: tuple[RawAxle, ...],
    gross: int | None,
    speed: int | None,
    length: int | None,
    temperature: int | None,
    flags: int,
) -> None:
    told = record(
        axles, gross=gross, speed=speed, length=length, temperature=temperature, flags=flags
    )
    reading = judge(told, AT, Limits())
    for name in ("gross", "speed", "length", "temperature"):
        assert getattr(reading, name) in (None, getattr(told, name))
    for raw, axle in zip(axles, reading.axles, strict=True):
        assert axle.left in (None, raw.left)
        assert axle.right in (None, raw.right)
        assert axle.spacing in (None, raw.spacing)
    assert set(reading.flags) - {"out-of-range"} == set(flag_names(flags))
