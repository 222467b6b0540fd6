"""What goes into the package of an incident: its word, and what cameras show of the place. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_agent.contract.verdicts import Incident
from edge_agent.device.pictures import Picture, Wanted
from edge_agent.evidence import canonical
from edge_agent.evidence.manifest import About, Device, Rule, When

WATCHED = Rule(
    id="incident", version="1", source="no legal text: what the unit is told to watch for"
)

_Files = list[tuple[str, str, bytes]]


@dataclass
class Scene:
    """An incident on its way into a package.

    Attributes:
        cameras: Who may show the place.
        at_ns: Monotonic moment to show.
        pictures: By camera.
        absent: What could not be had, and why.
    """

    event: Incident
    cameras: Sequence[str]
    at_ns: int
    pictures: dict[str, Sequence[Picture]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)
    signal: str | None = None

    @property
    def judged_ns(self) -> int:
        """The moment."""
        return self.at_ns

    @property
    def where(self) -> str:
        """The lane, or the device where no lane is meant."""
        return self.event.lane or self.event.d

    @property
    def bytes(self) -> int:
        """Of its pictures."""
        return sum(len(one.data) for some in self.pictures.values() for one in some)

    @property
    def count(self) -> int:
        """Pictures that it has."""
        return sum(len(some) for some in self.pictures.values())

    def wanted(self) -> dict[str, Wanted]:
        """What to ask each camera for: the frame of the moment, and the picture that is told."""
        crops = () if self.event.pic is None else (self.event.pic,)
        return {camera: Wanted({"at": self.at_ns}, crops) for camera in self.cameras}

    def about(self, devices: Callable[[str], Device], software: Mapping[str, str]) -> About:
        """For the manifest."""
        event = self.event
        facts = {"incident": event.inc, "said": event.text, "since": event.since}
        facts |= {f"without {what}": why for what, why in sorted(self.absent.items())}
        return About(
            event=event.id,
            kind=event.kind,
            lane=self.where,
            when=When(t=event.t, tq=event.tq, ts=event.ts),
            rule=WATCHED,
            devices=tuple(devices(camera) for camera in self.cameras),
            facts={**facts, "pictures": self.count},
            software=dict(software),
        )

    def files(self) -> _Files:
        """Of the package: nobody in its pictures is accused, so a copy that leaves hides all."""
        record = self.event.model_dump(mode="json", exclude={"sq", "ep"})
        files = [("record.json", "record", canonical.encode({"incident": record}))]
        shown: list[dict[str, Any]] = []
        for device, pictures in self.pictures.items():
            for picture in pictures:
                part = "close" if picture.at is None else "at"
                name = f"{device}-{part}.jpg"
                files.append((name, f"frame-{part}", picture.data))
                shown.append({"file": name, "device": device} | _frame(picture))
        if shown:
            files.insert(1, ("pictures.json", "pictures", canonical.encode(shown)))
        return files


def _frame(picture: Picture) -> dict[str, Any]:
    if picture.at is None:
        return {}
    return {
        "t": picture.at.utc_ms,
        "mono_ns": picture.at.mono_ns,
        "size": list(picture.size),
        "vehicles": [
            {
                "track": one.track,
                "class": one.vehicle.value,
                "box": list(one.box),
                "accused": False,
            }
            for one in picture.vehicles
        ],
    }
