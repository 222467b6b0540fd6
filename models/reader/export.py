"""From learned weights to the file that the unit runs.

    python -m edge_agent.models.reader.export --run RUN --cache CACHE

writes ``reader.fp32.onnx`` and, with ranges measured on rendered crops and on real ones that were
learned from, ``reader.onnx`` in int8, into the run's folder.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch

from edge_agent.models.reader.learn import Cache
from edge_agent.models.reader.net import ReaderNet, Reading
from edge_agent.models.reader.real import Crop, read_crops
from edge_agent.models.reader.spoil import SIZE
from edge_agent.models.reader.standard import standardised
from edge_agent.models.training import export as plumbing

FP32, INT8 = "reader.fp32.onnx", "reader.onnx"
_MEASURED = 96
_ROUGH_KINDS = {"Conv", "Relu", "Add", "Resize"}
"""What int8 makes faster; everything else costs nothing and stays exact."""


def export(run: Path) -> Path:
    """Write the averaged weights of a run's checkpoint as they are."""
    net = ReaderNet()
    net.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=False)["ema"])
    target = run / FP32
    example = torch.zeros(1, 1, SIZE[1], SIZE[0])
    outputs = ("slots", "places")
    plumbing.export(
        Reading(net), example, target, inputs=("crops",), outputs=outputs, any_batch=True
    )
    return target


def quantise(run: Path, cache: Path, real: Sequence[Crop] = ()) -> Path:
    """int8 of the convolutions but the last; attention, letters and their shares stay exact."""
    source, target = run / FP32, run / INT8
    nodes = onnx.load(str(source)).graph.node
    last = [node.name for node in nodes if node.op_type == "Conv"][-1:]
    exact = [node.name for node in nodes if node.op_type not in _ROUGH_KINDS]
    plumbing.quantise(source, target, _samples(cache, real), keep=[*last, *exact])
    return target


def _samples(cache: Path, real: Sequence[Crop]) -> Iterator[plumbing.Feed]:
    rng = np.random.default_rng(0)
    known = [crop for crop in real if crop.teaches]
    count = _MEASURED // 2 if known else _MEASURED
    crops = [*Cache(cache, rng).draw(count, 1.0)[0]]
    if known:
        picked = rng.choice(len(known), _MEASURED - count)
        crops += [known[index].small() for index in picked]
    for crop in crops:
        yield {"crops": standardised(crop[None])}


def main() -> None:
    """The step as a command."""
    parser = argparse.ArgumentParser(description="write a trained reader as ONNX, fp32 and int8")
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run")
    parser.add_argument("--cache", type=Path, required=True, help="rendered crops, to measure on")
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="real crops, likewise")
    asked = parser.parse_args()
    export(asked.run)
    quantise(asked.run, asked.cache, read_crops(asked.data) if asked.data else ())


if __name__ == "__main__":
    main()
