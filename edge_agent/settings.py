"""A unit's site file: the one door to it. How it is read and judged lies in ``config``."""

from pathlib import Path

from edge_agent import registry
from edge_agent.config import lastgood
from edge_agent.config.lastgood import Loaded
from edge_agent.config.read import Verdict
from edge_agent.config.read import examine as _examine
from edge_agent.config.unit import LogTable, MetricsTable, UnitSettings, UnitTable
from edge_agent.errors import ConfigError

__all__ = [
    "Loaded",
    "LogTable",
    "MetricsTable",
    "UnitSettings",
    "UnitTable",
    "Verdict",
    "examine",
    "load",
    "load_or_last_good",
]

_NO_SITE = {
    "version": 1,
    "unit": {"province": "none", "site": "none", "id": "none"},
    "uplink": {"broker": "mqtt://127.0.0.1:1883"},
}
"""Stands where only devices matter; nothing is sent."""


def examine(path: Path) -> Verdict:
    """Everything there is to say about the file; raises nothing."""
    return _examine(path, registry)


def load(path: Path, *, devices_will_do: bool = False) -> UnitSettings:
    """The settings in the file.

    Args:
        path: The file.
        devices_will_do: Take a file of devices alone, such as a driver's sample, too.

    Raises:
        ConfigError: With every problem found in it.
    """
    verdict = _examine(path, registry, around=_NO_SITE if devices_will_do else None)
    if verdict.settings is None:
        raise ConfigError(verdict.errors)
    return verdict.settings


def load_or_last_good(path: Path, state_dir: Path) -> Loaded:
    """The settings in the file or, when it is broken, in the last sound copy of it.

    Raises:
        ConfigError: The file is broken and there is no sound copy.
    """
    return lastgood.load_or_last_good(path, state_dir, registry)
