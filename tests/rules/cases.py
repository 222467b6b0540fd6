"""Vehicles, devices and verified tables for the tests of rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from edge_agent.clock import Stamp
from edge_agent.contract.verdicts import RuleKind
from edge_agent.device.readings import (
    Axle,
    AxlesReading,
    Colour,
    CrossingReading,
    Plate,
    TagReading,
    VehicleClass,
)
from edge_agent.passage.fused import Fused, Member, SignalMoment
from edge_agent.passage.lanes import LaneSettings, SignalSource
from edge_agent.rules.case import Case
from edge_agent.rules.chain import Loaded, Tables
from edge_agent.rules.facts import DeviceFacts
from edge_agent.rules.judge import Judge
from edge_agent.rules.tables import SHIPPED, read

AT = Stamp(1_790_000_000_000, 10**12)
"""2026-09-21."""
PLATE = Plate("51A12345", 990, 4, (), (), "white", AT, (0, 0, 9, 9), "")
SURE = DeviceFacts("S1", date(2026, 1, 1), date(2027, 1, 1), "B(10)", 4)
DEVICES = {"wim1": SURE, "cam1": SURE, "etc1": SURE}
SIGNAL = SignalSource(device="ctl1", phase=2, camera="cam1", line="stop")


@cache
def shipped(name: str) -> Loaded:
    """A table as it is shipped, but vouched for."""
    loaded = read(Path(SHIPPED) / f"{name}.toml")
    vouched = {"verified": True, "verified_by": "a test"}
    return replace(loaded, table=loaded.table.model_copy(update=vouched))


def table(name: str) -> Any:
    """What such a table says."""
    return shipped(name).table


def tables(*kinds: RuleKind) -> Tables:
    """The newest shipped table of each kind, vouched for."""
    return Tables({kind: (shipped(f"{kind}-2026"),) for kind in kinds})


def judge(kind: RuleKind, lane: LaneSettings | None = None, **more: Any) -> Judge:
    """A judge of one rule on lane ``l1``."""
    own = (lane or LaneSettings()).model_copy(update={"rules": [kind]})
    return Judge(tables(kind), {"l1": own}, more.pop("devices", DEVICES), **more)


def vehicle(
    kind: VehicleClass = VehicleClass.CAR,
    *,
    axles: AxlesReading | None = None,
    tag: str | None = None,
    **more: Any,
) -> Fused:
    """A vehicle that was seen well by every sensor."""
    crossing = CrossingReading(AT, "stop", "ab", 7, kind, 950)
    members = [Member("camera", "cam1", "cam1/stop", "r-7", AT, crossing)]
    if axles is not None:
        members.append(Member("axles", "wim1", "wim1/1", "9", AT, axles))
    told = None
    if tag is not None:
        told = TagReading(AT, 1, tag)
        members.append(Member("tag", "etc1", "etc1/1", "3", AT, told))
    known: dict[str, Any] = {
        "id": "01",
        "lane": "l1",
        "direction": "in",
        "at": AT,
        "vehicle": kind,
        "confidence": 950,
        "speed": 400,
        "spread": 5,
        "plate": PLATE,
        "tag": told,
        "axles": axles,
        "signal": None,
        "members": tuple(members),
        "crossings": {"cam1/stop": crossing},
        "missing": {},
        "clock_ms": 5,
        "clock_source": "ntp",
    }
    return Fused(**(known | more))


def weighed(
    kilos: Sequence[int],
    spacings: Sequence[int],
    *,
    gross: int | None = 0,
    flags: tuple[str, ...] = (),
) -> AxlesReading:
    """Axles of these weights; ``gross`` is their sum unless it is said."""
    apart = (None, *spacings)
    axles = tuple(
        Axle(kg // 2, kg - kg // 2, spacing) for kg, spacing in zip(kilos, apart, strict=True)
    )
    return AxlesReading(AT, "1", 9, axles, sum(kilos) if gross == 0 else gross, flags=flags)


def lit(
    colour: Colour = Colour.RED, age_ms: int = 5000, spread_ms: int = 50, *, stale: bool = False
) -> SignalMoment:
    """What the signal showed."""
    return SignalMoment("ctl1", 2, colour, age_ms, spread_ms, stale)


def case(fused: Fused, lane: LaneSettings | None = None, **more: Any) -> Case:
    """A vehicle before a rule."""
    return Case(fused, lane or LaneSettings(), more.pop("devices", DEVICES), **more)
