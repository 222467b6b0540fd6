"""The networks of one camera, loaded once: what finds vehicles, what finds and reads plates.

A network that is refused or fails takes nothing down. The one before goes on; where there is none,
vehicles are found by motion and plates are not read, and the camera's state says why.
"""

from collections.abc import Callable, Iterator
from math import ceil, floor
from pathlib import Path
from typing import Any

from edge_agent.clock import Stamp
from edge_agent.device.pictures import Box
from edge_agent.device.readings import ConditionReading, NoPlate
from edge_agent.errors import ModelError
from edge_agent.vision.detector import NetDetector, SceneCut
from edge_agent.vision.frame import Bgr, Detections, Detector, Frame, Grey
from edge_agent.vision.lookout import Lookout, Tools
from edge_agent.vision.motion import MotionDetector
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.keeper import Keeper
from edge_agent.vision.nets.manifest import Manifest
from edge_agent.vision.nets.plate_ocr import PlateOcr
from edge_agent.vision.nets.session import Net
from edge_agent.vision.nets.yolo import Yolo
from edge_agent.vision.plates.colour import plate_colour
from edge_agent.vision.plates.crop import crop, sharpness
from edge_agent.vision.plates.finder import Finder
from edge_agent.vision.plates.reader import Reader
from edge_agent.vision.seconded import Witness, seconded
from edge_agent.vision.wanted import REFUSED, DetectorName, EyesConfig

_ENTRIES: dict[DetectorName, str] = {"net": "detector", "net-small": "detector-small"}
_DIGEST = 12


class Eyes:
    """One camera's networks.

    Args:
        config: Which ones.
        now_ns: A clock that runs with the work.
        opened: Called after each network: a weak board takes a second for one.

    Attributes:
        detector: Finds vehicles, by motion when the network cannot.
        lookout: Finds and reads plates; None when it may not or cannot.
        no_plate: Why there is no lookout.
    """

    def __init__(
        self, config: EyesConfig, now_ns: Callable[[], int], opened: Callable[[], None]
    ) -> None:
        self._config = config
        self._tell = opened
        self._keepers: dict[str, Keeper[Any]] = {}
        self._absent: dict[str, str] = {}
        self._wrong: dict[str, str] = {}
        self._said: str | None = None
        self._taken = 0
        self.detector: Detector = self._detector()
        self.lookout = self._lookout(now_ns) if config.plates else None
        self.no_plate: NoPlate = "no-model" if config.plates else "off"

    def look(self, at: Stamp) -> list[ConditionReading]:
        """Call between two frames: takes a network that somebody has exchanged.

        Returns:
            The condition ``model-refused``, for all networks together, when it changes.
        """
        for name, keeper in self._keepers.items():
            for said in keeper.look(at):
                self._wrong.pop(name, None)
                if said.active:
                    self._wrong[name] = said.text
        text = "; ".join(self._troubles())
        if text == self._said:
            return []
        self._said = text
        do = "edge-agent models says what is wrong with each" if text else ""
        return [ConditionReading(at, REFUSED, bool(text), "warning", text[:200], do)]

    @property
    def finds_standing(self) -> bool:
        """Whether a network finds vehicles, and works."""
        return isinstance(self.detector, _NetOrMotion) and not self.detector.failed

    def plates_in(self, picture: Grey) -> list[Box]:
        """Plates in a whole picture, pixels; none where plates are nobody's business."""
        keeper = self._keepers.get("finder")
        if keeper is None:
            return []
        boxes = [plate.box for plate in keeper.tool.find(picture)]
        return [(floor(x1), floor(y1), ceil(x2), ceil(y2)) for x1, y1, x2, y2 in boxes]

    def versions(self) -> dict[str, str]:
        """For the inventory: each network's file, digest and hardware."""
        result = {}
        for name, keeper in self._keepers.items():
            entry, net = keeper.entry, keeper.net
            result[name] = f"{entry.file} {entry.sha256[:_DIGEST]} {net.provider}"
        if not isinstance(self.detector, _NetOrMotion):
            result["detector"] = "motion"
        return result

    def changed(self) -> bool:
        """Whether a network was exchanged since this was asked last."""
        taken = sum(keeper.taken for keeper in self._keepers.values())
        before, self._taken = self._taken, taken
        return taken != before

    def _troubles(self) -> Iterator[str]:
        yield from self._absent.values()
        yield from self._wrong.values()
        if isinstance(self.detector, _NetOrMotion) and self.detector.failed:
            yield f"{self.detector.failed}; vehicles are found by motion"
        if self.lookout is not None and self.lookout.failed:
            yield f"{self.lookout.failed}; plates are not read"

    def _opened(
        self, name: str, build: Callable[[Net, Entry], Any], without: str
    ) -> Keeper[Any] | None:
        """Load one network; None when there is no sound one, and then why is remembered."""
        try:
            return Keeper(name, build, folder=self._folder(name), providers=self._config.providers)
        except ModelError as error:
            self._absent[name] = f"{Path(error.file).name} {error.wrong}; {without}"
            return None
        finally:
            self._tell()

    def _folder(self, name: str) -> Path | None:
        """The site's own folder, unless it is sound and leaves this network to ours."""
        folder = self._config.models
        try:
            return folder if folder is None or name in Manifest(folder).entries else None
        except ModelError:
            return folder  # opening it tells

    def _detector(self) -> Detector:
        if self._config.detector == "motion":
            return MotionDetector()
        name = _ENTRIES[self._config.detector]
        keeper = self._opened(name, _vehicles, "vehicles are found by motion")
        if keeper is None:
            return MotionDetector()
        self._keepers[name] = keeper
        return _NetOrMotion(keeper)

    def _lookout(self, now_ns: Callable[[], int]) -> Lookout | None:
        finder = self._opened("finder", _finder, "plates are not read")
        reader = self._opened("reader", _reader, "plates are not read")
        if finder is None or reader is None:
            return None
        self._keepers |= {"finder": finder, "reader": reader}

        def tools() -> Tools:
            return Tools(finder.tool, reader.tool, crop, sharpness, plate_colour)

        return Lookout(tools, self._config.plate_min_px, self._config.budget_s, now_ns)


class _NetOrMotion:
    """The network in use, with motion as its witness; motion alone while it fails."""

    def __init__(self, keeper: Keeper[Detector]) -> None:
        self._keeper = keeper
        self._motion = Witness()
        self._broken: Detector | None = None
        self._using: Detector = keeper.tool
        self.failed = ""

    def detect(self, frame: Frame) -> Detections:
        moved = self._motion.detect(frame)  # also while the network works: it learns from all
        self._using = self._keeper.tool
        if self._using is not self._broken:
            try:
                found = self._using.detect(frame)
            except ModelError as error:
                self._broken, self.failed = self._using, f"{Path(error.file).name} {error.wrong}"
            else:
                self.failed = ""
                return seconded(found, moved)
        self._using = self._motion
        return moved

    def cut(self) -> bool:
        return self._using.cut()


class _Borrowed:
    """A detector of others, which knows single pictures only."""

    def __init__(self, find: Callable[[Bgr], Detections]) -> None:
        self._find = find
        self._scene = SceneCut()

    def detect(self, frame: Frame) -> Detections:
        self._scene.see(frame.small)
        return self._find(frame.small if frame.colour is None else frame.colour)

    def cut(self) -> bool:
        return self._scene.cut


def _vehicles(net: Net, entry: Entry) -> Detector:
    return NetDetector(net, entry) if entry.adapter == "edge" else _Borrowed(Yolo(net, entry).find)


def _finder(net: Net, entry: Entry) -> Finder:
    return Finder(net, entry.thresholds)


def _reader(net: Net, entry: Entry) -> Reader:
    if entry.adapter == "edge":
        return Reader(net, entry.charset)
    return Reader(PlateOcr(net, entry))
