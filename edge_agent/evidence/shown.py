"""What a package on its way has been given so far, whatever it is a package of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_agent.device.pictures import InPicture, Picture

Files = list[tuple[str, str, bytes]]
"""Name, role and content."""


@dataclass(kw_only=True)
class Shown:
    """Pictures and the signal's words.

    Attributes:
        pictures: By camera.
        absent: What could not be had, and why.
        trace: The signal's words, when there is a signal.
    """

    pictures: dict[str, Sequence[Picture]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Of its pictures."""
        return sum(len(one.data) for some in self.pictures.values() for one in some)

    @property
    def count(self) -> int:
        """Pictures that it has."""
        return sum(len(some) for some in self.pictures.values())


def listed(
    name: str, device: str, picture: Picture, accused: Callable[[InPicture], bool]
) -> Mapping[str, Any]:
    """A picture's row in ``pictures.json``: a frame tells when, and who is in it."""
    told: dict[str, Any] = {"file": name, "device": device}
    if picture.at is None:
        return told
    return told | {
        "t": picture.at.utc_ms,
        "mono_ns": picture.at.mono_ns,
        "size": list(picture.size),
        "vehicles": [
            {
                "track": one.track,
                "class": one.vehicle.value,
                "box": list(one.box),
                "accused": accused(one),
            }
            for one in picture.vehicles
        ],
    }
