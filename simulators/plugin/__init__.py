"""pytest plugin: simulated devices, broker, centre and unit as fixtures. See README.md here.

Loaded by pytest wherever the suite is installed, hence next to nothing is imported or done until
a test asks for one of the fixtures.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from edge_agent.simulators.demo.judge import Judgement
    from edge_agent.simulators.plugin.process import Device, Program
    from edge_agent.simulators.plugin.stand import Faults, Recorded, Stand

MARK = "edge_site"


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest the mark."""
    words = f"{MARK}(name, seed=7): site of the simulated world for the edge_… fixtures"
    config.addinivalue_line("markers", words)


@pytest.fixture
def edge_world(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[Stand]":
    """The site that the test is marked with, without devices yet; ``truth()`` is what happened."""
    # Only tests that use it pay for loading it.
    from edge_agent.simulators.plugin.stand import Stand  # noqa: PLC0415

    mark = request.node.get_closest_marker(MARK)
    site = mark.args[0] if mark is not None and mark.args else "junction"
    seed = mark.kwargs.get("seed", 7) if mark is not None else 7
    folder = tmp_path / "edge"
    folder.mkdir()
    with Stand(site, seed, folder) as stand:
        yield stand


@pytest.fixture
def edge_device(edge_world: "Stand") -> "Callable[[str], Device]":
    """Start any device of the site by its name."""
    return edge_world.device


def _device(name: str) -> Callable[..., Any]:
    def start(edge_world: "Stand") -> "Device":
        return edge_world.device(name)

    start.__doc__ = f"{name} of the site, running: url, ready, truth()."
    return pytest.fixture(name=f"edge_{name}")(start)


edge_ctl1 = _device("ctl1")
edge_ctl2 = _device("ctl2")
edge_cam1 = _device("cam1")
edge_cam2 = _device("cam2")
edge_etc1 = _device("etc1")
edge_etc2 = _device("etc2")
edge_wim1 = _device("wim1")
edge_cab1 = _device("cab1")

_DEVICES = frozenset(name for name in globals() if name.startswith("edge_"))
"""Whatever stands above and begins so: the devices, the world and the way to start one."""


@pytest.fixture
def edge_broker(edge_world: "Stand") -> "Program":
    """An MQTT 3.1.1 broker of the test's own: url."""
    return edge_world.broker()


@pytest.fixture
def edge_centre(edge_world: "Stand") -> "Recorded":
    """A centre at that broker: events(), wait()."""
    return edge_world.centre()


@pytest.fixture
def edge_unit(request: pytest.FixtureRequest, edge_world: "Stand") -> "Program":
    """The agent, told of all devices that the test asks for."""
    for name in request.fixturenames:
        if name in _DEVICES:
            request.getfixturevalue(name)
    return edge_world.unit()


@pytest.fixture
def edge_faults(edge_world: "Stand") -> "Iterator[Faults]":
    """Makes devices fail: order(), clear(), play()."""
    from edge_agent.simulators.plugin.stand import Faults  # noqa: PLC0415 - as above

    faults = Faults(edge_world)
    try:
        yield faults
    finally:
        faults.close()


@pytest.fixture
def edge_ledger(request: pytest.FixtureRequest, edge_world: "Stand") -> "Callable[..., Judgement]":
    """Ends the unit and says what the centre has of it: lost, duplicates, figures by device."""
    request.getfixturevalue("edge_unit")
    return edge_world.finish
