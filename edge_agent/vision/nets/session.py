"""One network in one onnxruntime session: one thread, little memory, the CPU as the last resort."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from edge_agent.errors import ModelError
from edge_agent.vision.nets import providers as hardware
from edge_agent.vision.nets.providers import ProviderError

Array = NDArray[Any]

LARGEST = 256 * 2**20
"""Bytes. Whatever is larger is no network for a cabinet at the road."""
_FATAL_ONLY = 4
_SAME_AS_REQUESTED = 1
_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output.

    Attributes:
        name: As in the file.
        shape: None where the network takes any size.
        dtype: Of the elements; None for what is no array of numbers.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: type[np.generic] | None


class Net:
    """A loaded network. Safe to run from several threads.

    Attributes:
        inputs: In the order that ``run`` wants them.
        outputs: In the order that ``run`` gives them.
        provider: What runs it: ``cpu``, ``cuda``…
        fallbacks: Why a provider that was asked for does not run it, in words, one a failure.
    """

    def __init__(
        self, model: bytes, file: str, *, providers: Sequence[str] | None = None, threads: int = 1
    ) -> None:
        self._model = model
        self._file = file
        self._threads = threads
        self.fallbacks: list[str] = []
        self._session, self.provider = self._start(providers)
        try:
            self.inputs = tuple(_port(one) for one in self._session.get_inputs())
            self.outputs = tuple(_port(one) for one in self._session.get_outputs())
        except UnicodeDecodeError as error:  # onnxruntime hands names on as they are
            raise self._bad("has damaged names of inputs or outputs") from error

    def run(self, *inputs: Array) -> list[Array]:
        """One pass.

        Args:
            inputs: Shapes and element types as ``inputs`` has them.

        Raises:
            ModelError: The network does not take these inputs, or fails on them.
        """
        while True:
            provider = self.provider
            try:
                feed = {port.name: value for port, value in zip(self.inputs, inputs, strict=True)}
                return list(self._session.run(None, feed))
            except Exception as error:  # onnxruntime's errors have no common parent but Exception
                if provider == "cpu":
                    raise self._bad(f"does not run: {_brief(error)}") from error
                # Hardware goes away in mid-run; the road does not wait until somebody comes.
                self.fallbacks.append(f"{provider} failed while running: {_brief(error)}")
                self._session, self.provider = self._start(())

    def _start(self, asked: Sequence[str] | None) -> tuple[ort.InferenceSession, str]:
        for provider in hardware.wanted(asked):
            options = _options(self._threads)
            try:
                name = hardware.choose(options, provider, self._threads)
                session = self._session_with(options)
            except ProviderError as error:
                self.fallbacks.append(str(error))
                continue
            except Exception as error:  # noqa: BLE001 - the next provider may take it
                self.fallbacks.append(f"{hardware.short(provider)}: {_brief(error)}")
                continue
            # A provider whose libraries are missing is left out by onnxruntime without an error.
            if name in session.get_providers():
                return session, hardware.short(name)
            self.fallbacks.append(f"{hardware.short(provider)} did not start; see its libraries")
        options = _options(self._threads)
        try:
            return self._session_with(options, [hardware.CPU]), "cpu"
        except Exception as error:
            raise self._bad(f"is no network that onnxruntime reads: {_brief(error)}") from error

    def _session_with(
        self, options: ort.SessionOptions, providers: list[str] | None = None
    ) -> ort.InferenceSession:
        return ort.InferenceSession(self._model, options, providers=providers, enable_fallback=0)

    def _bad(self, wrong: str) -> ModelError:
        return ModelError(
            self._file,
            wrong,
            f"ONNX in one file, opset 18 or older for onnxruntime {ort.__version__}",
            "export it again and copy it whole",
        )


def load(path: Path, *, providers: Sequence[str] | None = None, threads: int = 1) -> Net:
    """Load one file.

    Args:
        path: An ONNX file that holds all its weights.
        providers: Hardware to try, best first, see ``providers``; None takes what is here.
        threads: Per run. One is what pays when cameras run side by side.

    Raises:
        ModelError: It cannot be read, or is no network.
    """
    return Net(read(path), str(path), providers=providers, threads=threads)


def read(path: Path) -> bytes:
    """The whole file, looked at before anything tries to understand it.

    Raises:
        ModelError: Absent, empty, not to be read, larger than ``LARGEST``, or plainly no ONNX.
    """
    allowed = "an ONNX file"
    try:
        size = path.stat().st_size
        if size > LARGEST:
            limit = f"at most {LARGEST // 2**20} MiB"
            raise ModelError(str(path), f"has {size // 2**20} MiB", limit, "take a smaller network")
        content = path.read_bytes()
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
        raise ModelError(str(path), wrong, allowed, "check path and rights") from error
    if not content:
        raise ModelError(str(path), "is empty (0 bytes)", allowed, "copy it again")
    if kind := _recognised(content):
        raise ModelError(str(path), f"is {kind}, not ONNX", allowed, "export the network to ONNX")
    return content


def blank(net: Net, shapes: Sequence[Sequence[int]] = ()) -> list[Array]:
    """Zeros that ``net`` can be tried with.

    Args:
        net: The network.
        shapes: Of its inputs; where absent, those of the file with 1 for what is free.
    """
    result = []
    for index, port in enumerate(net.inputs):
        shape = shapes[index] if index < len(shapes) else [size or 1 for size in port.shape]
        result.append(np.zeros(tuple(shape), port.dtype or np.float32))
    return result


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    for key, value in {
        "session.intra_op.allow_spinning": "0",
        "session.inter_op.allow_spinning": "0",
        "session.use_env_allocators": "1",
    }.items():
        options.add_session_config_entry(key, value)
    _shared_arena()
    return options


@cache
def _shared_arena() -> None:
    """One arena for all sessions of the process, which grows by what is asked, not twofold."""
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    ort.create_and_register_allocator(
        memory, ort.OrtArenaCfg({"arena_extend_strategy": _SAME_AS_REQUESTED})
    )


def _port(node: Any) -> Port:
    shape = tuple(size if isinstance(size, int) else None for size in node.shape)
    return Port(node.name, shape, _TYPES.get(node.type))


_STARTS = {
    b"PK\x03\x04": "a zip archive or a PyTorch checkpoint",
    b"\x80\x02": "a Python pickle (an old PyTorch checkpoint)",
    b"\x89HDF": "HDF5 (Keras)",
    b"\x1f\x8b": "a gzip archive",
    b"<": "HTML or XML, perhaps an error page that was saved instead of the file",
    b"version https://git-lfs": "a Git LFS pointer, the file itself was not fetched",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def _recognised(content: bytes) -> str:
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content[4:8] == b"TFL3":
        return "TensorFlow Lite"
    head = content[:512]
    if all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head):  # noqa: PLR2004 - ASCII
        return "text"
    return ""


def _brief(error: Exception) -> str:
    text = str(error).strip().splitlines()
    words = text[0] if text else type(error).__name__
    return words if len(words) <= 200 else words[:199] + "…"  # noqa: PLR2004 - a line of a log
