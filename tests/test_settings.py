from pathlib import Path

import pytest

from edge_agent import settings
from edge_agent.errors import ConfigError

EXAMPLES = Path(__file__).parents[1] / "config" / "examples"


def test_load() -> None:
    unit = settings.load(EXAMPLES / "junction.toml")
    assert unit.unit.topics.root == "its/1/hanoi/nga-tu-so/u1"
    assert unit.metrics.address == ("127.0.0.1", 9464)
    assert unit.device["ctl1"].kind == "signal_modbus"
    assert unit.lane["n1"].lines[0].ab == "south"


def test_load_refuses_with_everything() -> None:
    with pytest.raises(ConfigError) as error:
        settings.load(EXAMPLES / "broken.toml")
    assert len(error.value.problems) > 6


def test_defaults_are_what_the_examples_say() -> None:
    junction = settings.load(EXAMPLES / "junction.toml")
    minimal = settings.load(EXAMPLES / "minimal.toml")
    assert minimal.metrics == junction.metrics
    assert minimal.spool == junction.spool
    assert minimal.log == junction.log
    assert minimal.unit.timezone == junction.unit.timezone


@pytest.mark.parametrize(
    ("listen", "address"), [("[::1]:80", ("::1", 80)), ("127.0.0.2:0", ("127.0.0.2", 0))]
)
def test_metrics_address(listen: str, address: tuple[str, int]) -> None:
    assert settings.MetricsTable(listen=listen).address == address


def test_exposed_metrics() -> None:
    assert settings.MetricsTable(listen="0.0.0.0:9464", expose=True).address[0] == "0.0.0.0"  # noqa: S104 - what is tested


@pytest.mark.parametrize("listen", ["", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "::1:x"])
def test_no_address(listen: str) -> None:
    with pytest.raises(ValueError, match="address"):
        settings.MetricsTable(listen=listen)
