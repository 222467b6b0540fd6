from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock, stamp
from edge_agent.contract.events import Alarm, DeviceState
from edge_agent.device.readings import (
    ConditionReading,
    CrossingReading,
    DetectorReading,
    FiguresReading,
    InventoryReading,
    TagReading,
)
from edge_agent.diagnosis.clinic import Clinic
from edge_agent.errors import Cause
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.recorder import Recorder
from edge_agent.spool.model import Query, Row
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.spool.spool import Spool
from edge_agent.supervisor import DeviceStatus
from edge_agent.uplink.conditions import Condition


class Desk:
    """A recorder on a real spool."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.spool = Spool(folder / "spool.db", SpoolPolicy(ballast_mb=0), self.clock, "u1")
        self.spool.open()
        self.told: list[tuple[str, InventoryReading]] = []
        interpreter = Interpreter(Heading("u1", self.clock), {})
        self.recorder = Recorder(
            "u1", self.clock, interpreter, self.spool, lambda *news: self.told.append(news)
        )

    async def rows(self) -> list[Row]:
        await self.spool.flush()
        return await self.spool.batch(Query())


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    yield made
    await made.spool.close()


async def test_reading_becomes_durable_on_its_topic(desk: Desk) -> None:
    desk.recorder.reading("cam1", CrossingReading(stamp(desk.clock), "north", "ab", 1))
    (row,) = await desk.rows()
    assert (row.sub, row.sq) == ("evt/passage", 1)
    assert desk.recorder.events == {"passage": 1}
    assert desk.recorder.lanes == ["cam1-north"]


async def test_figures_and_inventory_are_no_events(desk: Desk) -> None:
    desk.recorder.reading("cam1", FiguresReading(stamp(desk.clock), {"shed": 1}))
    desk.recorder.reading("cam1", FiguresReading(stamp(desk.clock), {"shed": 4}))
    desk.recorder.reading("cam1", InventoryReading(stamp(desk.clock), serial="7"))
    assert await desk.rows() == []
    assert desk.recorder.figures == {"cam1": {"shed": 4}}
    assert desk.told[0][0] == "cam1"


async def test_unfit_reading_is_counted_and_said_once(desk: Desk) -> None:
    for _ in range(3):
        desk.recorder.reading("etc1", TagReading(stamp(desk.clock), 0, "no hex"))
    (row,) = await desk.rows()
    alarm = Alarm.model_validate_json(row.body)
    assert (alarm.d, alarm.code, alarm.state) == ("etc1", "unfit-reading", "raised")
    assert desk.recorder.figures["etc1"]["unfit-readings"] == 3
    assert [each.name for each in desk.recorder.alarms.alarms()] == ["etc1/unfit-reading"]


async def test_a_condition_without_a_name_is_unfit_and_troubles_no_later_tick(desk: Desk) -> None:
    for active in (True, False):
        reading = ConditionReading(stamp(desk.clock), "picture-Bad One", active)
        desk.recorder.reading("cam1", reading)
        desk.clock.advance(30)
        desk.recorder.tick()
    assert [each.name for each in desk.recorder.alarms.alarms()] == ["cam1/unfit-reading"]
    assert desk.recorder.figures["cam1"]["unfit-readings"] == 2


async def test_slow_ills_are_told_as_conditions(tmp_path: Path) -> None:
    clock = ManualClock()
    spool = Spool(tmp_path / "spool.db", SpoolPolicy(ballast_mb=0), clock, "u1")
    spool.open()
    interpreter = Interpreter(Heading("u1", clock), {})
    clinic = Clinic.of("u1", {})
    recorder = Recorder("u1", clock, interpreter, spool, lambda *_: None, clinic=clinic)
    for _ in range(40):
        clock.advance(0.5)
        recorder.reading("ctl1", DetectorReading(stamp(clock), "d1", 1))
        recorder.memory(60_000)
    recorder.tick()
    clock.advance(5)
    recorder.tick()
    [alarm] = recorder.alarms.alarms()
    assert alarm.name == "ctl1/detector-chatter-d1"
    for _ in range(2):
        clock.advance(60)
        recorder.tick()
    assert recorder.alarms.alarms() == []
    await spool.close()


async def test_state_of_a_device_is_told_when_it_is_known(desk: Desk) -> None:
    desk.recorder.status(DeviceStatus("cam1", "camera", "starting", None, "", 1))
    desk.recorder.status(DeviceStatus("cam1", "camera", "down", Cause.TIMEOUT, "why", 1))
    (row,) = await desk.rows()
    told = DeviceState.model_validate_json(row.body)
    assert (row.sub, told.state, told.cause) == ("dev/cam1/state", "down", "timeout")


async def test_conditions_of_unit_and_uplink_are_told_on_change(desk: Desk) -> None:
    for active in (False, True, True, False):
        desk.recorder.say("config", active, "line 3 is wrong", "mend it")
    desk.recorder.condition(Condition("broker-denied", True, "critical", "no", "mend the ACL"))
    alarms = [Alarm.model_validate_json(row.body) for row in await desk.rows()]
    assert [(alarm.code, alarm.state) for alarm in alarms] == [
        ("config", "cleared"),
        ("config", "raised"),
        ("config", "cleared"),
        ("broker-denied", "raised"),
    ]
    assert alarms[3].sev == "critical"


async def test_condition_of_a_device_keeps_its_words(desk: Desk) -> None:
    desk.recorder.reading("ctl1", ConditionReading(stamp(desk.clock), "door", True, do="close it"))
    (row,) = await desk.rows()
    assert row.sub == "alarm/ctl1/door"
    assert Alarm.model_validate_json(row.body).do == "close it"
