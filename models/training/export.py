"""From torch to the file that the unit runs: ONNX in fp32, then int8 with measured ranges."""

import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

OPSET = 17
"""Old enough for every onnxruntime that a unit may have, new enough for all that we use."""

Feed = Mapping[str, NDArray[np.float32]]


def export(
    model: nn.Module,
    example: torch.Tensor,
    path: Path,
    *,
    inputs: Sequence[str],
    outputs: Sequence[str],
    any_batch: bool = False,
) -> None:
    """Write ``model`` as it is in ``eval``; batch normalisation is folded into the convolutions.

    Args:
        model: On the CPU.
        example: One input, of the shape that the file shall have.
        path: Of the file.
        inputs: Their names in the file.
        outputs: Their names in the file.
        any_batch: Leave the first dimension of inputs and outputs open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {name: {0: "batch"} for name in (*inputs, *outputs)} if any_batch else {}
    with warnings.catch_warnings():
        # The older exporter needs no further package and writes what old runtimes read.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.float().eval(),
            (example,),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(onnx.load(str(path)), full_check=True)


def quantise(
    source: Path, target: Path, samples: Iterable[Feed], *, keep: Sequence[str] = ()
) -> None:
    """Static int8 in QDQ form: weights per channel, activations by the range that samples show.

    Args:
        source: The fp32 file.
        target: The int8 file.
        samples: Inputs as the unit will see them, some sixty.
        keep: Names of nodes that stay fp32, usually the last convolutions.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            _Samples(samples),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=list(keep),
        )


def last_convolutions(path: Path) -> list[str]:
    """Names of the convolutions after which no other follows: what ``keep`` usually wants."""
    graph = onnx.load(str(path)).graph
    maker = {name: node for node in graph.node for name in node.output}
    found: set[str] = set()
    open_names, seen = [value.name for value in graph.output], set[str]()
    while open_names:
        name = open_names.pop()
        if name in seen or name not in maker:
            continue
        seen.add(name)
        node = maker[name]
        if node.op_type == "Conv":
            found.add(node.name)
        else:
            open_names += node.input
    return sorted(found)


def difference(one: Path, other: Path, samples: Iterable[Feed]) -> float:
    """Mean absolute difference of all outputs, as a share of their spread in ``one``."""
    sessions = [
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for path in (one, other)
    ]
    shares = []
    for feed in samples:
        for a, b in zip(*(session.run(None, dict(feed)) for session in sessions), strict=True):
            shares.append(float(np.abs(a - b).mean() / (a.std() + 1e-6)))
    return float(np.mean(shares))


class _Samples(CalibrationDataReader):
    def __init__(self, samples: Iterable[Feed]) -> None:
        self._left: Iterator[Feed] = iter(samples)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        feed = next(self._left, None)
        return None if feed is None else dict(feed)
