"""What the child process is told: one line of JSON on stdin, so that secrets are in no argv."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from edge_agent.vision.ground import Mark
from edge_agent.vision.scene import Anchor, Scene
from edge_agent.vision.strays.settings import StraySettings
from edge_agent.vision.wanted import DetectorName, EyesConfig


class ChildConfig(BaseModel):
    """Everything one camera's child needs.

    Lines, zones and the picture's side of ``ground`` are in shares of the picture (0–1), see
    ``Scene`` and ``ground.Mark``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    username: str = ""
    password: SecretStr = SecretStr("")
    transport: Literal["tcp", "udp"] = "tcp"
    open_s: float = 6.0
    read_s: float = 4.0
    analyse_fps: float = 10.0
    delay_ms: int = 0
    lines: dict[str, tuple[float, float, float, float]] = Field(default_factory=dict)
    zones: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    anchor: Anchor = "centre"
    zone_s: float = 10.0
    stretches: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    against: dict[str, Literal["ab", "ba"]] = Field(default_factory=dict)
    stopped_s: float = 20.0
    object_s: float = 40.0
    ground: tuple[Mark, ...] = ()
    detector: DetectorName = "net"
    models: Path | None = None
    providers: tuple[str, ...] | None = None
    plates: bool = False
    plate_publish: Literal["text", "none"] = "text"
    plate_min_px: int = 48
    pictures_s: float = 0.0
    name: str = ""
    window: Path | None = None
    figures_s: float = 10.0
    probe: bool = False

    def scene(self) -> Scene:
        """What to count."""
        return Scene(self.lines, self.zones, self.anchor)

    def strays(self) -> StraySettings | None:
        """What should not be there; None where nobody asks."""
        if not self.stretches and not self.against:
            return None
        return StraySettings(self.stretches, self.against, self.stopped_s, self.object_s)

    def eyes(self) -> EyesConfig:
        """What to see with. Plates take at most three tenths of the time between two frames."""
        return EyesConfig(
            self.detector,
            self.plates,
            self.plate_min_px,
            0.3 / self.analyse_fps,
            self.models,
            self.providers,
        )
