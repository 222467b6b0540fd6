"""Toll tag (UHF RFID) readers that speak LLRP 1.0.1 or 1.1."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.etc_llrp.discover import DISCOVERY
from edge_agent.drivers.etc_llrp.driver import EtcLlrp
from edge_agent.drivers.etc_llrp.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({settings.endpoint.key})


KIND = DriverKind(
    name="etc_llrp",
    summary="Toll tag reader over LLRP 1.0.1 or 1.1: one reading a pass and antenna, read-only",
    settings=Settings,
    build=EtcLlrp,
    claims=_claims,
    discovery=DISCOVERY,
)
