"""Opens what is to be scored: one of the manifest's networks, or a file that nobody has entered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cv2.typing import MatLike

from edge_agent.errors import EdgeError
from edge_agent.evaluation.card import Card, CardError
from edge_agent.evaluation.finding import Found, PlateEyes
from edge_agent.vision.detector import NetDetector
from edge_agent.vision.frame import Detector
from edge_agent.vision.nets.entry import Adapter, Entry, Task
from edge_agent.vision.nets.manifest import digest, models
from edge_agent.vision.nets.session import Net, read
from edge_agent.vision.nets.yolo import Yolo
from edge_agent.vision.plates.finder import Finder
from edge_agent.vision.plates.reader import Reader
from edge_agent.vision.plates.still import StillReader, reader_of

LOWEST = 0.01
"""Score from which a detector's finds count for the curve; the unit's own threshold is higher."""
_COCO = 80
_YOLO_FIRST: dict[str, int] = {"yolox": 5, "yolov8": 4}
"""Numbers before the classes in a row of the output."""
_INPUTS: dict[str, dict[str, str]] = {
    "yolox": {"colour": "bgr", "range": "0-255"},
    "yolov8": {"colour": "rgb", "range": "0-1"},
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for.

    Attributes:
        model: A name of the manifest, a file, or None for the shipped network of the task.
        adapter: How a file's output is read; None: like the shipped network's.
        classes: Of a file's output, in order; empty: those of COCO or of the shipped network.
        folder: Of the manifest; None: the shipped one.
    """

    model: str | None = None
    adapter: Adapter | None = None
    classes: tuple[str, ...] = ()
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A network ready to be scored.

    Attributes:
        name: For the report.
        card: None where it has none.
    """

    net: Net
    entry: Entry
    name: str
    card: Card | None

    @property
    def facts(self) -> dict[str, str]:
        """What was scored, for the report."""
        return {"model": self.name, "sha256": self.entry.sha256}


def open_net(task: Task, choice: Choice) -> Opened:
    """Open the network that a person asked for.

    Raises:
        EdgeError: It is not there, or not what the adapter reads.
    """
    name = choice.model or task
    if not name.endswith(".onnx"):
        manifest = models(choice.folder)
        net, entry = manifest.open(name)
        if entry.task != task:
            raise EdgeError(f"{name} is a {entry.task}; a {task} is needed here")
        return Opened(net, entry, name, _card(manifest.folder / entry.card))
    path = Path(name)
    content = read(path)
    net = Net(content, str(path))
    entry = _entry(task, choice, net).model_copy(
        update={"file": path.name, "sha256": digest(content)}
    )
    return Opened(net, entry, path.name, _card(path.with_name("card.md")))


def reader(opened: Opened) -> Reader:
    """A reader of crops."""
    return reader_of(opened.net, opened.entry)


def detector(opened: Opened) -> NetDetector | Yolo:
    """A detector that tells of doubtful finds too: the curve needs them."""
    thresholds = {**opened.entry.thresholds, "score": LOWEST}
    entry = opened.entry.model_copy(update={"thresholds": thresholds})
    return (NetDetector if entry.adapter == "edge" else Yolo)(opened.net, entry)


def live_detector(opened: Opened) -> Detector:
    """A detector as the unit runs it, with its own thresholds."""
    if opened.entry.adapter == "edge":
        return NetDetector(opened.net, opened.entry)
    raise EdgeError(f"{opened.name}: only networks of this suite count in clips so far")


class _PlateEyes:
    def __init__(self, still: StillReader) -> None:
        self._still = still

    def look(self, picture: MatLike) -> list[Found]:
        return [
            Found(one.plate.box, one.plate.score, one.reading.text)
            for one in self._still.read(picture)
        ]


def plate_eyes(finder: Opened, reading: Opened) -> PlateEyes:
    """Finder and reader in a row."""
    return _PlateEyes(StillReader(Finder(finder.net, finder.entry.thresholds), reader(reading)))


def _entry(task: Task, choice: Choice, net: Net) -> Entry:
    """What a manifest would say of a file."""
    if choice.adapter in _INPUTS:
        return _yolo_entry(choice, net)
    like = next(
        (
            entry
            for entry in models(choice.folder).entries.values()
            if entry.task == task and entry.adapter == (choice.adapter or "edge")
        ),
        None,
    )
    if like is None:
        raise EdgeError(
            f"a {task} from a file is read like the manifest's, and none there has this adapter:"
            " enter the file (models/README.md says how) and name it"
        )
    shape = tuple(size or "N" for size in net.inputs[0].shape)
    changes: dict[str, Any] = {"input": like.input.model_copy(update={"shape": shape})}
    if choice.classes:
        changes["classes"] = choice.classes
    return like.model_copy(update=changes)


def _yolo_entry(choice: Choice, net: Net) -> Entry:
    adapter = str(choice.adapter)
    shape = net.outputs[0].shape
    numbers = shape[-1 if adapter == "yolox" else 1] if len(shape) == 3 else None  # noqa: PLR2004
    kinds = (numbers or 0) - _YOLO_FIRST[adapter]
    if kinds < 1:
        raise EdgeError(f"output {shape} is none of {adapter}")
    if not choice.classes and kinds != _COCO:
        raise EdgeError(f"it tells {kinds} classes: name them in order with --classes")
    if choice.classes and len(choice.classes) != kinds:
        raise EdgeError(f"it tells {kinds} classes, --classes names {len(choice.classes)}")
    return Entry.model_validate(
        {
            "name": "file",
            "file": "file.onnx",
            "sha256": "0" * 64,
            "task": "detector",
            "adapter": adapter,
            "input": {"shape": [size or 1 for size in net.inputs[0].shape], **_INPUTS[adapter]},
            "classes": choice.classes or "coco",
            "licence": "unknown",
        }
    )


def _card(text: Path) -> Card | None:
    try:
        return Card.load(text.with_suffix(".json"))
    except CardError:
        return None
