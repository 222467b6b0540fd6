"""Traffic signal controllers (and PLCs) read over Modbus TCP or RTU by a declarative map."""

from edge_agent.device.driver import DriverKind
from edge_agent.drivers.signal_modbus.discover import DISCOVERY
from edge_agent.drivers.signal_modbus.driver import SignalModbus
from edge_agent.drivers.signal_modbus.map import MapError, load_map
from edge_agent.drivers.signal_modbus.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({f"{settings.endpoint.key}#{settings.unit_id}"})


def _check(settings: Settings) -> list[tuple[str, str]]:
    try:
        load_map(settings.profile)
    except MapError as error:
        return error.complaints
    return []


def _offers(settings: Settings) -> dict[str, frozenset[str]]:
    try:
        map_ = load_map(settings.profile)
    except MapError:
        return {}  # told by _check
    return {"detector": frozenset(detector.name for detector in map_.detector)}


def _present(settings: Settings) -> bool:
    return settings.endpoint.present()


KIND = DriverKind(
    name="signal_modbus",
    summary="Signal controller over Modbus TCP or RTU: phases, detectors, alarms by a map",
    settings=Settings,
    build=SignalModbus,
    claims=_claims,
    check=_check,
    offers=_offers,
    present=_present,
    discovery=DISCOVERY,
)
