"""What a scene consists of, as data: rows of simulated devices, and lanes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Table = Mapping[str, Any]
"""A TOML table of a site file."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a scene is played.

    Attributes:
        site: Of the simulated world; None for a road that a simulator has for itself.
        start_ms: UTC at which the world began.
        scenery: Light and weather, as words of a camera's simulator.
    """

    site: str | None
    seed: int
    start_ms: int
    folder: Path
    scenery: tuple[str, ...] = ()

    @property
    def secret(self) -> Path:
        """File with the password of all cameras."""
        return self.folder / "camera-password"

    def truth(self, device: str) -> Path:
        """File into which a device's simulator writes what really happens there."""
        return self.folder / f"{device}-truth.jsonl"


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device, and how a unit is told of it.

    Attributes:
        name: In the site file, in the truth and in scripts of faults.
        words: For people.
        simulator: Words after ``edge-sim`` besides those that all simulators take.
        table: Its ``[device.<name>]``, from the first line that its simulator printed.
        films: It is a camera: depends on light and weather, asks for a user and a password.
        apart: It stands beside the road and knows nothing of it.
        unseen: Kinds of the world's truth about it that it shows to nobody.
    """

    name: str
    words: str
    simulator: tuple[str, ...]
    table: Callable[[Mapping[str, Any]], Table]
    films: bool = False
    apart: bool = False
    unseen: tuple[str, ...] = ()

    def argv(self, place: Place) -> list[str]:
        """All words after ``edge-sim``."""
        words = [*self.simulator, "--seed", str(place.seed), "--truth", str(place.truth(self.name))]
        if place.site is not None and not self.apart:
            words += ["--site", place.site, "--start-ms", str(place.start_ms)]
        if self.films:
            words += ["--user", USER, "--password-file", str(place.secret), *place.scenery]
        return words


USER = "viewer"
_SOURCES = ("lines", "zones", "detectors", "tags", "scales")


@dataclass(frozen=True, slots=True)
class Scene:
    """Devices that one unit minds.

    Attributes:
        site: Of the simulated world; None when its devices share no road.
        devices: In the order in which they start.
        lanes: Lane to its ``[lane.<id>]``.
        seed: Of a road on which a minute shows what the site is for.
    """

    name: str
    site: str | None
    devices: tuple[Device, ...]
    lanes: Mapping[str, Table] = field(default_factory=dict)
    seed: int = 7

    def only(self, names: Collection[str]) -> "Scene":
        """The same with some of its devices, and lanes as far as these look at them."""
        lanes = {}
        for name, lane in self.lanes.items():
            kept = {
                key: [source for source in value if source["device"] in names]
                if key in _SOURCES
                else value
                for key, value in lane.items()
                if key != "signal" or {value["device"], value["camera"]} <= set(names)
            }
            if any(kept.get(key) for key in _SOURCES):
                lanes[name] = kept
        devices = tuple(device for device in self.devices if device.name in names)
        return replace(self, devices=devices, lanes=lanes)
