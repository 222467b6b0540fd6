"""From averaged weights to the int8 file that the unit runs.

python -m edge_agent.models.finder.export --checkpoint FILE --shards SHARDS --out FOLDER
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from edge_agent.models.finder.net import Finder, initial
from edge_agent.models.finder.shards import load
from edge_agent.models.finder.windows import SIDE
from edge_agent.models.training.export import export, last_convolutions, quantise

_SAMPLES = 80
INPUT, OUTPUT = "picture", "map"
FP32, INT8 = "finder.fp32.onnx", "finder.onnx"
"""Names of the files in a run's folder."""


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


def averaged(checkpoint: Path) -> Finder:
    """The network of a checkpoint, its weights averaged over the last steps."""
    net = initial(0)
    net.load_state_dict(torch.load(checkpoint, weights_only=False)["ema"])
    return net.eval()


def main() -> None:
    """This step as a command."""
    parser = argparse.ArgumentParser(description="export and quantise the plate finder")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True, help="windows that show the ranges")
    parser.add_argument("--out", type=Path, required=True, help="folder of the two files")
    asked = parser.parse_args()
    whole(averaged(asked.checkpoint), asked.out / FP32)
    small(asked.out / FP32, asked.out / INT8, asked.shards)
    print(asked.out / INT8)


if __name__ == "__main__":
    main()
