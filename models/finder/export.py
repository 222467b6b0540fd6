"""From averaged weights to the int8 file that the unit runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from edge_agent.models.finder.net import Finder
from edge_agent.models.finder.shards import load
from edge_agent.models.finder.windows import SIDE
from edge_agent.models.training.export import export, last_convolutions, quantise

_SAMPLES = 80
INPUT, OUTPUT = "picture", "map"


def whole(net: Finder, path: Path) -> None:
    """Write the fp32 file; it takes pictures of any height and width that 32 divides."""
    example = torch.zeros(1, 1, SIDE, SIDE)
    net = net.to(memory_format=torch.contiguous_format)
    export(net, example, path, inputs=[INPUT], outputs=[OUTPUT])
    model = onnx.load(str(path))
    _open(model.graph.input[0], 2, 3)
    _open(model.graph.output[0], 2, 3)
    del model.graph.value_info[:]
    onnx.save(model, str(path))


def small(source: Path, target: Path, shards: Path) -> None:
    """Quantise to int8, ranges by windows of training; the last convolution stays fp32."""
    quantise(source, target, _samples(shards), keep=last_convolutions(source))


def _samples(shards: Path) -> Iterator[dict[str, Any]]:
    shard = load(min(shards.glob("[0-9]*[0-9].npz")))
    for picture in shard.pictures[:_SAMPLES]:
        yield {INPUT: picture[None, None].astype(np.float32)}


def _open(port: onnx.ValueInfoProto, *axes: int) -> None:
    for axis in axes:
        size = port.type.tensor_type.shape.dim[axis]
        size.ClearField("dim_value")
        size.dim_param = f"side{axis}"
