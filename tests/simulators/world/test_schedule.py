import pytest

from edge_agent.simulators.world.schedule import WorldFault, WorldFaultKind
from edge_agent.simulators.world.world import World


def world(kind: WorldFaultKind, phase: int | None = None, for_ms: int = 20_000) -> World:
    fault = WorldFault(60_000, for_ms, kind, "ctl1", phase)
    return World("junction", 7, 0, faults=(fault,))


def test_before_its_time_a_fault_changes_nothing() -> None:
    assert world("flash").advance_to(59_900) == World("junction", 7, 0).advance_to(59_900)


def test_flash_goes_on_for_its_time_and_ends_in_a_start_up() -> None:
    road = world("flash")
    road.advance_to(70_000)
    state = road.signals("ctl1")
    assert (state.mode, set(state.phases.values())) == ("flash", {"fy"})
    road.advance_to(85_000)
    assert road.signals("ctl1").mode == "start-up"
    road.advance_to(95_000)
    assert road.signals("ctl1").mode == "auto"


def test_reboot_is_dark_and_comes_back() -> None:
    road = world("reboot", for_ms=0)
    road.advance_to(61_000)
    assert set(road.signals("ctl1").phases.values()) == {"d"}
    road.advance_to(100_000)
    assert road.signals("ctl1").mode == "auto"


def test_lamp_out_leaves_the_aspects_and_raises_an_alarm() -> None:
    road, sound = world("lamp-out", 2), World("junction", 7, 0)
    road.advance_to(65_000)
    sound.advance_to(65_000)
    assert road.signals("ctl1").phases == sound.signals("ctl1").phases
    assert road.signals("ctl1").alarms == ("lamp-out",)
    assert road.signals("ctl1").lamps_out == ((2, "r"),)


def test_incidents_say_when_a_fault_begins_and_ends() -> None:
    events = world("conflict", 4, 500).advance_to(90_000)
    incidents = [(e["t"], e["kind"], e["on"]) for e in events if e["what"] == "incident"]
    assert incidents == [(60_000, "signal-conflict", True), (60_500, "signal-conflict", False)]


def test_traffic_survives_a_junction_without_lights() -> None:
    road = world("flash", for_ms=300_000)
    road.advance_to(60_000)
    left = sum(event["what"] == "leaves" for event in road.advance_to(300_000))
    assert left > 60


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (WorldFault(0, 0, "flash", "ctl9"), "no controller 'ctl9'"),
        (WorldFault(0, 0, "conflict", "ctl1"), "needs a phase"),
        (WorldFault(-1, 0, "flash", "ctl1"), "before time"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fault: WorldFault, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        World("junction", 7, 0, faults=(fault,))
