"""Weigh-in-motion stations that send lines over TCP or serial and wait for acknowledgements."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.wim_line.discover import DISCOVERY
from edge_agent.drivers.wim_line.driver import WimLine
from edge_agent.drivers.wim_line.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({settings.endpoint.key})


def _present(settings: Settings) -> bool:
    return settings.endpoint.present()


KIND = DriverKind(
    name="wim_line",
    summary="Weigh-in-motion station over acknowledged lines, TCP or serial: nothing lost",
    settings=Settings,
    build=WimLine,
    claims=_claims,
    present=_present,
    discovery=DISCOVERY,
)
