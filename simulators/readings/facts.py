"""What a sensor may notice of a vehicle, kept from when it enters until it leaves."""

from dataclasses import dataclass

from edge_agent.simulators.world.truth import TruthEvent


@dataclass(frozen=True, slots=True)
class Facts:
    """One vehicle; lengths in metres."""

    number: int
    cls: str
    length: float
    width: float
    plate: str
    colour: str
    state: str
    gross_kg: int

    @property
    def two_wheels(self) -> bool:
        return self.cls in {"motorbike", "bicycle"}


class Register:
    """Everybody who is on the map."""

    def __init__(self) -> None:
        self._known: dict[int, Facts] = {}

    def __getitem__(self, number: int) -> Facts:
        return self._known[number]

    def note(self, event: TruthEvent) -> None:
        """Take an ``enters`` or a ``leaves``; anything else changes nothing."""
        match event["what"]:
            case "enters":
                length, width, _ = event["size"]
                self._known[event["vehicle"]] = Facts(
                    event["vehicle"],
                    event["cls"],
                    length / 100,
                    width / 100,
                    event["plate"],
                    event["colour"],
                    event["state"],
                    event["gross"],
                )
            case "leaves":
                self._known.pop(event["vehicle"], None)
