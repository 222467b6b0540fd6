"""The simulator's side of the vectors that the driver satisfies, too."""

from typing import Any

import pytest

from edge_agent.simulators.signal.controller import Controller
from edge_agent.simulators.signal.plan import four_arms
from edge_agent.simulators.signal.timebase import SteppedTime
from edge_agent.simulators.signal.wire import answer, rtu_frame, take_rtu, take_tcp, tcp_frame
from tests.drivers.signal_modbus.vectors import VECTORS, named, octets


def _controller() -> tuple[Controller, SteppedTime]:
    time = SteppedTime()
    return Controller(four_arms(), time, lambda _record: None, per_hour=0.001), time


def _moment(phases: dict[int, str]) -> float:
    """When the plan shows this."""
    plan = four_arms()
    moments = (tenth / 10 for tenth in range(int(plan.cycle_s * 10)))
    return next(moment for moment in moments if plan.at(moment) == phases)


@pytest.mark.parametrize("row", VECTORS["frame"], ids=named(VECTORS["frame"]))
def test_frames(row: dict[str, Any]) -> None:
    pdu = octets(row["pdu"])
    assert rtu_frame(row["unit"], pdu) == octets(row["rtu"])
    if "tcp" in row:
        mark = row["transaction"].to_bytes(2, "big")
        assert tcp_frame(mark, row["unit"], pdu) == octets(row["tcp"])
        asked = take_tcp(bytearray(octets(row["tcp"])))
        assert asked is not None
        assert (asked.mark, asked.unit, asked.pdu) == (mark, row["unit"], pdu)
        on_rtu = take_rtu(bytearray(octets(row["rtu"])))
        assert on_rtu is not None
        assert on_rtu.pdu == pdu


@pytest.mark.parametrize("row", VECTORS["junction"], ids=named(VECTORS["junction"]))
def test_lamps_and_alarms(row: dict[str, Any]) -> None:
    controller, time = _controller()
    phases = {int(phase): aspect for phase, aspect in row["phases"].items()}
    conflicts = [phase for phase, aspect in phases.items() if aspect == "x"]
    if row.get("mode"):
        controller.set_mode(row["mode"])
    else:
        time.step(_moment({p: "r" if p in conflicts else a for p, a in phases.items()}))
    for phase in conflicts:
        controller.set_conflict(phase, True)
    for code in row["alarms"]:
        controller.set_alarm(code, True)
    bits = octets(row["bits"])
    assert answer(controller, bytes.fromhex("0200000064")) == bytes((2, 13)) + bits


@pytest.mark.parametrize("row", VECTORS["registers"], ids=named(VECTORS["registers"]))
def test_registers(row: dict[str, Any]) -> None:
    controller, time = _controller()
    time.step(row["at_s"])
    words = octets(row["words"])
    count = len(words) // 2
    assert answer(controller, bytes((4, 0, 0, 0, count))) == bytes((4, len(words))) + words
