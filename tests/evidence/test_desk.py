"""The desk with a real vault, cameras that the test plays, and a clock that it moves."""

import json
from dataclasses import replace

import pytest

from edge_agent.device.pictures import Wanted
from edge_agent.device.readings import Colour, StrayReading
from edge_agent.errors import Cause, DeviceError
from edge_agent.evidence.desk import MOST
from edge_agent.evidence.pending import Owed, Pending
from edge_agent.evidence.settings import EvidenceSettings
from edge_agent.passage.fused import Member
from tests.evidence import cases
from tests.evidence.cases import CROP, T0, fused, lane, picture, signal, violation
from tests.evidence.deskhouse import House


async def test_a_fired_rule_is_sealed_with_all_that_is_known(house: House) -> None:
    house.desk.reading("ctl1", signal(-60_000, Colour.GREEN))
    house.desk.reading("ctl1", signal(-2400, Colour.RED))
    event = violation()
    house.desk.violation(event, fused(), lane())
    await house.pass_time(20)
    assert house.told == [], "the signal's trace is awaited"
    house.desk.reading("ctl1", signal(20_000, Colour.GREEN))
    house.desk.reading("ctl1", signal(31_000, Colour.YELLOW))
    await house.pass_time(11)
    told = await house.sealed()
    assert (told.of, told.n, told.pics, told.why) == (event.id, 1, 4, "")
    package = house.package(told)
    assert package.digest == told.sha
    roles = {file.name: file.role for file in package.manifest.files}
    assert roles == {
        "record.json": "record",
        "pictures.json": "pictures",
        "signal.json": "signal-trace",
        "cam1-before.jpg": "frame-before",
        "cam1-at.jpg": "frame-at",
        "cam1-after.jpg": "frame-after",
        "cam1-plate1.jpg": "plate",
    }
    about = package.manifest.about
    assert about.rule.table == "0" * 64
    assert (about.when.t, about.when.tq, about.when.ts) == (T0, 28, "gnss")
    assert {device.id for device in about.devices} == {"cam1", "ctl1", "etc1", "wim1"}
    assert about.facts["measured 1"] == "red-age 2400 ±120 ms, allowed 0 + 500 granted ms"
    assert about.facts["plate"].startswith("51F12345")
    assert about.facts["speed"] == "42.5 ±1.1 km/h"
    trace = json.loads(package.files["signal.json"])
    assert [(one["after_ms"], one["phases"]["2"]) for one in trace] == [
        (-60_000, "g"),
        (-2400, "r"),
        (20_000, "g"),
    ]
    record = json.loads(package.files["record.json"])
    assert [one["device"] for one in record["readings"]] == ["cam1", "etc1", "wim1"]
    assert record["readings"][2]["said"]["gross"] == 16300
    (_, at, *_) = json.loads(package.files["pictures.json"])
    assert at["mono_ns"] == cases.moment(30).mono_ns
    assert [one["accused"] for one in at["vehicles"]] == [True, False]


async def test_pictures_are_asked_for_by_their_moments_once_they_are_over(house: House) -> None:
    house.desk.violation(violation(), fused(), lane(signal=False))
    await house.pass_time(1)
    assert house.camera.asked == []
    await house.pass_time(1)
    await house.sealed()
    (wanted,) = house.camera.asked
    at = cases.AT_NS
    assert wanted == Wanted({"before": at - 10**9, "at": at, "after": at + 10**9}, (CROP,))


@pytest.mark.parametrize(
    "trouble", [DeviceError(Cause.TIMEOUT, "no pictures for 4 s"), None], ids=["silent", "half"]
)
async def test_a_dead_camera_costs_the_pictures_and_not_the_evidence(
    house: House, trouble: DeviceError | None
) -> None:
    house.camera.fails = trouble
    house.camera.shows = [picture("before", -1000)]
    house.desk.violation(violation(), fused(), lane(signal=False))
    await house.pass_time(8)
    told = await house.sealed()
    assert told.sha is not None
    assert told.pics == (0 if trouble else 1)
    words = "no pictures for 4 s" if trouble else "no frame after, at"
    assert words in told.why
    facts = house.package(told).manifest.about.facts
    assert words in facts["without cam1"]


async def test_who_stands_is_shown_and_known_by_his_place(house: House) -> None:
    stray = StrayReading(
        cases.moment(), "stopped", "n1", 3, True, 61_000, box=(100, 80, 180, 140), run="r1"
    )
    member = Member("camera", "cam1", "cam1/n1", "r1-3", stray.at, stray)
    stands = replace(fused(), members=(member,), crossings={}, plate=None, tag=None, axles=None)
    house.desk.violation(violation(kind="stopping"), stands, lane(signal=False))
    await house.pass_time(2)
    package = house.package(await house.sealed())
    (at, *_) = json.loads(package.files["pictures.json"])
    assert [one["accused"] for one in at["vehicles"]] == [True, False]
    assert package.manifest.about.facts["sensors"] == "cam1: stopped for 61 s"


async def test_a_camera_that_lags_behind_is_asked_again(house: House) -> None:
    late = house.camera.shows.pop(2)
    house.desk.violation(violation(), fused(), lane(signal=False))
    await house.pass_time(3)
    assert house.told == []
    house.camera.shows.append(late)
    await house.pass_time(2)
    told = await house.sealed()
    assert (told.pics, told.why) == (4, "")
    assert len(house.camera.asked) > 1


async def test_a_lane_without_cameras_says_so(house: House) -> None:
    house.desk.violation(violation(kind="overload"), fused(cameras=False), lane(signal=False))
    told = await house.sealed()
    assert told.why == "without pictures: no camera saw it"
    assert {file.name for file in house.package(told).manifest.files} == {"record.json"}


async def test_too_many_at_once_are_refused_and_counted(house: House) -> None:
    for number in range(MOST + 5):
        house.desk.violation(violation(number), fused(), lane())
    assert house.desk.counts["refused"] == 5
    assert [event.sha for event in house.told] == [None] * 5
    assert house.told[0].why == "too much at once"
    assert house.desk.under_way == MOST


async def test_a_disk_that_fails_is_told_and_the_next_one_is_sealed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(house.vault, "seal", full)
        house.desk.violation(violation(), fused(cameras=False), lane(signal=False))
        assert (await house.sealed()).sha is None
        assert "No space left" in house.told[0].why
        assert house.vault.failing
    house.desk.violation(violation(1), fused(cameras=False), lane(signal=False))
    await house.until(lambda: len(house.told) == 2)
    assert house.told[1].n == 1
    await house.until(lambda: not house.desk.under_way)
    assert not house.vault.failing


async def test_a_bug_in_one_case_costs_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.camera.fails = RuntimeError("broken inside")
    house.desk.violation(violation(), fused(), lane(signal=False))
    await house.pass_time(2)
    assert (await house.sealed()).why.startswith("not sealed")
    assert house.desk.counts["failed"] == 1
    house.camera.fails = None
    house.desk.violation(violation(1), fused(), lane(signal=False))
    await house.until(lambda: len(house.told) == 2)
    assert house.told[1].sha is not None


async def test_an_orderly_end_seals_what_there_is(house: House) -> None:
    house.desk.reading("ctl1", signal(-2400, Colour.RED))
    house.desk.violation(violation(), fused(), lane())
    await house.desk.end()
    told = await house.sealed()
    assert told.sha is not None
    assert "the trace ends early" in told.why


async def test_a_power_cut_before_the_seal_is_told_at_the_next_start(house: House) -> None:
    event = violation()
    house.vault.owe(Owed(event.id, event.kind, event.lane, event.t))
    house.start()
    await house.desk.begin()
    (told,) = house.told
    assert (told.of, told.sha, told.why) == (
        event.id,
        None,
        "the unit stopped before it was sealed",
    )
    assert house.flushed == 1
    await house.desk.begin()
    assert len(house.told) == 1


async def test_a_power_cut_between_seal_and_event_loses_neither(house: House) -> None:
    event = violation()
    house.desk.violation(event, fused(cameras=False), lane(signal=False))
    first = await house.sealed()
    house.vault.close()
    Pending(house.home / "evidence" / "pending").owe(
        Owed(event.id, event.kind, event.lane, event.t)
    )
    house.start()
    await house.desk.begin()
    again = house.told[1]
    assert (again.of, again.sha, again.n) == (event.id, first.sha, first.n)


@pytest.mark.parametrize(
    ("seal", "grade", "sealed"),
    [
        ("enforcement", "statistics", False),
        ("enforcement", "enforcement", True),
        ("nothing", "enforcement", False),
    ],
)
async def test_a_site_says_what_is_sealed(
    house: House, seal: str, grade: str, sealed: bool
) -> None:
    house.settings = EvidenceSettings.model_validate({"seal": seal})
    house.start()
    house.desk.violation(violation(grade=grade), fused(cameras=False), lane(signal=False))
    assert house.desk.under_way == sealed
