"""The shapes that each adapter can read, told so that a person sees what does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.vision.nets.entry import Entry

YOLO_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the outputs for one picture must be.

    Attributes:
        what: The kind of output, for the sentence "is no …".
        shapes: Of the outputs that are read, from the first on; None fits any size.
        whole: Whether there may be no other output.
        flat: Numbers a place where the first output may also be one long row of places; 0 if not.
    """

    what: str
    shapes: tuple[tuple[int | None, ...], ...]
    whole: bool = False
    flat: int = 0

    @property
    def words(self) -> str:
        """The shapes as people write them."""
        return ", ".join("×".join("N" if s is None else str(s) for s in one) for one in self.shapes)

    def holds(self, found: Sequence[Sequence[int]]) -> bool:
        """Whether these outputs fit."""
        if len(found) < len(self.shapes) or (self.whole and len(found) > len(self.shapes)):
            return False
        if self.flat and len(found[0]) == 2:  # noqa: PLR2004 - batch and row
            return found[0][0] == 1 and found[0][1] % self.flat == 0
        return all(
            len(here) == len(there)
            and all(wanted in {None, size} for wanted, size in zip(there, here, strict=True))
            for there, here in zip(self.shapes, found, strict=False)
        )


def cells(size: tuple[int, int]) -> int:
    """Places where a YOLO detector looks: one a cell on each of its three scales."""
    width, height = size
    return sum((width // stride) * (height // stride) for stride in YOLO_STRIDES)


def expected(entry: Entry) -> Rule:
    """What the entry's adapter reads."""
    kinds = len(entry.names)
    match entry.adapter:
        case "yolox":
            shape = (1, cells(entry.input.size), 5 + kinds)
            return Rule(f"YOLOX output of {kinds} classes", (shape,))
        case "yolov8":
            shape = (1, 4 + kinds, cells(entry.input.size))
            return Rule(f"YOLOv8 output of {kinds} classes", (shape,))
        case "fast-plate-ocr":
            letters = len(entry.charset)
            return Rule(f"plate of {letters} characters", ((1, None, letters),), flat=letters)
        case "edge":
            return Rule(f"{entry.task} of this suite", entry.outputs, whole=bool(entry.outputs))
