"""The driver against the simulator, over TCP and over a serial line."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge_agent.device.ports import PortBook
from edge_agent.device.readings import Colour, FiguresReading
from edge_agent.drivers.signal_modbus import KIND
from edge_agent.errors import Cause
from tests.drivers.signal_modbus.stand import Heard, Stand, context, driving, failure, settings

BOTH = pytest.mark.parametrize("wire", ["tcp", "pty"])


@pytest.fixture
async def stand(wire: str) -> AsyncIterator[Stand]:
    async with Stand().on(wire) as stand:
        yield stand


@BOTH
async def test_one_whole_cycle_is_heard_as_it_truly_was(stand: Stand) -> None:
    async with driving(stand.url) as (heard, _):
        await heard.until(heard.signals)
        for _ in range(round(stand.controller.plan.cycle_s / 0.5)):
            before = stand.controller.aspects()
            stand.time.step(0.5)
            await heard.polls(1 if stand.controller.aspects() == before else 2)
        await heard.polls()
    first, *changes = heard.signals()
    assert first.first
    assert not first.changed
    assert first.phases == {1: "g", 2: "r", 3: "r", 4: "r", 5: "g", 6: "r"}
    told = [(phase, str(r.phases[phase])) for r in changes for phase in r.changed]
    true = [(r["phase"], r["aspect"]) for r in stand.truth if r["what"] == "phase"]
    steady = [change for change in true[6:] if change[1] != "fg"]
    # On stepped time a flash of half a second lasts a few polls of real time: not believed.
    assert sorted(c for c in told if c[1] != "fg") == sorted(steady)
    assert all(r.plan == 1 and r.mode == "auto" and not r.first for r in changes)


@BOTH
@pytest.mark.parametrize(
    ("fault", "colour"), [("conflict", Colour.CONFLICT), ("dark", Colour.DARK)]
)
async def test_a_change_lies_within_the_spread_of_its_stamp(
    stand: Stand, fault: str, colour: Colour
) -> None:
    async with driving(stand.url, poll_hz=20) as (heard, _):
        await heard.until(heard.signals)
        stand.time.step(9)
        await heard.polls(3)
        heard.readings.clear()
        clock = context(heard, PortBook()).clock
        stand.switch(fault=fault, phase=3)
        changed_ns = clock.mono_ns()
        await heard.until(lambda: any(3 in r.changed for r in heard.signals()))
    reading = heard.signals()[-1]
    assert reading.phases[3] is colour
    middle, spread = reading.at.mono_ns, reading.at.spread_ms * 1_000_000
    assert middle - spread <= changed_ns <= middle + spread
    assert abs(reading.at.utc_ms - (clock.utc_ms() - (clock.mono_ns() - middle) // 10**6)) <= 5


@BOTH
async def test_conflict_dark_and_alarms_are_told_and_taken_back(stand: Stand) -> None:
    async with driving(stand.url) as (heard, _):
        await heard.until(heard.signals)
        assert not any(heard.conditions().values())
        stand.switch(fault="conflict", phase=3)
        stand.switch(fault="alarm", code="door-open")
        await heard.until(lambda: heard.conditions()["lamp-conflict"])
        assert heard.signals()[-1].phases[3] is Colour.CONFLICT
        assert heard.conditions()["door-open"]
        stand.switch(clear=True)
        await heard.until(lambda: not heard.conditions()["lamp-conflict"])
        assert heard.signals()[-1].phases[3] is Colour.RED
        stand.switch(fault="dark")
        await heard.until(lambda: heard.conditions()["all-dark"])
        stand.switch(clear=True)
        await heard.until(lambda: not any(heard.conditions().values()))


async def test_flashing_is_told_apart_from_dark() -> None:
    async with Stand().on("tcp") as stand, driving(stand.url) as (heard, _):
        await heard.until(heard.signals)
        stand.switch(fault="flash")
        for _ in range(8):
            stand.time.step(0.5)
            await heard.polls(3)
        assert heard.signals()[-1].phases[1] is Colour.FLASHING_YELLOW
        assert heard.signals()[-1].phases[5] is Colour.RED
        assert heard.signals()[-1].mode == "flash"
        assert not any(Colour.DARK in r.phases.values() for r in heard.signals())


@BOTH
async def test_inventory_and_figures(stand: Stand) -> None:
    async with driving(stand.url, figures_s=0.1) as (heard, _):
        await heard.until(lambda: len(heard.figures()) >= 3)
        (inventory,) = heard.inventory()
        assert (inventory.maker, inventory.model) == ("Roadside Simulators", "SC-4")
        assert inventory.versions == {"revision": "1.0"}
        figures = {r.name: (r.value, r.unit, r.why) for r in heard.figures()}
        assert figures["battery"] == (13620, "mV", None)
        heard.readings.clear()
        stand.switch(fault="figure", name="temperature", value=-32768)
        stand.switch(fault="figure", name="mains", value=9999)
        await heard.until(lambda: len(heard.figures()) >= 6)
        figures = {r.name: (r.value, r.unit, r.why) for r in heard.figures()[-3:]}
        assert figures["cabinet_temperature"] == (None, "d°C", "not-measured")
        assert figures["mains"] == (None, "dV", "implausible")
        own = [r for r in heard.readings if isinstance(r, FiguresReading)][-1].figures
        assert own["polls"] > 0
        assert own["bus-answered"] > 0


@BOTH
async def test_counts_are_right_or_none(stand: Stand) -> None:
    true = stand.controller._detectors[0]
    true.count = 65534
    async with driving(stand.url) as (heard, _):
        await heard.until(lambda: len(heard.detectors()) >= 4)
        assert {(r.detector, r.count, r.why) for r in heard.detectors()} == {
            (f"d{n}", None, "first") for n in range(1, 5)
        }
        heard.readings.clear()
        true.count = 65537
        await heard.until(heard.detectors)
        assert [(r.detector, r.count, r.why) for r in heard.detectors()] == [("d1", 3, None)]
        heard.readings.clear()
        true.count = 40_000
        await heard.until(heard.detectors)
        assert (heard.detectors()[0].count, heard.detectors()[0].why) == (None, "implausible")
        heard.readings.clear()
        stand.time.step(60)
        await heard.polls()
        stand.switch(fault="reboot")
        await heard.until(heard.detectors)
        assert {(r.count, r.why) for r in heard.detectors()} == {(None, "first")}


async def test_probe_says_who_it_is_and_writes_nothing() -> None:
    async with Stand().on("tcp") as stand:
        driver = KIND.build(settings(stand.url), context(Heard(), PortBook()))
        assert (await driver.probe()).maker == "Roadside Simulators"
        assert stand.port.writes == 0
        assert stand.port.requests[1] > 0


async def test_lamps_in_two_blocks_are_never_torn(tmp_path: Path) -> None:
    map_file = tmp_path / "two.toml"
    map_file.write_text(
        'version = 1\ntitle = "Two blocks"\nsource = "test"\ngap = 0\n'
        "[[phase]]\nnumber = 1\n"
        'red = [{ table = "discrete", address = 0 }]\n'
        'yellow = [{ table = "discrete", address = 1 }]\n'
        'green = [{ table = "discrete", address = 2 }]\n'
        "[[phase]]\nnumber = 5\n"
        'red = [{ table = "discrete", address = 16 }]\n'
        'green = [{ table = "discrete", address = 18 }]\n'
    )
    async with Stand().on("tcp") as stand:
        plan = stand.controller.plan
        lawful = {
            (shown[1], shown[5])
            for tenth in range(round(plan.cycle_s * 10))
            if (shown := plan.at(tenth / 10))
        }
        stand.controller.plan = plan
        async with driving(stand.url, profile=str(map_file)) as (heard, _):
            await heard.until(heard.signals)
            for _ in range(100):
                stand.time.step(0.61)
                await heard.polls(1)
        seen = {(str(r.phases[1]), str(r.phases[5])) for r in heard.signals()}
    assert len(seen) > 2
    # A flash that is not yet believed shows as the green that it interrupts.
    assert {(one, "fg" if (one, five) == ("y", "g") else five) for one, five in seen} <= lawful


@BOTH
async def test_the_causes_of_a_device_that_is_not_there(wire: str, tmp_path: Path) -> None:
    async with Stand().on(wire, tmp_path / "bus" if wire == "pty" else None) as stand:
        url = stand.url
    async with driving(url) as (_, task):
        error = await failure(task)
    assert error.cause is (Cause.REFUSED if wire == "tcp" else Cause.GONE)
