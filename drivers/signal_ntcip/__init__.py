"""Traffic signal controllers that speak NTCIP 1202 over SNMP, with TSCBM as the better clock."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.signal_ntcip.discover import DISCOVERY
from edge_agent.drivers.signal_ntcip.driver import SignalNtcip
from edge_agent.drivers.signal_ntcip.settings import NtcipSettings


def _claims(settings: NtcipSettings) -> frozenset[str]:
    if settings.tscbm_port is None:
        return frozenset()
    return frozenset({f"udp-in:{settings.tscbm_port}"})


def _offers(settings: NtcipSettings) -> dict[str, frozenset[str]]:
    return {"detector": frozenset(settings.detectors)}


KIND = DriverKind(
    name="signal_ntcip",
    summary="Signal controller over NTCIP 1202 (SNMP v1/v2c, read-only) and TSCBM broadcast",
    settings=NtcipSettings,
    build=SignalNtcip,
    claims=_claims,
    offers=_offers,
    discovery=DISCOVERY,
)
