"""What the child process is told: one line of JSON on stdin, so that secrets are in no argv."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from edge_agent.vision.scene import Anchor, Scene


class ChildConfig(BaseModel):
    """Everything one camera's child needs.

    Lines and zones are in shares of the picture (0–1), see ``Scene``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    username: str = ""
    password: SecretStr = SecretStr("")
    transport: Literal["tcp", "udp"] = "tcp"
    open_s: float = 6.0
    read_s: float = 4.0
    analyse_fps: float = 10.0
    lines: dict[str, tuple[float, float, float, float]] = Field(default_factory=dict)
    zones: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    anchor: Anchor = "centre"
    zone_s: float = 10.0
    figures_s: float = 10.0
    probe: bool = False

    def scene(self) -> Scene:
        """What to count."""
        return Scene(self.lines, self.zones, self.anchor)
