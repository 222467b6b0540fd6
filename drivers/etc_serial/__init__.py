"""Toll tag (UHF RFID) modules of the 0xFF serial family."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.etc_serial.discover import DISCOVERY
from edge_agent.drivers.etc_serial.driver import EtcSerial
from edge_agent.drivers.etc_serial.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({settings.endpoint.key})


def _present(settings: Settings) -> bool:
    return settings.endpoint.present()


KIND = DriverKind(
    name="etc_serial",
    summary="Toll tag reader module on a serial line (0xFF frames): one reading a pass, read-only",
    settings=Settings,
    build=EtcSerial,
    claims=_claims,
    present=_present,
    discovery=DISCOVERY,
)
