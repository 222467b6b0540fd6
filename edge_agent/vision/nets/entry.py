"""What a manifest says of one network: one ``[[model]]`` table."""

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.device.readings import VehicleClass
from edge_agent.vision.nets.coco import COCO, COCO_VEHICLES

Task = Literal["detector", "finder", "reader"]
Adapter = Literal["edge", "yolox", "yolov8", "fast-plate-ocr"]
Fit = Literal["stretch", "centre", "corner"]
Size = Annotated[int, Field(ge=1, le=8192)] | Literal["N"]
"""``N`` is what may be of any size."""
Share = Annotated[float, Field(ge=0, le=1)]

_TASKS: dict[Adapter, tuple[Task, ...]] = {
    "edge": ("detector", "finder", "reader"),
    "yolox": ("detector",),
    "yolov8": ("detector",),
    "fast-plate-ocr": ("reader",),
}


class Input(BaseModel):
    """The picture that a network takes.

    Attributes:
        shape: In the order of ``layout``.
        layout: ``N`` batch, ``C`` channels, ``H`` height, ``W`` width.
        colour: Order of the channels.
        range: Of the values; ``standardised`` is mean 0 and deviation 1 over the picture.
        fit: How a picture of another shape is fitted in: drawn out of shape, or whole with grey
            borders around it (``centre``) or right and below (``corner``); as the adapter's authors
            do it where absent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: tuple[Size, Size, Size, Size]
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    colour: Literal["rgb", "bgr", "grey"]
    range: Literal["0-255", "0-1", "standardised"]
    fit: Fit | None = None

    @model_validator(mode="after")
    def _channels(self) -> Self:
        channels = self.shape[self.layout.index("C")]
        if channels != (1 if self.colour == "grey" else 3):
            raise ValueError(f"shape has {channels} channels, which does not fit {self.colour}")
        return self

    @property
    def size(self) -> tuple[int, int]:
        """Width and height; 1 where free."""
        width, height = (self.shape[self.layout.index(axis)] for axis in "WH")
        return (1 if width == "N" else width, 1 if height == "N" else height)

    @property
    def once(self) -> tuple[int, ...]:
        """The shape of one picture: batch 1."""
        return tuple(1 if size == "N" else size for size in self.shape)


class Entry(BaseModel):
    """One network.

    Attributes:
        name: What it is asked for by.
        file: Relative to the manifest.
        sha256: Of the file.
        task: What it is for.
        adapter: How its output is read, see ``models/README.md``.
        input: What it takes.
        outputs: Shapes for one picture, where the adapter does not know them itself.
        classes: Of a detector, in the order of its scores; ``coco`` stands for the 80 of COCO.
        vehicles: Its class names to ours; what is not named here is not counted. Without this
            table every class must bear one of our names.
        charset: Of a reader, in the order of its scores.
        pad: The character of ``charset`` that stands for an empty place.
        thresholds: By name: ``score`` and ``overlap`` of a detector or finder, ``confidence`` of a
            reader.
        licence: SPDX name or words.
        card: Where it is told what it was made of and how good it is, relative to the manifest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    task: Task
    adapter: Adapter
    input: Input
    outputs: tuple[tuple[int, ...], ...] = ()
    classes: tuple[str, ...] | Literal["coco"] = ()
    vehicles: dict[str, VehicleClass] = Field(default_factory=dict)
    charset: str = ""
    pad: str = Field(default="_", min_length=1, max_length=1)
    thresholds: dict[str, Share] = Field(default_factory=dict)
    licence: str = Field(min_length=1)
    card: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.task not in _TASKS[self.adapter]:
            allowed = " or ".join(_TASKS[self.adapter])
            raise ValueError(f"adapter {self.adapter} makes a {allowed}, not a {self.task}")
        for path in (self.file, self.card):
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                raise ValueError(f"{path} must lie in the manifest's folder")
        if self.task == "detector":
            self._check_classes()
        if self.task == "reader":
            self._check_charset()
        return self

    def _check_classes(self) -> None:
        names = self.names
        if not names:
            raise ValueError("a detector needs classes, in the order of its scores")
        if len(set(names)) < len(names):
            raise ValueError("classes has a name twice")
        if unknown := sorted(set(self.vehicles) - set(names)):
            raise ValueError(f"vehicles names {', '.join(unknown)}, which classes does not have")
        ours = [one.value for one in VehicleClass]
        strangers = [name for name in names if name not in ours]
        if strangers and not self.vehicles and self.classes != "coco":
            raise ValueError(
                f"classes {', '.join(strangers[:5])} are none of ours ({', '.join(ours)}): "
                "add a table like vehicles = { motorcycle = 'motorbike' }"
            )

    def _check_charset(self) -> None:
        if not self.charset:
            raise ValueError("a reader needs charset, in the order of its scores")
        if len(set(self.charset)) < len(self.charset):
            raise ValueError("charset has a character twice")
        if self.adapter == "fast-plate-ocr" and self.pad not in self.charset:
            raise ValueError(f"charset does not have the pad character {self.pad!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """The classes as the network means them."""
        return COCO if self.classes == "coco" else self.classes

    @property
    def counted(self) -> tuple[VehicleClass | None, ...]:
        """Per class of the network which of ours it is; None for what is no vehicle."""
        table = self.vehicles or (COCO_VEHICLES if self.classes == "coco" else {})
        if not table:
            return tuple(VehicleClass(name) for name in self.names)
        return tuple(table.get(name) for name in self.names)
