import contextlib
from pathlib import Path
from typing import Any, Never, cast

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import ModelError
from edge_agent.vision.nets import providers, session
from edge_agent.vision.nets.session import Net, blank, load
from tests.onnxfile import Graph, constant


def twice() -> bytes:
    """Doubles its input of any batch size."""
    graph = Graph()
    picture = graph.input("x", ["N", 3])
    graph.output(graph.add("Add", picture, picture, name="y"), ["N", 3])
    return bytes(graph)


def test_runs_and_tells_its_ports(tmp_path: Path) -> None:
    path = tmp_path / "twice.onnx"
    path.write_bytes(twice())
    net = load(path)
    (port,) = net.inputs
    assert (port.name, port.shape, port.dtype) == ("x", (None, 3), np.float32)
    assert net.outputs[0].name == "y"
    assert net.provider == "cpu"
    assert net.fallbacks == []
    (result,) = net.run(np.array([[1, 2, 3]], np.float32))
    assert result.tolist() == [[2, 4, 6]]


def test_blank_fills_free_sizes_with_one() -> None:
    net = Net(twice(), "twice")
    assert blank(net)[0].shape == (1, 3)
    assert blank(net, [[4, 3]])[0].shape == (4, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"just words\n", "is text"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"PK\x03\x04" + bytes(50), "PyTorch"),
        (b"\x18\x00\x00\x00TFL3" + bytes(50), "TensorFlow Lite"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (bytes(1000), "is no network that onnxruntime reads"),
        (twice()[: len(twice()) // 2], "is no network that onnxruntime reads"),
    ],
)
def test_what_is_no_network_is_refused_with_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError) as refused:
        load(path)
    assert words in refused.value.wrong
    assert refused.value.file == str(path)
    assert refused.value.allowed
    assert refused.value.next


def test_absent_and_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        load(tmp_path / "none.onnx")
    path = tmp_path / "net.onnx"
    path.write_bytes(bytes(2 * 2**20))
    monkeypatch.setattr(session, "LARGEST", 2**20)
    with pytest.raises(ModelError, match="has 2 MiB; allowed: at most 1 MiB"):
        load(path)


@given(st.integers(0, len(twice()) - 1), st.integers(0, 255))
def test_one_wrong_byte_never_ends_in_another_error(place: int, value: int) -> None:
    content = bytearray(twice())
    content[place] = value
    with contextlib.suppress(ModelError):
        net = Net(bytes(content), "damaged")
        net.run(*blank(net))


@given(st.binary(max_size=400))
def test_any_bytes_never_end_in_another_error(content: bytes) -> None:
    with pytest.raises(ModelError):
        Net(content, "noise")


def test_wrong_input_is_a_model_error() -> None:
    net = Net(twice(), "twice.onnx")
    with pytest.raises(ModelError, match=r"twice\.onnx: does not run"):
        net.run(np.zeros((1, 4), np.float32))
    with pytest.raises(ModelError, match="does not run"):
        net.run()


def test_an_absent_provider_is_said_and_the_cpu_takes_over() -> None:
    net = Net(twice(), "twice", providers=["cuda", "npu=/none/npu.so", "CPUExecutionProvider"])
    assert net.provider == "cpu"
    assert len(net.fallbacks) == 2
    assert "cuda is not here" in net.fallbacks[0]
    assert "cpu" in net.fallbacks[0], "what is here is said"
    assert "there is no library /none/npu.so" in net.fallbacks[1]
    assert net.run(*blank(net))


def test_a_library_that_is_no_provider(tmp_path: Path) -> None:
    library = tmp_path / "provider.so"
    library.write_bytes(b"not a library")
    net = Net(twice(), "twice", providers=[f"npu={library}"])
    assert net.provider == "cpu"
    assert "does not load" in net.fallbacks[0]


def test_a_provider_that_onnxruntime_leaves_out_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        providers, "choose", lambda _options, _asked, _threads: "CUDAExecutionProvider"
    )
    net = Net(twice(), "twice", providers=["cuda"])
    assert net.provider == "cpu"
    assert net.fallbacks == ["cuda did not start; see its libraries"]


def test_hardware_that_fails_while_running_is_left_for_the_cpu() -> None:
    net = Net(twice(), "twice")

    class Gone:
        def run(self, *_: Any) -> Never:
            raise RuntimeError("device lost")

    net._session, net.provider = cast("Any", Gone()), "cuda"
    (result,) = net.run(np.ones((1, 3), np.float32))
    assert result.tolist() == [[2, 2, 2]]
    assert net.provider == "cpu"
    assert net.fallbacks == ["cuda failed while running: device lost"]


def test_unasked_only_quick_starters_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "AzureExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: names)
    assert providers.wanted(None) == ["CUDAExecutionProvider"]
    assert providers.wanted(["TensorRT", "CPU"]) == ["TensorRT"]
    assert providers.wanted([]) == []


def test_constant_says_what_it_was_told() -> None:
    net = Net(constant(np.array([[1.5, -2]], np.float32), ["N", 1], "uint8"), "constant")
    assert net.inputs[0].dtype == np.uint8
    assert net.run(*blank(net))[0].tolist() == [[1.5, -2]]


def test_arithmetic_of_the_process_stays_as_it_was() -> None:
    # onnxruntime's set_denormal_as_zero would change the processor's state for all that follows.
    net = Net(twice(), "twice")
    net.run(*blank(net))
    assert float(np.float64(5e-324)) / 1 > 0
    assert np.finfo(np.float64).smallest_subnormal > 0
