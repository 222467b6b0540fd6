"""Modules of the 0xFF family are known by their answer to VERSION, which changes nothing."""

from edge_agent.device.asking import identity, words
from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.drivers.etc_serial.driver import EtcSerial
from edge_agent.drivers.etc_serial.settings import Settings
from edge_agent.errors import DeviceError

_ANSWER_S = 0.6


async def _look(spot: Spot) -> Found | None:
    settings = Settings(kind="etc_serial", url=spot.url, timeout_s=_ANSWER_S)
    try:
        who = await identity(EtcSerial, settings, spot.clock)
    except DeviceError:
        return None
    return Found(words(who), 98, "answered VERSION with sound check bytes", {"antennas": [1]})


DISCOVERY = Discovery((Recogniser("serial", _look, lines=((115_200, "N"), (9600, "N"))),))
