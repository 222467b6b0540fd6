"""Providers that this machine does not have, as onnxruntime shows them to whoever asks."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import onnxruntime
import pytest

from edge_agent.vision.nets.providers import ProviderError, choose, short


@dataclass
class Device:
    ep_name: str


@dataclass
class Options:
    """Notes what is put into it."""

    given: list[Any] = field(default_factory=list)

    def add_provider(self, name: str, own: dict[str, str]) -> None:
        self.given.append((name, own))

    def add_provider_for_devices(self, devices: list[Device], own: dict[str, str]) -> None:
        self.given.append(([one.ep_name for one in devices], own))


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What onnxruntime says of this machine; a library that is registered brings its device."""
    here: dict[str, list[Any]] = {"built in": [], "devices": [Device("CPUExecutionProvider")]}

    def register(name: str, _library: str) -> None:
        here["devices"] += [Device(f"{name}ExecutionProvider")] * 2

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: here["built in"])
    monkeypatch.setattr(onnxruntime, "get_ep_devices", lambda: here["devices"])
    monkeypatch.setattr(onnxruntime, "register_execution_provider_library", register)
    return here


def asked(name: str) -> tuple[str, list[Any]]:
    options = Options()
    return choose(cast("Any", options), name, 1), options.given


@pytest.mark.parametrize(
    "name", ["cuda", "CUDA", "CUDAExecutionProvider", " cudaexecutionprovider"]
)
def test_one_that_is_built_in(has: dict[str, list[Any]], name: str) -> None:
    has["built in"] = ["TensorrtExecutionProvider", "CUDAExecutionProvider"]
    assert asked(name) == ("CUDAExecutionProvider", [("CUDAExecutionProvider", {})])


def test_openvino_keeps_to_one_thread_too(has: dict[str, list[Any]]) -> None:
    has["built in"] = ["OpenVINOExecutionProvider"]
    _name, given = asked("openvino")
    assert given == [("OpenVINOExecutionProvider", {"num_of_threads": "1"})]


def test_a_plugin_by_its_library(has: dict[str, list[Any]], tmp_path: Path) -> None:
    library = tmp_path / "npu.so"
    library.touch()
    both = ["NpuExecutionProvider"] * 2
    assert asked(f"Npu={library}") == ("NpuExecutionProvider", [(both, {})])
    assert asked(f"npu={library}") == ("NpuExecutionProvider", [(both, {})]), "registered once"
    assert asked("npu") == ("NpuExecutionProvider", [(both, {})])


def test_one_that_is_not_here(has: dict[str, list[Any]]) -> None:
    has["built in"] = ["CPUExecutionProvider", "AzureExecutionProvider"]
    with pytest.raises(ProviderError, match=r"qnn is not here; this onnxruntime \S+ has cpu$"):
        asked("qnn")


def test_names_for_people() -> None:
    assert [short(name) for name in ("CPUExecutionProvider", "npu=/x.so")] == ["cpu", "npu"]
