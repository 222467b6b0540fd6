from edge_agent.clock import SystemClock
from edge_agent.config.unit import UnitSettings
from edge_agent.device.driver import DeviceSettings
from edge_agent.doctor.devices import as_seen_here, as_the_agent_says, named
from edge_agent.registry import load
from edge_agent.status import AlarmPart, DevicePart
from tests.doctor.unit_kit import NOW, snapshot

TALKER = "tests.commands.talker"


def unit(**modes: str) -> UnitSettings:
    tables: dict[str, DeviceSettings] = {
        name: load(TALKER).settings.model_validate({"kind": TALKER, "mode": mode})
        for name, mode in modes.items()
    }
    settings = UnitSettings.model_validate(
        {
            "version": 1,
            "unit": {"province": "hanoi", "site": "s1", "id": "u1"},
            "uplink": {"broker": "mqtt://127.0.0.1:9"},
        }
    )
    return settings.model_copy(update={"device": tables})


async def test_devices_are_driven_for_a_moment() -> None:
    seen = await as_seen_here(unit(good="talk", bad="refuse", mute="hang"), SystemClock(), 0.4)
    assert seen["good"]["answered"]
    assert dict(seen["good"]["readings"]) == {"signal": 1, "detector": 1}
    assert (seen["bad"]["answered"], seen["bad"]["cause"]) == (False, "refused")
    assert (seen["mute"]["answered"], seen["mute"]["cause"]) == (False, "timeout")


def test_the_running_agent_is_believed() -> None:
    parts = [
        DevicePart(id="good", kind=TALKER, state="ok", since_ms=NOW, last_ms=NOW - 4000),
        DevicePart(
            id="bad", kind=TALKER, state="down", cause="gone", since_ms=NOW, detail="unplugged"
        ),
        DevicePart(id="limp", kind=TALKER, state="degraded", since_ms=NOW, detail="one lamp out"),
        DevicePart(id="new", kind=TALKER, state="starting", since_ms=NOW),
    ]
    alarm = AlarmPart(device="good", code="door-open", severity="warning", since_ms=NOW)
    now = snapshot(devices=parts, alarms=[alarm])
    modes = dict.fromkeys(("good", "bad", "limp", "new"), "talk")
    seen = as_the_agent_says(unit(**modes), now)
    assert seen.keys() == {"good", "bad", "limp"}
    assert (seen["good"]["good_ago_s"], seen["good"]["wrong"]) == (4.0, ("door-open",))
    assert (seen["bad"]["present"], seen["bad"]["detail"]) == (False, "unplugged")
    assert seen["limp"]["wrong"] == ("one lamp out",)


def test_a_bare_port_name_is_doubted() -> None:
    settings = UnitSettings.model_validate(
        {
            "version": 1,
            "unit": {"province": "hanoi", "site": "s1", "id": "u1"},
            "uplink": {"broker": "mqtt://127.0.0.1:9"},
        }
    )
    kind = load("etc_serial").settings

    def stable(url: str) -> bool | None:
        table = kind.model_construct(kind="etc_serial").model_copy(update={"url": url})
        [device] = named(settings.model_copy(update={"device": {"r1": table}}))
        return device.stable_name

    assert stable("serial:///dev/ttyUSB0") is False
    assert stable("serial:///dev/serial/by-id/usb-1") is True
    assert stable("tcp://192.0.2.1:5084") is None
