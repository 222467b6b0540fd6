"""Any Modbus device by a map: figures and conditions of cabinets, road weather, bridges."""

from edge_agent.device.driver import DriverKind
from edge_agent.device.mapfile import MapError
from edge_agent.drivers.modbus_map.discover import DISCOVERY
from edge_agent.drivers.modbus_map.driver import ModbusMap
from edge_agent.drivers.modbus_map.map import load_map
from edge_agent.drivers.modbus_map.settings import Settings


def _claims(settings: Settings) -> frozenset[str]:
    return frozenset({f"{settings.endpoint.key}#{settings.unit_id}"})


def _check(settings: Settings) -> list[tuple[str, str]]:
    try:
        load_map(settings.profile)
    except MapError as error:
        return error.complaints
    return []


def _present(settings: Settings) -> bool:
    return settings.endpoint.present()


KIND = DriverKind(
    name="modbus_map",
    summary="Any Modbus TCP or RTU device by a map: figures and conditions, read only",
    settings=Settings,
    build=ModbusMap,
    claims=_claims,
    check=_check,
    present=_present,
    discovery=DISCOVERY,
)
