"""What goes into a package: a violation and everything that its vehicle's sensors said. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.contract.verdicts import Excess, Violation
from edge_agent.device.pictures import Box, InPicture, Picture, Wanted
from edge_agent.device.readings import (
    AxlesReading,
    CrossingReading,
    StrayReading,
    TagReading,
    as_json,
)
from edge_agent.evidence import canonical
from edge_agent.evidence.manifest import About, Device, Rule, When
from edge_agent.evidence.shown import Files, Shown, listed
from edge_agent.passage.fused import Fused, Member
from edge_agent.passage.lanes import LaneSettings

AROUND_NS = 1_000_000_000
"""Before the first crossing and after the last."""

ANALYSED = 640
"""Width of the picture in whose pixels a camera tells boxes, where its own is wider."""
_ALIKE = 0.3
_DIGITS = "0123456789"


@dataclass
class Case(Shown):
    """A violation on its way into a package."""

    event: Violation
    fused: Fused
    lane: LaneSettings

    @property
    def where(self) -> str:
        """The lane."""
        return self.event.lane

    @property
    def signal(self) -> str | None:
        """Controller of the lane's signal."""
        return None if self.lane.signal is None else self.lane.signal.device

    @property
    def judged_ns(self) -> int:
        """Monotonic time at the signal's stop line, or of the vehicle as a whole."""
        signal = self.lane.signal
        for member in self.fused.members:
            line = member.reading.line if isinstance(member.reading, CrossingReading) else None
            if signal is not None and (member.device, line) == (signal.camera, signal.line):
                return member.at.mono_ns
        return self.fused.at.mono_ns

    def wanted(self) -> dict[str, Wanted]:
        """What to ask each camera for."""
        seen: dict[str, list[CrossingReading | StrayReading]] = {}
        for member in self.fused.members:
            if isinstance(member.reading, CrossingReading | StrayReading):
                seen.setdefault(member.device, []).append(member.reading)
        return {device: _moments(some) for device, some in seen.items()}

    def _accused(self, device: str, picture: Picture) -> Callable[[InPicture], bool]:
        """Whether somebody in this camera's picture is the one whom the rule fired on."""
        tracks, places = set(), []
        for member in self.fused.members:
            match member.reading:
                case CrossingReading(track=track) if member.device == device:
                    tracks.add(track)
                case StrayReading(box=box) if member.device == device:
                    scale = max(1.0, picture.size[0] / ANALYSED)
                    places.append(tuple(round(value * scale) for value in box))
        return lambda one: one.track in tracks or any(_alike(one.box, box) for box in places)

    def about(self, devices: Callable[[str], Device], software: Mapping[str, str]) -> About:
        """For the manifest."""
        event = self.event
        seen = dict.fromkeys(member.device for member in self.fused.members)
        if self.signal is not None:
            seen.setdefault(self.signal)
        return About(
            event=event.id,
            kind=event.kind,
            lane=event.lane,
            when=When(t=event.t, tq=event.tq, ts=event.ts),
            rule=Rule(
                id=event.rule.id,
                version=event.rule.ver,
                source=event.rule.src,
                table=event.rule.tab,
            ),
            devices=tuple(devices(device) for device in seen),
            facts=dict(_facts(self)),
            software=dict(software),
        )

    def files(self) -> Files:
        """Of the package."""
        files: Files = [("record.json", "record", canonical.encode(_record(self)))]
        if self.signal is not None:
            files.append(("signal.json", "signal-trace", canonical.encode(self.trace)))
        shown = []
        for device, pictures in self.pictures.items():
            crops = 0
            for picture in pictures:
                if picture.at is None:
                    crops += 1
                    name, role = f"{device}-plate{crops}.jpg", "plate"
                else:
                    name = f"{device}-{picture.name}.jpg"
                    role = f"frame-{picture.name.rstrip(_DIGITS)}"
                files.append((name, role, picture.data))
                shown.append(listed(name, device, picture, self._accused(device, picture)))
        if shown:
            files.insert(1, ("pictures.json", "pictures", canonical.encode(shown)))
        return files


def _moments(seen: Sequence[CrossingReading | StrayReading]) -> Wanted:
    at = sorted(one.at.mono_ns for one in seen)
    moments = {"before": at[0] - AROUND_NS}
    for number, mono_ns in enumerate(at, 1):
        moments["at" if number == 1 else f"at{number}"] = mono_ns
    moments["after"] = at[-1] + AROUND_NS
    plates = [one.plate for one in seen if isinstance(one, CrossingReading)]
    crops = dict.fromkeys(plate.picture for plate in plates if plate is not None)
    return Wanted(moments, tuple(filter(None, crops)))


def _alike(one: Box, other: Sequence[int]) -> bool:
    """Whether two boxes overlap enough to be the same vehicle's (IoU)."""
    across = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    shared = across * down
    return shared > _ALIKE * max(1, sum(areas) - shared)


def _record(case: Case) -> dict[str, Any]:
    fused = case.fused
    first = fused.at.mono_ns
    signal = fused.signal
    return {
        "violation": case.event.model_dump(mode="json", exclude={"sq", "ep"}),
        "passage": {
            "id": fused.id,
            "lane": fused.lane,
            "direction": fused.direction,
            "class": fused.vehicle.value,
            "confidence": fused.confidence,
            "speed_dkmh": fused.speed,
            "spread_dkmh": fused.spread,
            "missing": dict(fused.missing),
        },
        "signal": None
        if signal is None
        else {
            "device": signal.device,
            "phase": signal.phase,
            "aspect": signal.colour.value,
            "age_ms": signal.age_ms,
            "spread_ms": signal.spread_ms,
            "stale": signal.stale,
        },
        "readings": [_reading(member, first) for member in fused.members],
        "absent": case.absent,
    }


def _reading(member: Member, first_ns: int) -> dict[str, Any]:
    return {
        "device": member.device,
        "id": member.id,
        "kind": member.kind,
        "after_ms": round((member.at.mono_ns - first_ns) / 1_000_000),
        "residual_ms": member.residual_ms,
        "said": as_json(member.reading),
    }


def _facts(case: Case) -> Iterable[tuple[str, Any]]:
    """What a person reads first."""
    event, fused = case.event, case.fused
    for number, excess in enumerate(event.ex, 1):
        yield f"measured {number}", _words(excess)
    yield "vehicle", fused.vehicle.value
    if event.plate is not None and event.plate.t is not None:
        yield "plate", f"{event.plate.t} ({event.plate.p} ‰, {event.plate.n} looks)"
    if event.tag is not None and event.tag.epc is not None:
        yield "tag", event.tag.epc
    if fused.speed is not None:
        spread = "" if fused.spread is None else f" ±{_tenths(fused.spread)}"
        yield "speed", f"{_tenths(fused.speed)}{spread} km/h"
    yield "grade", event.grade + (f": {', '.join(event.why)}" if event.why else "")
    yield "pictures", f"{case.count}"
    for what, why in sorted(case.absent.items()):
        yield f"without {what}", why
    yield "sensors", ", ".join(_kinds(fused.members))


def _kinds(members: Iterable[Member]) -> Iterator[str]:
    for member in members:
        match member.reading:
            case AxlesReading() as axles:
                yield f"{member.device}: {len(axles.axles)} axles"
            case TagReading():
                yield f"{member.device}: tag"
            case CrossingReading() as crossing:
                yield f"{member.device}: line {crossing.line}"
            case StrayReading() as stray:
                yield f"{member.device}: {stray.what} for {stray.lasted_ms // 1000} s"
            case _:
                yield member.device


def _words(excess: Excess) -> str:
    unit, scale = _unit(excess.of)
    sure = "" if excess.u is None else f" ±{_scaled(excess.u, scale)}"
    granted = f" + {_scaled(excess.tol, scale)} granted" if excess.tol else ""
    band = f", band {excess.band}" if excess.band else ""
    other = f"; or: {excess.alt}" if excess.alt else ""
    measured, allowed = _scaled(excess.val, scale), _scaled(excess.lim, scale)
    return f"{excess.of} {measured}{sure}{unit}, allowed {allowed}{granted}{unit}{band}{other}"


def _unit(of: str) -> tuple[str, int]:
    """Unit as people say it, and how many of the contract's make one."""
    kind = of.partition("-")[0]
    if kind in {"gross", "axle", "group"}:
        return " kg", 1
    if kind == "speed":
        return " km/h", 10
    return (" ms", 1) if of == "red-age" else ("", 1)


def _scaled(value: int, scale: int) -> str:
    return str(value) if scale == 1 else _tenths(value)


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"
