"""Events as a unit makes them, for tests of the way out and of the far end."""

import itertools
from collections.abc import Callable

from edge_agent.contract import ulid, wire
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Alarm, DeviceState, Loss, Part, Passage, State
from edge_agent.contract.topics import UnitTopics
from edge_agent.spool.model import Row

UNIT = UnitTopics("hcm", "site-1", "unit-1")
T0 = 1_790_000_000_000
EPOCH = "0a1b2c3d"

_counter = itertools.count(1)


def passage(t: int = T0, unit: str = "unit-1") -> Passage:
    """A usual one: a motorbike, one camera, nothing else on the lane."""
    return Passage(
        id=ulid.new(t),
        u=unit,
        d="cam1",
        t=t,
        tq=5,
        ts="ntp",
        lane="lane-1",
        dir="in",
        cls="motorbike",
        clsp=912,
        spd=432,
        parts=[Part(k="camera", d="cam1", i=str(next(_counter)))],
        why={"plate": "no-sensor", "tag": "no-sensor", "axles": "no-sensor", "signal": "no-sensor"},
    )


def alarm(t: int = T0, unit: str = "unit-1") -> Alarm:
    return Alarm(
        id=ulid.new(t),
        u=unit,
        d="cam1",
        t=t,
        tq=5,
        ts="ntp",
        code="frozen",
        state="raised",
        sev="warning",
        since=t,
    )


def device_state(t: int = T0, unit: str = "unit-1") -> DeviceState:
    return DeviceState(
        id=ulid.new(t),
        u=unit,
        d="cam1",
        t=t,
        tq=5,
        ts="ntp",
        state="ok",
        cause=None,
        since=t,
        last=t,
    )


def loss(of: str, frm: int, to: int, t: int = T0) -> Loss:
    return Loss(
        id=ulid.new(t),
        u="unit-1",
        d="unit-1",
        t=t,
        tq=5,
        ts="ntp",
        of=of,
        frm=frm,
        to=to,
        n=to - frm + 1,
        why="sacrificed",
    )


def state(boot: str = "boot-a", t: int = T0, unit: str = "unit-1") -> State:
    return State(
        id=ulid.new(t),
        u=unit,
        d=unit,
        t=t,
        tq=5,
        ts="ntp",
        state="online",
        boot=boot,
        since=t,
    )


def body(event: Event, sq: int, ep: str = EPOCH) -> bytes:
    return wire.encode(event, sq=sq, ep=ep)


_MAKE: dict[str, Callable[[], Event]] = {
    "passage": passage,
    "alarm": alarm,
    "dev": device_state,
}
_SUBS = {"alarm": "alarm/cam1/frozen", "dev": "dev/cam1/state", "loss": "evt/loss"}


def row(pos: int, sq: int, stream: str = "passage") -> Row:
    return Row(pos, stream, sq, _SUBS.get(stream, f"evt/{stream}"), T0, body(_MAKE[stream](), sq))
