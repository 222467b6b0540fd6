"""The box's own figures against the limits of its alarms."""

from dataclasses import replace

import pytest

from edge_agent.alarming.rules import AlarmRule, Rules, usual
from edge_agent.diagnosis.unit import UnitIlls
from edge_agent.health import UnitFigures

NOTHING = UnitFigures(*(None,) * 11)
WELL = replace(
    NOTHING, temperature=512, disk_free=5_000_000_000, slowed=False, under_voltage=False,
    life_used=10, spares_used=0, storage_written=10**9, machine_s=86_400, throttles=4,
)  # fmt: skip


def ills(*, site: dict[str, AlarmRule] | None = None) -> UnitIlls:
    return UnitIlls("u1", Rules(site))


def active(box: UnitIlls, now: UnitFigures) -> dict[str, str]:
    return {each.code: each.text for each in box.look(now) if each.active}


def test_a_box_that_is_well_says_so_of_all_that_it_measures() -> None:
    told = list(ills().look(WELL))
    assert {each.code for each in told} == {
        "unit-hot", "unit-throttled", "under-voltage", "disk-low", "storage-worn", "storage-writes",
    }  # fmt: skip
    assert not any(each.active for each in told)
    assert all(each.code in usual() and each.do for each in told)


def test_of_what_was_not_measured_nothing_is_said() -> None:
    assert list(ills().look(NOTHING)) == []


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"temperature": 801}, "unit-hot", "80.1 °C"),
        ({"slowed": True}, "unit-throttled", "slower"),
        ({"under_voltage": True}, "under-voltage", "too low"),
        ({"disk_free": 400_000_000}, "disk-low", "400 MB"),
        ({"life_used": 90}, "storage-worn", "90 % used"),
        ({"spares_used": 80}, "storage-worn", "few spare blocks"),
        ({"storage_written": 25 * 10**9}, "storage-writes", "25.0 GB"),
    ],
)
def test_each_ill_is_said_with_its_figure(change: dict[str, int], code: str, words: str) -> None:
    said = active(ills(), replace(WELL, **change))  # type: ignore[arg-type] # numbers and truths
    assert list(said) == [code]
    assert words in said[code]


def test_heat_is_over_only_when_it_is_clearly_cooler() -> None:
    box = ills()
    heats = [(tenths, bool(active(box, replace(WELL, temperature=tenths)))) for tenths in
             (799, 800, 780, 751, 750, 799)]  # fmt: skip
    assert [hot for _, hot in heats] == [False, True, True, True, False, False]


def test_a_site_may_set_other_limits() -> None:
    box = ills(site={"unit-hot": AlarmRule(limit=50)})
    assert list(active(box, WELL)) == ["unit-hot"]


def test_a_counter_that_moves_says_that_it_was_held_back() -> None:
    box = ills()
    assert active(box, WELL) == {}
    assert list(active(box, replace(WELL, throttles=5))) == ["unit-throttled"]
    assert active(box, replace(WELL, throttles=5)) == {}


def test_flash_at_its_end_is_critical() -> None:
    [over] = [each for each in ills().look(replace(WELL, life_used=110)) if each.active]
    assert (over.severity, over.text) == ("critical", "more than its life is used")
    [few] = [each for each in ills().look(replace(WELL, spares_used=90)) if each.active]
    assert few.severity == "critical"


def test_the_first_hour_is_like_no_other() -> None:
    started = replace(WELL, storage_written=10**12, machine_s=3599)
    assert "storage-writes" not in {each.code for each in ills().look(started)}
