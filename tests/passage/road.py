"""A lane with four sensors under test, and vehicles that drive along it or against."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_agent.clock import ManualClock, Stamp
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import Passage, Unpaired
from edge_agent.device.readings import (
    Axle,
    AxlesReading,
    CrossingReading,
    Plate,
    Reading,
    TagReading,
    VehicleClass,
)
from edge_agent.passage.heading import Heading
from edge_agent.passage.interpreter import Interpreter
from edge_agent.passage.lanes import LaneSettings, LineSource, ScaleSource, TagSource

ARRIVE, WIM, TAG, LEAVE = 0.0, 20.0, 40.0, 60.0
DEVICES = {"arrive": "cam1", "wim": "wim1", "tag": "etc1", "leave": "cam2"}
_AT = {"arrive": ARRIVE, "wim": WIM, "tag": TAG, "leave": LEAVE}
_LATE_MS = {"arrive": 60, "wim": 1500, "tag": 1100, "leave": 300}


def lane(number: int = 1, **more: Any) -> LaneSettings:
    """One of several lanes side by side."""
    facts: dict[str, Any] = {
        "lines": [
            LineSource(device="cam1", line=f"arrive-{number}", at=ARRIVE),
            LineSource(device="cam2", line=f"leave-{number}", at=LEAVE),
        ],
        "scales": [ScaleSource(device="wim1", lane=str(number), at=WIM)],
        "tags": [TagSource(device="etc1", antenna=number, at=TAG, spread_m=2.0)],
        "typical_kmh": 50,
        "against": "out",
        "purpose": "toll",
        "road": "east",
    }
    return LaneSettings(**facts | more)


@dataclass(frozen=True)
class Car:
    """Truth; speed in m/s, ``t`` in seconds at the lane's zero."""

    t: float
    speed: float = 14.0
    number: int = 1
    lane: int = 1
    vehicle: VehicleClass = VehicleClass.CAR
    axles: int = 2
    plate: str = ""
    epc: str = ""
    has: Sequence[str] = ("arrive", "wim", "tag", "leave")
    lanes: dict[str, int] = field(default_factory=dict)
    """Place to the lane that it was in there, where it changed."""

    @property
    def against(self) -> bool:
        return self.speed < 0


Said = tuple[float, str, Reading]
"""When it comes, seconds; the device; what it says."""


class Street:
    """An interpreter and all that came out of it."""

    def __init__(self, *lanes: LaneSettings, **more: Any) -> None:
        self.clock = ManualClock()
        self._start_ms, self._start_ns = self.clock.utc_ms(), self.clock.mono_ns()
        self._gone = 0.0
        named = {f"l{number}": each for number, each in enumerate(lanes or (lane(),), 1)}
        self.interpreter = Interpreter(Heading("u1", self.clock), named, **more)
        for device in DEVICES.values():
            self.state(device, "ok")
        self.events: list[Event] = []
        self.said: list[tuple[str, Reading]] = []

    def at(self, t: float, spread_ms: int = 10) -> Stamp:
        """The stamp of a moment in seconds."""
        return Stamp(self._start_ms + round(t * 1000), self._start_ns + round(t * 1e9), spread_ms)

    def state(self, device: str, state: Any) -> None:
        self.interpreter.device(
            device, state=state, cause=None, detail="", since_ms=0, last_ms=None
        )

    def readings(self, car: Car, place: str, off_s: float = 0.0) -> Said:
        """What one sensor says of a car."""
        t = car.t + _AT[place] / car.speed
        at = self.at(t + off_s)
        number = car.lanes.get(place, car.lane)
        due = t + _LATE_MS[place] / 1000
        speed = round(abs(car.speed) * 36)
        match place:
            case "wim":
                axles = tuple(Axle(400, 400, 260 if n else None) for n in range(car.axles))
                gross, length = 800 * car.axles, 430 if car.axles == 2 else 1000
                reading: Reading = AxlesReading(
                    at, str(number), car.number, axles, gross, speed, length, car.against
                )
            case "tag":
                epc = car.epc or f"30{car.number:06X}"
                reading = TagReading(at, number, epc, reads=12, rssi=-50)
            case _:
                reading = CrossingReading(
                    at,
                    f"{place}-{number}",
                    "ba" if car.against else "ab",
                    car.number,
                    car.vehicle,
                    900,
                    speed,
                    run="r1",
                    spread=10,
                    no_speed="",
                    plate=self.plate(car.plate, at) if car.plate and place == "leave" else None,
                    no_plate="" if car.plate and place == "leave" else "off",
                )
        return due, DEVICES[place], reading

    def plate(self, text: str, at: Stamp, confidence: int = 950) -> Plate:
        return Plate(
            text, confidence, 4, ("30A99999",), ("car",), "white", at, (1, 2, 3, 4), "0" * 64
        )

    def drive(self, cars: Iterable[Car], off_s: dict[str, float] | None = None) -> None:
        """All sensors say what they see, in the order in which it reaches the unit."""
        off = off_s or {}
        self.hear(
            self.readings(car, place, off.get(place, 0.0)) for car in cars for place in car.has
        )

    def hear(self, said: Iterable[Said]) -> None:
        for t, device, reading in sorted(said, key=lambda one: one[0]):
            self.wait_until(t)
            self.say(device, reading)

    def say(self, device: str, reading: Reading) -> None:
        self.said.append((device, reading))
        self.events += self.interpreter.read(device, reading)

    def wait_until(self, t: float) -> None:
        while self._gone + 0.1 <= t:
            self._gone += 0.1
            self.clock.advance(0.1)
            self.events += self.interpreter.pump()

    def wait(self, seconds: float) -> None:
        self.wait_until(self._gone + seconds)

    def stop(self) -> None:
        self.events += self.interpreter.pump(everything=True)

    @property
    def passages(self) -> list[Passage]:
        return [event for event in self.events if isinstance(event, Passage)]

    @property
    def unpaired(self) -> list[Unpaired]:
        return [event for event in self.events if isinstance(event, Unpaired)]

    def used(self) -> Counter[tuple[str, str]]:
        """Device and number of each reading, to how many events have it."""
        parts = Counter((part.d, part.i) for each in self.passages for part in each.parts)
        return parts + Counter((each.d, each.i) for each in self.unpaired)


def settled(street: Street, count: int = 14) -> float:
    """Cars by whom the clocks come to be believed; when the road is empty again, seconds."""
    gaps = (5.0, 3.1, 7.3, 4.2, 2.7, 6.1, 3.6)
    t, cars = 1.0, []
    for number in range(count):
        cars.append(Car(t, number=9000 + number))
        t += gaps[number % len(gaps)]
    street.drive(cars)
    street.wait_until(t + 20)
    street.events.clear()
    return t + 21
