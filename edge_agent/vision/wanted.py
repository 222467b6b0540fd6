"""What a camera is to see with, as its site file asks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DetectorName = Literal["net", "net-small", "motion"]
REFUSED = "model-refused"
"""Condition: a network that is asked for cannot be used."""


@dataclass(frozen=True, slots=True)
class EyesConfig:
    """What a camera is to see with.

    Attributes:
        detector: Which network finds vehicles, or motion.
        plates: Whether plates are read.
        plate_min_px: Narrower ones are not.
        budget_s: Time a frame that plates may take.
        models: Folder of the networks; None takes those that came with this software.
        providers: Hardware to run them on; None takes what is here.
    """

    detector: DetectorName = "net"
    plates: bool = False
    plate_min_px: int = 48
    budget_s: float = 0.03
    models: Path | None = None
    providers: tuple[str, ...] | None = None

    @property
    def bare(self) -> bool:
        """Whether no network is asked for; pictures need no colour then."""
        return self.detector == "motion" and not self.plates
