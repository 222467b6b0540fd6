import json

from edge_agent.bundle.tape import KEPT_S, Tape
from edge_agent.clock import ManualClock, stamp
from edge_agent.device.readings import (
    Colour,
    FiguresReading,
    SignalReading,
    TagReading,
    from_wire,
)


def lines(tape: Tape) -> list[dict[str, object]]:
    return [json.loads(line) for line in tape.answer().splitlines()]


def test_readings_come_back_as_they_were_but_for_whose_they_are() -> None:
    clock = ManualClock()
    tape = Tape(clock)
    at = stamp(clock)
    tape.state("ctl1", "ok")
    tape.reading("ctl1", SignalReading(at, {1: Colour.GREEN}, first=True))
    tape.reading("etc1", TagReading(at, 1, "3034257BF468D480000003E7"))
    tape.reading("cam1", FiguresReading(at, {"frames": 3}))
    state, signal, tag = lines(tape)
    assert state == {"device": "ctl1", "at_ms": clock.utc_ms(), "state": "ok"}
    assert from_wire(json.dumps(signal["reading"]).encode()).type == "signal"
    again = from_wire(json.dumps(tag["reading"]).encode())
    assert isinstance(again, TagReading)
    assert again.epc != "3034257BF468D480000003E7"


def test_old_readings_are_forgotten() -> None:
    clock = ManualClock()
    tape = Tape(clock)
    tape.reading("ctl1", SignalReading(stamp(clock), {1: Colour.GREEN}))
    clock.advance(KEPT_S + 1)
    tape.reading("ctl1", SignalReading(stamp(clock), {1: Colour.RED}))
    assert len(lines(tape)) == 1


def test_a_flood_is_bounded() -> None:
    clock = ManualClock()
    tape = Tape(clock)
    for _ in range(7000):
        tape.state("ctl1", "ok")
    assert len(lines(tape)) == 6000
