"""Stations with a ring in registers are known by the mark in the first of them."""

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.device.modbus import Pace
from edge_agent.drivers.wim_modbus import codec
from edge_agent.errors import DeviceError

_PACE = Pace(timeout_s=0.5)


async def _look(spot: Spot) -> Found | None:
    if spot.bus is None or spot.unit is None:
        return None
    try:
        told = codec.header((await spot.bus.read(spot.unit, codec.HEADER, _PACE)).values)
    except DeviceError:
        return None
    lanes = ", ".join(told.states)
    return Found(spot.words, 99, f"carries the mark of the register profile; lanes {lanes}")


DISCOVERY = Discovery((Recogniser("modbus", _look, ports=(502,)),))
