"""Events and readings as a unit makes them."""

from typing import Any

from edge_agent.clock import Stamp
from edge_agent.contract.events import Axles, AxleWeight, Part, Passage, PassageTag
from edge_agent.device.readings import DetectorReading

_HEAD: dict[str, Any] = {
    "id": "01KSR492000000000000000004",
    "u": "u1",
    "t": 1_790_000_000_000,
    "tq": 5,
    "ts": "ntp",
}
NS = 1_000_000_000


def passage(
    *, tag: bool, cls: str = "car", lane: str = "lane2", why: str = "not-detected"
) -> Passage:
    return Passage(
        **_HEAD,
        d=lane,
        lane=lane,
        dir="in",
        cls=cls,
        clsp=900,
        spd=400,
        tag=PassageTag(epc="AB", ant=2) if tag else None,
        parts=[Part(k="camera", d="cam1", i="1")],
        why={} if tag else {"tag": why},
    )


def axles(*weights: tuple[int, int], lane: str = "2", flags: list[str] | None = None) -> Axles:
    return Axles(
        **_HEAD,
        d="wim1",
        lane=lane,
        num=1,
        ax=[AxleWeight(l=left, r=right) for left, right in weights],
        gross=sum(map(sum, weights)),
        spd=400,
        flags=flags or [],
    )


def counted(
    seconds: float, n: int | None = 1, *, name: str = "d1", occupied: bool | None = None
) -> DetectorReading:
    at = Stamp(1_790_000_000_000 + round(seconds * 1000), round(seconds * NS))
    return DetectorReading(at, name, n, occupied)
