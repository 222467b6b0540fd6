"""What goes into the package of an incident: its word, and what cameras show of the place. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edge_agent.contract.verdicts import Incident
from edge_agent.device.pictures import Wanted
from edge_agent.evidence import canonical
from edge_agent.evidence.manifest import About, Device, Rule, When
from edge_agent.evidence.shown import Files, Shown, listed

WATCHED = Rule(
    id="incident", version="1", source="no legal text: what the unit is told to watch for"
)


@dataclass
class Scene(Shown):
    """An incident on its way into a package.

    Attributes:
        cameras: Who may show the place.
        at_ns: Monotonic moment to show.
    """

    event: Incident
    cameras: Sequence[str]
    at_ns: int
    signal: str | None = None

    @property
    def judged_ns(self) -> int:
        """The moment."""
        return self.at_ns

    @property
    def where(self) -> str:
        """The lane, or the device where no lane is meant."""
        return self.event.lane or self.event.d

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

    def files(self) -> Files:
        """Of the package: nobody in its pictures is accused, so a copy that leaves hides all."""
        record = self.event.model_dump(mode="json", exclude={"sq", "ep"})
        files = [("record.json", "record", canonical.encode({"incident": record}))]
        shown = []
        for device, pictures in self.pictures.items():
            for picture in pictures:
                part = "close" if picture.at is None else "at"
                name = f"{device}-{part}.jpg"
                files.append((name, f"frame-{part}", picture.data))
                shown.append(listed(name, device, picture, lambda _: False))
        if shown:
            files.insert(1, ("pictures.json", "pictures", canonical.encode(shown)))
        return files
