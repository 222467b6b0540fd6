"""A violation with all that its vehicle's sensors said, for tests."""

from dataclasses import replace

from edge_agent.clock import Stamp
from edge_agent.contract import ulid
from edge_agent.contract.vehicles import PassageTag, Plate
from edge_agent.contract.verdicts import Excess, Rule, Violation
from edge_agent.device.pictures import InPicture, Picture
from edge_agent.device.readings import (
    Axle,
    AxlesReading,
    Colour,
    CrossingReading,
    SignalReading,
    TagReading,
    VehicleClass,
)
from edge_agent.device.readings import Plate as SeenPlate
from edge_agent.passage.fused import Fused, Member, SignalMoment
from edge_agent.passage.lanes import LaneSettings

T0 = 1_790_000_000_000
AT_NS = 100_000_000_000
CROP = "ab" * 32


def moment(after_ms: int = 0) -> Stamp:
    return Stamp(T0 + after_ms, AT_NS + after_ms * 1_000_000, 20)


def lane(*, signal: bool = True) -> LaneSettings:
    table: dict[str, object] = {
        "purpose": "enforcement",
        "rules": ["red-light"],
        "lines": [{"device": "cam1", "line": "stop", "at": 0.0}],
    }
    if signal:
        table["signal"] = {"device": "ctl1", "phase": 2, "camera": "cam1", "line": "stop"}
    return LaneSettings.model_validate(table)


def crossing(after_ms: int = 0, line: str = "stop") -> CrossingReading:
    plate = SeenPlate(
        "51F12345", 960, 4, (), ("car",), "white", moment(after_ms - 300), (10, 20, 70, 40), CROP
    )
    return CrossingReading(
        moment(after_ms),
        line,
        "ab",
        7,
        VehicleClass.CAR,
        900,
        box=(100, 80, 180, 140),
        run="r1",
        plate=plate,
        no_plate="",
    )


def fused(*, cameras: bool = True) -> Fused:
    seen = crossing()
    tag = TagReading(moment(400), 1, "E200341201B802011394", 5, -55)
    axles = AxlesReading(moment(700), "1", 12, (Axle(3000, 3100), Axle(5000, 5200, 350)), 16300)
    members = [
        Member("tag", "etc1", "etc1/1", "1-5", tag.at, tag, 12),
        Member("axles", "wim1", "wim1/1", "12", axles.at, axles, -40),
    ]
    if cameras:
        members.insert(0, Member("camera", "cam1", "cam1/stop", "r1-7", seen.at, seen))
    return Fused(
        id=ulid.new(T0),
        lane="n1",
        direction="in",
        at=moment(),
        vehicle=VehicleClass.CAR,
        confidence=900,
        speed=425,
        spread=11,
        plate=seen.plate,
        tag=tag,
        axles=axles,
        signal=SignalMoment("ctl1", 2, Colour.RED, 2400, 120),
        members=tuple(members),
        crossings={"cam1/stop": seen} if cameras else {},
        clock_ms=8,
        clock_source="gnss",
    )


def violation(number: int = 0, **more: object) -> Violation:
    facts: dict[str, object] = {
        "id": ulid.new(T0 + number),
        "u": "u1",
        "d": "n1",
        "t": T0,
        "tq": 28,
        "ts": "gnss",
        "kind": "red-light",
        "rule": Rule(
            id="red-light", ver="2025-01-01", src="Law 36/2024/QH15 art. 11", tab="0" * 64
        ),
        "grade": "enforcement",
        "lane": "n1",
        "pas": fused().id,
        "cls": "car",
        "ex": [Excess(of="red-age", val=2400, lim=0, tol=500, u=120)],
        "plate": Plate(t="51F12345", p=960, n=4),
        "tag": PassageTag(epc="E200341201B802011394", ant=1, rssi=-55),
        "spd": 425,
    }
    return Violation.model_validate(facts | more)


def signal(after_ms: int, colour: Colour) -> SignalReading:
    return SignalReading(moment(after_ms), {2: colour}, (2,))


def picture(name: str, after_ms: int = 0) -> Picture:
    """Not a JPEG; the desk does not look inside."""
    vehicle = InPicture(7, VehicleClass.CAR, (200, 160, 360, 280))
    other = replace(vehicle, track=8, vehicle=VehicleClass.MOTORBIKE, box=(10, 10, 60, 90))
    data = f"jpeg of {name}".encode() * 50
    return Picture(name, data, moment(after_ms), (1280, 720), (vehicle, other))
