"""A unit's judge, made once at start."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from edge_agent.device.driver import DeviceSettings
from edge_agent.passage.lanes import LaneSettings
from edge_agent.rules import tables, tags
from edge_agent.rules.facts import facts
from edge_agent.rules.judge import Judge
from edge_agent.rules.settings import RulesSettings


def judge(
    settings: RulesSettings,
    lanes: Mapping[str, LaneSettings],
    devices: Mapping[str, DeviceSettings],
    timezone: str,
) -> Judge:
    """Read the tables and the list of tags.

    Raises:
        edge_agent.errors.ConfigError: Something in them is wrong.
    """
    sold_for = tags.load(settings.tags) if settings.tags is not None else {}
    chains = tables.load(settings.tables)
    return Judge(chains, lanes, facts(devices), sold_for, ZoneInfo(timezone))
