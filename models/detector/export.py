"""From weights to the file that runs: ONNX with everything but the choosing of boxes in it."""

import copy
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import load
from torch import Tensor, nn

from edge_agent.models.detector.labels import Lesson
from edge_agent.models.detector.net import RANGE, WIDEST, Net, cells
from edge_agent.models.training import export as onnx
from edge_agent.vision.nets.entry import Input
from edge_agent.vision.nets.fit import fitted

INPUT = "picture"
Feed = dict[str, NDArray[np.float32]]


class Shipped(nn.Module):
    """Picture 1×3×H×W, RGB 0–255 → 1×(5+C)×N: box in pixels, score, logits of the classes.

    What can be left to the few cells that hold something is left to ``NetDetector``; the range of
    the picture is in the first weights. Both are a twentieth of the time.
    """

    def __init__(self, net: Net, size: tuple[int, int]) -> None:
        super().__init__()
        self.net = copy.deepcopy(net).float().eval()
        with torch.no_grad():
            self.net.stem[0][0].weight /= RANGE
        width, height = size
        centres, strides = cells(height, width)
        self.register_buffer("centres", centres.T[None])
        self.register_buffer("strides", strides[None, None])

    def forward(self, pictures: Tensor) -> Tensor:
        flat = torch.cat([one.flatten(2) for one in self.net.features(pictures)], 2)
        reach = flat[:, :4].clamp(max=WIDEST).exp() * self.strides
        low, high = self.centres - reach[:, :2], self.centres + reach[:, 2:]
        return torch.cat((low, high, flat[:, 4:5].sigmoid(), flat[:, 5:]), 1)


def wanted(size: tuple[int, int]) -> Input:
    """What a net exported for this width and height takes, as a manifest says it."""
    width, height = size
    return Input(shape=(1, 3, height, width), colour="rgb", range="0-255", fit="corner")


def write(net: Net, size: tuple[int, int], path: Path, samples: Sequence[Lesson]) -> None:
    """The fp32 file beside, then the int8 file.

    The first convolution stays fp32: with three channels int8 is slower there, not faster. So do
    the last ones, which everything is read from.

    Args:
        net: Trained.
        size: Width and height of the input.
        path: Of the int8 file; the fp32 one is called ``<name>-fp32.onnx``.
        samples: Pictures whose activations set the ranges; some sixty, of all kinds of light.
    """
    width, height = size
    whole = path.with_name(f"{path.stem}-fp32.onnx")
    onnx.export(
        Shipped(net, size),
        torch.zeros(1, 3, height, width),
        whole,
        inputs=[INPUT],
        outputs=["found"],
    )
    onnx.quantise(whole, path, _feeds(samples, size), keep=_kept(whole))


def calibration(lessons: Sequence[Lesson], seed: int, count: int = 60) -> list[Lesson]:
    """Pictures by chance, no scene more often than it must be."""
    chance = Random(seed)
    scenes: dict[str, list[Lesson]] = {}
    for lesson in chance.sample(lessons, len(lessons)):
        scenes.setdefault(lesson.scene, []).append(lesson)
    real = [one for one in scenes.values() if not one[0].rendered]
    drawn = [one for one in scenes.values() if one[0].rendered]
    chosen = _turns(real, round(count * 0.8) if drawn else count)
    return chosen + _turns(drawn, count - len(chosen))


def _turns(scenes: Sequence[list[Lesson]], count: int) -> list[Lesson]:
    """One of each scene, then a second one of each."""
    order = (one for turn in zip_longest(*scenes) for one in turn if one is not None)
    return list(islice(order, count))


def _feeds(
    samples: Sequence[Lesson], size: tuple[int, int]
) -> Iterator[dict[str, NDArray[np.float32]]]:
    for lesson in samples:
        yield {INPUT: fitted(lesson.picture(), wanted(size), "corner", np.float32).tensor}


def _kept(path: Path) -> list[str]:
    """Names of nodes that stay fp32: up to the first convolution, and from the last ones on."""
    nodes = load(str(path)).graph.node
    first = next(i for i, node in enumerate(nodes) if node.op_type == "Conv")
    kept = [node.name for node in nodes[: first + 1]]
    ends = set(onnx.last_convolutions(path))
    after: set[str] = set()
    for node in nodes:  # in the order of their running
        if node.name in ends or after.intersection(node.input):
            kept.append(node.name)
            after.update(node.output)
    return kept
