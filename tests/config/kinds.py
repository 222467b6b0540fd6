"""Two made-up kinds, so that these tests judge how files are judged and not today's drivers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.device.driver import DeviceContext, DeviceSettings, Driver, DriverKind
from edge_agent.registry import RegistryError
from edge_agent.secret import SecretRef


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    a: tuple[int, int]
    b: tuple[int, int]


class Live(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    how: Literal["live"]
    url: str


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    how: Literal["file"]
    path: str
    loop: bool = False


class EyeSettings(DeviceSettings):
    url: str = Field(description="Address of the stream.")
    user: str | None = None
    password: SecretRef | None = Field(default=None, description="Reference to its password.")
    fps: int = Field(default=10, ge=1, le=30, description="Analysed pictures a second.")
    width: int = 640
    line: dict[str, Line] = Field(default_factory=dict)
    source: Annotated[Live | File, Field(discriminator="how")] | None = None


class BoxSettings(DeviceSettings):
    url: str
    unit_id: int = Field(default=1, ge=0, le=247)
    detectors: list[str] = Field(default_factory=list, max_length=4)


def _build(settings: Any, context: DeviceContext) -> Driver:
    raise AssertionError("judging a file must not build a driver")


def _outside(settings: EyeSettings) -> list[tuple[str, str]]:
    return [
        (f"line.{name}.b", f"outside the picture, which is {settings.width} wide")
        for name, line in settings.line.items()
        if line.b[0] > settings.width
    ]


def _eye_offers(settings: EyeSettings) -> Mapping[str, frozenset[str]]:
    return {"line": frozenset(settings.line)}


def _box_offers(settings: BoxSettings) -> Mapping[str, frozenset[str]]:
    return {"detector": frozenset(settings.detectors)}


EYE = DriverKind("eye", "sees", EyeSettings, _build, check=_outside, offers=_eye_offers)
BOX = DriverKind(
    "box",
    "switches",
    BoxSettings,
    _build,
    claims=lambda settings: frozenset({f"{settings.url}#{settings.unit_id}"}),
    offers=_box_offers,
)


class FakeKinds:
    def kinds(self) -> list[str]:
        return ["box", "eye", "heavy"]

    def load(self, name: str) -> DriverKind:
        if name == "heavy":
            raise RegistryError("driver 'heavy' needs a module", "one that is installed")
        if name not in ("box", "eye"):
            raise RegistryError(f"no driver {name!r}", "known: box, eye", "did you mean 'eye'?")
        return {"eye": EYE, "box": BOX}[name]


GOOD = """\
version = 1

[unit]
province = "hanoi"
site = "nga-tu-so"
id = "u1"

[uplink]
broker = "mqtt://127.0.0.1"

[device.cam1]
kind = "eye"
url = "rtsp://10.0.0.5/main"

[device.cam1.line.stop]
a = [0, 10]
b = [600, 10]

[device.ctl1]
kind = "box"
url = "tcp://10.0.0.6:502"
detectors = ["d1", "d2"]

[lane.l1]
lines = [{ device = "cam1", line = "stop" }]
detectors = [
    { device = "ctl1", detector = "d1" },
    { device = "ctl1", detector = "d2" },
]
"""
