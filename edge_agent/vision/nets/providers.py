"""Which hardware runs a network: onnxruntime's providers by name, the CPU always last.

A provider is asked for as onnxruntime calls it, in any case and with or without
``ExecutionProvider`` at the end (``cuda``, ``openvino``, ``CoreMLExecutionProvider``), or as
``name=/path/to/library.so`` for a plugin that a vendor ships apart (NPUs as a rule).
"""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

CPU = "CPUExecutionProvider"
_SUFFIX = "executionprovider"
_QUICK = ("CUDA", "OpenVINO", "CoreML", "QNN", "ROCM", "MIGraphX", "CANN", "VSINPU")
"""Taken unasked, in this order: they start in seconds. TensorRT compiles for minutes, hence only
when named."""


class ProviderError(Exception):
    """A provider cannot be had here; the words say why."""


def wanted(asked: Sequence[str] | None) -> list[str]:
    """What to try, best first; the CPU need not be named, it always comes last.

    Args:
        asked: Names as a person writes them; None takes what is here and starts quickly.
    """
    if asked is None:
        here = ort.get_available_providers()
        return [f"{name}ExecutionProvider" for name in _QUICK if f"{name}ExecutionProvider" in here]
    return [name for name in asked if _plain(name) != "cpu"]


def short(provider: str) -> str:
    """The name that people use: ``cpu``, ``cuda``."""
    return _plain(provider)


def choose(options: ort.SessionOptions, asked: str, threads: int) -> str:
    """Put one provider into the options of a session, the CPU behind it.

    Args:
        options: Of the session.
        asked: As ``wanted`` gives it.
        threads: For a provider that brings threads of its own to the CPU.

    Returns:
        onnxruntime's name of the provider, as a started session tells it.

    Raises:
        ProviderError: It is not here.
    """
    name, _, library = asked.partition("=")
    if library:
        _register(name, library)
    devices = [one for one in ort.get_ep_devices() if _plain(one.ep_name) == _plain(name)]
    if devices and _plain(name) != "cpu":
        found = str(devices[0].ep_name)
        options.add_provider_for_devices([one for one in devices if one.ep_name == found], {})
        return found
    for provider in ort.get_available_providers():
        if _plain(provider) == _plain(name):
            own = {"num_of_threads": str(threads)} if _plain(name) == "openvino" else {}
            options.add_provider(provider, own)
            return str(provider)
    raise ProviderError(f"{name} is not here; {_here()}")


def _here() -> str:
    names = sorted(_plain(name) for name in ort.get_available_providers() if "Azure" not in name)
    return f"this onnxruntime {ort.__version__} has {', '.join(names)}"


def _plain(name: str) -> str:
    return name.partition("=")[0].strip().lower().removesuffix(_SUFFIX)


def _register(name: str, library: str) -> None:
    if not Path(library).is_file():
        raise ProviderError(f"{name}: there is no library {library}")
    known = {_plain(device.ep_name) for device in ort.get_ep_devices()}
    if _plain(name) in known:
        return  # registered by an earlier session of this process
    try:
        ort.register_execution_provider_library(name, library)
    except Exception as error:  # onnxruntime's errors have no common parent but Exception
        raise ProviderError(f"{name}: {library} does not load: {error}") from error
