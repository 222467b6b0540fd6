"""What is truly in a picture, vehicle by vehicle."""

from dataclasses import dataclass
from typing import Any

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """A plate that faces the camera.

    Attributes:
        text: Compact.
        lines: As printed.
        quad: Corners, pixels: top left, top right, bottom right, bottom left.
        px: Mean of its upper and lower edge, pixels.
        visible: Share of it that nothing hides and the picture's edge does not cut.
    """

    text: str
    lines: tuple[str, ...]
    colour: str
    state: str
    quad: tuple[Corner, Corner, Corner, Corner]
    px: float
    visible: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A vehicle in the picture.

    Attributes:
        box: x1, y1, x2, y2 within the picture, pixels.
        shown: The part of it where nothing before it hides it, pixels.
        whole: The box beyond the picture's edge too.
        visible: Share of its outline within the picture that nothing hides.
        away: Metres on the ground.
    """

    number: int
    cls: str
    box: tuple[float, float, float, float]
    shown: tuple[float, float, float, float]
    whole: tuple[float, float, float, float]
    visible: float
    away: float
    plate: PlateSeen | None

    def line(self) -> dict[str, Any]:
        """For a line of JSON."""
        plate = self.plate
        return {
            "vehicle": self.number,
            "cls": self.cls,
            "box": [round(value, 1) for value in self.box],
            "shown": [round(value, 1) for value in self.shown],
            "whole": [round(value, 1) for value in self.whole],
            "visible": round(self.visible, 2),
            "away": round(self.away, 1),
            "plate": None
            if plate is None
            else {
                "text": plate.text,
                "lines": list(plate.lines),
                "colour": plate.colour,
                "state": plate.state,
                "quad": [[round(value, 1) for value in corner] for corner in plate.quad],
                "px": round(plate.px, 1),
                "visible": round(plate.visible, 2),
            },
        }
