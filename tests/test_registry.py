"""Kinds by name, and nothing imported that nobody asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent import registry


def _modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    return set(json.loads(done.stdout))


def test_kinds_are_the_folders() -> None:
    assert "signal_modbus" in registry.kinds()
    assert registry.load("signal_modbus").name == "signal_modbus"


def test_listing_imports_no_driver() -> None:
    loaded = _modules_after("from edge_agent import registry; registry.kinds()")
    assert not {name for name in loaded if name.startswith("edge_agent.drivers.")}


def test_loading_one_kind_imports_no_other_and_nothing_heavy() -> None:
    loaded = _modules_after("from edge_agent import registry; registry.load('signal_modbus')")
    drivers = {name.split(".")[2] for name in loaded if name.startswith("edge_agent.drivers.")}
    assert drivers == {"signal_modbus"}
    assert not loaded & {"cv2", "numpy", "paho", "pymodbus", "edge_agent.simulators", "rich"}


def test_an_unknown_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(registry.RegistryError) as caught:
        registry.load("signal_modbuss")
    assert caught.value.next == "did you mean 'signal_modbus'?"
    assert "signal_modbus" in caught.value.allowed


def test_a_dotted_path_is_a_kind_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "their_drivers"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "weather.py").write_text(
        "from edge_agent.device.driver import DeviceSettings, DriverKind\n"
        "KIND = DriverKind('weather', 'Weather station', DeviceSettings, lambda s, c: None)\n"
    )
    (package / "no_kind.py").touch()
    (package / "needs.py").write_text("import surely_not_installed\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert registry.load("their_drivers.weather").summary == "Weather station"
    with pytest.raises(registry.RegistryError, match="exports no KIND"):
        registry.load("their_drivers.no_kind")
    with pytest.raises(registry.RegistryError, match="surely_not_installed"):
        registry.load("their_drivers.needs")
