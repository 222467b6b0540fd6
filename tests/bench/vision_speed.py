"""Eyes: CPU time of the shipped networks beside that of replicas of peers, in one run.

Both sides do all that a caller gets: the picture fitted in, the network, the answer read out of it.
They take turns, so that what else the machine does meets both.
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.errors import ModelError
from edge_agent.simulators.render.plates import face_picture
from edge_agent.simulators.render.renderer import Renderer
from edge_agent.simulators.world.plates import plate
from edge_agent.simulators.world.sites import build
from edge_agent.vision.detector import NetDetector
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import digest, models
from edge_agent.vision.nets.plate_ocr import PlateOcr
from edge_agent.vision.nets.session import Net, blank
from edge_agent.vision.nets.yolo import OVERLAP, Yolo
from edge_agent.vision.plates.finder import Finder
from edge_agent.vision.plates.reader import Reader
from tests.bench.measure import Figure, Measure
from tests.bench.render import VEHICLES, crowd
from tests.bench.replicas import cct_xs, yolox_nano

SUITE = "vision"

_ANALYSED = (640, 360)
_TURNS = 15
_CALLS = 6
_CELLS = 120
"""Cells above a detector's threshold on a busy street; what follows costs by their number."""
_YOLOX = """
[[model]]
name = "peer"
file = "peer.onnx"
sha256 = "{sha256}"
task = "detector"
adapter = "yolox"
input = {{ shape = [1, 3, 416, 416], colour = "bgr", range = "0-255" }}
classes = "coco"
thresholds = {{ score = {score}, overlap = {overlap} }}
licence = "random"
"""
_CCT = """
[[model]]
name = "peer"
file = "peer.onnx"
sha256 = "{sha256}"
task = "reader"
adapter = "fast-plate-ocr"
input = {{ shape = ["N", 64, 128, 3], layout = "NHWC", colour = "rgb", range = "0-255" }}
charset = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
licence = "random"
"""


def milliseconds(*sides: Callable[[], object], quick: bool) -> list[float]:
    """CPU time of a call of each, median over turns that alternate."""
    cv2.setNumThreads(1)
    for side in sides:
        side()
    spent: list[list[float]] = [[] for _ in sides]
    for _ in range(5 if quick else _TURNS):
        for side, own in zip(sides, spent, strict=True):
            before = time.process_time()
            for _ in range(_CALLS):
                side()
            own.append(1000 * (time.process_time() - before) / _CALLS)
    return [median(own) for own in spent]


def _peer(content: bytes, manifest: str, **words: float) -> tuple[Net, Entry]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "peer.onnx").write_bytes(content)
        (folder / "manifest.toml").write_text(manifest.format(sha256=digest(content), **words))
        return models(folder).open("peer", providers=())


def street() -> MatLike:
    """A street by day as the detector gets it, BGR."""
    site = build("junction")
    shot = Renderer(site, site.cameras[0], 7, "day").render(crowd(VEHICLES), {}, 0)
    return cv2.resize(shot.picture, _ANALYSED, interpolation=cv2.INTER_AREA)


def _absent(name: str, target: str, error: ModelError) -> Figure:
    return Figure(name, 0.0, "×", target, False, f"no network: {error.wrong}")


def detector(quick: bool) -> list[Figure]:
    """The shipped detectors against YOLOX-Nano at 416×416, on a frame of 640×360."""
    content, parameters = yolox_nano()
    picture = street()
    peer = _nano(content, picture)
    words = f"replica of {parameters / 1e6:.2f} M parameters"
    return [_detector(name, picture, peer, words, quick) for name in ("detector", "detector-small")]


def _nano(content: bytes, picture: MatLike) -> Yolo:
    """The replica, so strict that what its random weights find are as many cells as are usual."""
    loose = Yolo(*_peer(content, _YOLOX, score=0.0, overlap=1.0))
    score = float(loose.find(picture).scores[_CELLS])
    return Yolo(*_peer(content, _YOLOX, score=score, overlap=OVERLAP))


def _detector(name: str, picture: MatLike, peer: Yolo, words: str, quick: bool) -> Figure:
    row, target = f"{name}: CPU a frame / YOLOX-Nano", "≤ 0.6"
    try:
        net, entry = models().open(name, providers=())
    except ModelError as error:
        return _absent(row, target, error)
    own = NetDetector(net, entry)
    mine, theirs, bare = milliseconds(
        lambda: own.find(picture),
        lambda: peer.find(picture),
        lambda: net.run(*blank(net, [entry.input.once])),
        quick=quick,
    )
    found = len(own.find(picture).boxes)
    note = (
        f"{mine:.1f} against {theirs:.1f} ms, {found} found; network alone {bare:.1f} ms; {words}"
    )
    return Figure(row, mine / theirs, "×", target, mine / theirs <= 0.6, note)


def reader(quick: bool) -> list[Figure]:
    """The shipped reader against the CCT-XS of fast-plate-ocr, on plates 84 pixels wide."""
    row, target = "reader: CPU a reading / CCT-XS", "≤ 1/3"
    crops = plates(6)
    content, parameters = cct_xs()
    peer = PlateOcr(*_peer(content, _CCT))
    try:
        net, entry = models().open("reader", providers=())
    except ModelError as error:
        return [_absent(row, target, error)]
    own = Reader(net, entry.charset)

    def theirs() -> list[str]:
        places = [peer.slots(crop).argmax(axis=1) for crop in crops]
        return ["".join(peer.charset[at - 1] for at in one if at) for one in places]

    mine, other, bare = (
        spent / len(crops)
        for spent in milliseconds(
            lambda: own.read(crops),
            theirs,
            lambda: [net.run(*blank(net, [entry.input.once])) for _ in crops],
            quick=quick,
        )
    )
    note = (
        f"{mine:.2f} against {other:.2f} ms; network alone {bare:.2f} ms; "
        f"replica of {parameters / 1e6:.2f} M parameters"
    )
    return [Figure(row, mine / other, "×", target, mine / other <= 1 / 3, note)]


def plates(count: int) -> list[MatLike]:
    """Two-line plates as a finder crops them: a margin of road, blur and noise."""
    chance, noise = random.Random(5), np.random.default_rng(5)
    crops: list[MatLike] = []
    while len(crops) < count:
        given = plate(chance, len(crops) + 1, two_wheels=True, business=0.0)
        if given.rear is None:
            continue
        face = face_picture(given, given.rear, 5, 62)
        framed = cv2.copyMakeBorder(face, 4, 4, 5, 5, cv2.BORDER_CONSTANT, value=(70, 70, 70))
        seen = cv2.GaussianBlur(framed, (3, 3), 0.8) + noise.normal(0, 5, framed.shape)
        crops.append(np.clip(seen, 0, 255).astype(np.uint8))
    return crops


def finder(quick: bool) -> list[Figure]:
    """The plate finder on one vehicle; reported, no peer of its size is known."""
    try:
        net, entry = models().open("finder", providers=())
    except ModelError as error:
        return [Figure("finder: CPU a vehicle", 0.0, "ms", "reported", False, error.wrong)]
    own = Finder(net, entry.thresholds)
    grey = np.asarray(cv2.cvtColor(street(), cv2.COLOR_BGR2GRAY), np.uint8)
    (spent,) = milliseconds(lambda: own.find_on(grey, (200.0, 100.0, 360.0, 260.0)), quick=quick)
    return [Figure("finder: CPU a vehicle", spent, "ms", "reported", True)]


MEASURES = [
    Measure("detector-speed", detector),
    Measure("reader-speed", reader),
    Measure("finder-speed", finder),
]
