"""A made-up day of a junction, seeded: rush hours, a jam, a camera that fails, violations."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge_agent.contract import ulid
from edge_agent.contract.envelope import Event
from edge_agent.contract.events import (
    Agg,
    Alarm,
    Count,
    DeviceState,
    Evidence,
    Excess,
    Incident,
    Loss,
    Plate,
    Rule,
    Violation,
)
from edge_agent.contract.wire import encode

MIDNIGHT = 1_795_280_400_000
"""2026-11-22 00:00 at UTC+7."""
MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
PLATE = "51G67890"
LANES = {"bac-1": 1.0, "bac-2": 0.8, "nam-1": 0.9, "nam-re-trai": 0.35}
MIX = {
    "motorbike": 0.71,
    "bicycle": 0.02,
    "car": 0.17,
    "minibus": 0.02,
    "bus": 0.02,
    "light_truck": 0.03,
    "truck": 0.02,
    "tractor_trailer": 0.01,
}
SLOWER = {"motorbike": 2, "bicycle": -22, "car": 4, "bus": -6, "truck": -7, "tractor_trailer": -9}
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEVELS = ((36, "free"), (20, "dense"), (12, "slow"))
DOUBTS = ("clock", "table-unverified", "signal-stale")
LAWS = {
    "red-light": ("red-light-2026", "168/2024/NĐ-CP, Điều 6 khoản 9 điểm b"),
    "speeding": ("speeding-2026", "168/2024/NĐ-CP, Điều 6 khoản 5 điểm đ"),
    "overload": ("overload-2026", "168/2024/NĐ-CP, Điều 21 khoản 6 điểm a"),
    "wrong-way": ("wrong-way-2026", "168/2024/NĐ-CP, Điều 7 khoản 7 điểm a"),
}


@dataclass
class Day:
    """One unit, one day."""

    unit: str = "nts-u1"
    seed: int = 1
    start: int = MIDNIGHT
    hours: int = 24

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def events(self) -> list[Event]:
        told = [*self._aggs(), *self._violations(), *self._incidents(), *self._unit()]
        return sorted(told, key=lambda event: event.t)

    def lines(self) -> list[bytes]:
        """As a centre exports them."""
        return [encode(event, sq=n, ep="5f0c2a91") for n, event in enumerate(self.events(), 1)]

    def of(self, about: str, t: int) -> dict[str, Any]:
        return {
            "id": ulid.new(t)[:10] + "".join(self.random.choices(ALPHABET, k=16)),
            "u": self.unit,
            "d": about,
            "t": t,
            "tq": self.random.randint(3, 40),
            "ts": "ntp" if self.random.random() < 0.97 else "rtc",
        }

    def _aggs(self) -> Iterator[Event]:
        for lane, share in LANES.items():
            for minute in range(self.hours * 60):
                t = self.start + minute * MINUTE
                yield self._camera(lane, share, t, minute % 1440 / 60)
                if lane == "bac-1":
                    yield self._detector(lane, share, t, minute % 1440 / 60)

    def _camera(self, lane: str, share: float, t: int, hour: float) -> Agg:
        if lane == "nam-1" and 13.2 <= hour < 14.6:
            return Agg(
                **self.of(lane, t), lane=lane, dur=MINUTE, src="camera", n=None, occ=None, part=0,
                why="device-down",
            )  # fmt: skip
        flow = demand(hour) * share
        jam = lane == "bac-1" and 17.2 <= hour < 18.4
        speed = 46 - flow / 60 - (22 if jam else 0) + self.random.gauss(0, 2)
        vehicles = {kind: self._poisson(flow * part / 60) for kind, part in MIX.items()}
        counts = [
            Count(
                dir="vao",
                cls=kind,
                n=n,
                unread=min(n, self._poisson(n * (0.03 if 6 <= hour < 18 else 0.09))),
                spd=max(30, round((speed + SLOWER.get(kind, 0)) * 10)),
                p85=max(40, round((speed + SLOWER.get(kind, 0) + 7) * 10)),
            )
            for kind, n in vehicles.items()
            if n
        ]
        if lane == "nam-re-trai" and self.random.random() < 0.02:
            counts.append(Count(dir="ra", cls="motorbike", n=1, unread=0, spd=212, p85=212))
        total = sum(vehicles.values())
        level = (
            "free" if speed > 36 else "dense" if speed > 20 else "slow" if speed > 12 else "jammed"
        )
        return Agg(
            **self.of(lane, t),
            lane=lane,
            dur=MINUTE,
            src="camera",
            n=counts,
            occ=min(
                1000, round(flow / 2.4 + (250 if jam else 0) + self.random.gauss(0, 12)) % 1000
            ),
            que=self._poisson(flow / 160 + (9 if jam else 0)),
            hw=round(MINUTE / total) if total else None,
            sat=min(1300, max(0, round(flow / 1.75 + self.random.gauss(0, 40)))) if total else None,
            los=level if total else None,
        )

    def _detector(self, lane: str, share: float, t: int, hour: float) -> Agg:
        n = self._poisson(demand(hour) * share * 0.93 / 60)
        return Agg(
            **self.of(lane, t),
            lane=lane,
            dur=MINUTE,
            src="detector",
            n=[Count(dir="vao", cls="unknown", n=n)] if n else [],
            occ=min(1000, round(demand(hour) * share / 3)),
            que=self._poisson(demand(hour) / 200),
            hw=round(MINUTE / n) if n else None,
        )

    def _violations(self) -> Iterator[Event]:
        kinds = ["red-light"] * 14 + ["speeding"] * 9 + ["overload"] * 7 + ["wrong-way"] * 3
        for number, kind in enumerate(kinds):
            t = self.start + self.random.randrange(self.hours * HOUR)
            rule, source = LAWS[kind]
            fit = self.random.random() < 0.7
            vehicle = "truck" if kind == "overload" else self.random.choice(["motorbike", "car"])
            plate = Plate(t=PLATE, p=940, n=4) if number % 2 else None
            event = Violation(
                **self.of("bac-1", t),
                kind=kind,
                rule=Rule(id=rule, ver="2026-01", src=source, tab="ab" * 32),
                grade="enforcement" if fit else "statistics",
                lane=self.random.choice(list(LANES)),
                pas=None,
                cls=vehicle,
                ex=[self._excess(kind)],
                plate=plate,
                spd=512,
                why=[]
                if fit
                else [self.random.choice(["clock", "table-unverified", "signal-stale"])],
            )
            yield event
            yield Evidence(
                **self.of("bac-1", t + 900),
                of=event.id,
                sha=f"{number:02x}" * 32,
                name=f"{number:08d}-{kind}.evidence.zip",
                n=number + 1,
                size=812_345,
                pics=3,
            )

    def _excess(self, kind: str) -> Excess:
        match kind:
            case "red-light":
                return Excess(
                    of="red-age", val=self.random.randint(700, 9000), lim=0, tol=500, u=90
                )
            case "speeding":
                return Excess(of="speed", val=self.random.randint(560, 830), lim=500, tol=50, u=13)
            case "overload":
                band = self.random.choice(["10-20", "20-50"])
                return Excess(
                    of="gross", val=self.random.randint(27_500, 35_000), lim=24_000, tol=2400,
                    u=900, band=band,
                )  # fmt: skip
        return Excess(of="direction", val=1, lim=0, band="168.6.7.a")

    def _incidents(self) -> Iterator[Event]:
        cases = [
            ("stopped-vehicle", 8.4, 11, "bac-2", "xe tải dừng giữa làn"),
            ("congestion", 17.3, 66, "bac-1", "hàng chờ vượt vùng đo"),
            ("pedestrian", 21.1, 2, "nam-1", ""),
        ]
        for number, (kind, hour, minutes, lane, text) in enumerate(cases):
            since = self.start + round(hour * HOUR)
            facts: dict[str, Any] = {
                "inc": f"{self.unit}-{self.start}-{number}",
                "kind": kind,
                "since": since,
            }
            facts |= {"lane": lane, "text": text}
            yield Incident(**self.of(lane, since), state="raised", **facts)
            if kind != "pedestrian":
                yield Incident(**self.of(lane, since + minutes * MINUTE), state="cleared", **facts)

    def _unit(self) -> Iterator[Event]:
        def device(name: str, hour: float, state: Any, cause: str | None = None) -> DeviceState:
            t = self.start + round(hour * HOUR)
            return DeviceState(**self.of(name, t), state=state, cause=cause, since=t, last=t)

        for name in ("cam-bac", "cam-nam", "den-1", "etc-1", "can-1"):
            yield device(name, -30, "ok")
        yield device("cam-nam", 13.2, "down", "timeout")
        yield device("cam-nam", 14.6, "ok")
        yield device("etc-1", 2.1, "down", "gone")
        yield device("etc-1", 2.3, "degraded", "checksum")
        yield device("etc-1", 6.0, "ok")
        for hour, state in ((13.2, "raised"), (14.6, "cleared")):
            t = self.start + round(hour * HOUR)
            yield Alarm(
                **self.of("cam-nam", t), code="frozen", state=state, sev="warning", since=t,
                text="Hình đứng yên: kiểm tra camera",
            )  # fmt: skip
        yield Loss(**self.of(self.unit, self.start + 15 * HOUR), of="signal", frm=100, to=141, n=42,
                   why="sacrificed")  # fmt: skip

    def _poisson(self, mean: float) -> int:
        if mean > 30:
            return max(0, round(self.random.gauss(mean, math.sqrt(mean))))
        limit, product, n = math.exp(-max(0.0, mean)), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            n += 1
        return n


def demand(hour: float) -> float:
    """Vehicles an hour on a lane with share 1: two rush hours and a night."""
    morning = 1050 * math.exp(-(((hour - 7.4) / 1.1) ** 2))
    evening = 1250 * math.exp(-(((hour - 17.6) / 1.4) ** 2))
    daytime = 520 / (1 + math.exp(-(hour - 6) * 2)) / (1 + math.exp((hour - 21.5) * 1.6))
    return 25 + morning + evening + daytime
