"""Weigh-in-motion stations read over Modbus TCP or RTU: a ring of vehicles behind a sequence."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.wim_modbus.discover import DISCOVERY
from edge_agent.drivers.wim_modbus.driver import WimModbus
from edge_agent.drivers.wim_modbus.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({f"{settings.endpoint.key}#{settings.unit_id}"})


def _present(settings: Settings) -> bool:
    return settings.endpoint.present()


KIND = DriverKind(
    name="wim_modbus",
    summary="Weigh-in-motion station over Modbus: axles from a ring with a sequence, read only",
    settings=Settings,
    build=WimModbus,
    claims=_claims,
    present=_present,
    discovery=DISCOVERY,
)
