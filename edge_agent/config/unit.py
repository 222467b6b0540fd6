"""The tables of a unit's site file."""

import ipaddress
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationInfo, field_validator

from edge_agent.alarming.rules import AlarmRule
from edge_agent.contract.envelope import ID
from edge_agent.contract.topics import UnitTopics
from edge_agent.device.driver import DeviceSettings
from edge_agent.evidence.settings import EvidenceSettings
from edge_agent.history.settings import HistorySettings
from edge_agent.passage.lanes import LaneSettings
from edge_agent.privacy.settings import PrivacySettings
from edge_agent.rules.settings import RulesSettings
from edge_agent.spool.policy import SpoolPolicy
from edge_agent.uplink.settings import UplinkSettings

VERSION = 1


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


TopicId = Annotated[str, Field(pattern=ID)]


class UnitTable(_Table):
    """Who this unit is. Together the three ids make its topics: its/1/province/site/id."""

    province: TopicId = Field(description="Province, as the centre spells it.", examples=["hanoi"])
    site: TopicId = Field(description="Junction, plaza or station.", examples=["nga-tu-so"])
    id: TopicId = Field(description="This unit; no other unit may have it.", examples=["u1"])
    name: str = Field(default="", max_length=80, description="Words for people.")
    timezone: str = Field(
        default="Asia/Ho_Chi_Minh",
        description="Zone for times shown to people; the wire is always UTC.",
    )
    test: bool = Field(
        default=False, description="true marks every event as a test; it enters no statistics."
    )

    @property
    def topics(self) -> UnitTopics:
        """Topics of this unit."""
        return UnitTopics(self.province, self.site, self.id)


class MetricsTable(_Table):
    """Prometheus text over HTTP."""

    enabled: bool = Field(default=True, description="false opens no port.")
    expose: bool = Field(
        default=False, description="true allows a listen address that the network can reach."
    )
    listen: str = Field(
        default="127.0.0.1:9464",
        description='Address and port, "127.0.0.1:9464" or "[::1]:9464"; port 0 takes a free one.',
    )

    @field_validator("listen")
    @classmethod
    def _address(cls, text: str, info: ValidationInfo) -> str:
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004 - ports end there
            raise ValueError("must be an address and a port")
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            raise ValueError("must be an IP address, not a name") from None
        if not address.is_loopback and not info.data.get("expose", False):
            raise ValueError("the network can reach it, and expose = true does not say so")
        return text

    @property
    def address(self) -> tuple[str, int]:
        """Host without brackets, and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class LogTable(_Table):
    """What the agent writes about itself."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is written."
    )
    format: Literal["auto", "json", "pretty"] = Field(
        default="auto", description="auto: pretty on a terminal, JSON lines elsewhere."
    )


class UnitSettings(_Table):
    """A whole site file."""

    version: Literal[1] = Field(description="Version of this file's layout.")
    unit: UnitTable
    spool: SpoolPolicy = Field(default_factory=SpoolPolicy)
    history: HistorySettings = Field(default_factory=HistorySettings)
    uplink: UplinkSettings
    metrics: MetricsTable = Field(default_factory=MetricsTable)
    log: LogTable = Field(default_factory=LogTable)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    evidence: EvidenceSettings = Field(default_factory=EvidenceSettings)
    rules: RulesSettings = Field(default_factory=RulesSettings)
    alarms: dict[str, AlarmRule] = Field(
        default_factory=dict,
        description="How conditions become alarms, by code or device/code, `*` for anything. What"
        " is not said is as shipped: `edge-agent alarms rules` prints it.",
    )
    lane: dict[str, LaneSettings] = Field(default_factory=dict, description="Lanes by id.")
    device: dict[str, SerializeAsAny[DeviceSettings]] = Field(
        default_factory=dict, description="Devices by id; each kind has its own keys."
    )
