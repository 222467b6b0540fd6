"""LLRP readers are known by their welcome: they speak first, on port 5084 (IANA)."""

from edge_agent.device.asking import identity, words
from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.drivers.etc_llrp.driver import EtcLlrp
from edge_agent.drivers.etc_llrp.settings import Settings
from edge_agent.errors import Cause, DeviceError

_WELCOME_S = 2.5


async def _look(spot: Spot) -> Found | None:
    """Capabilities and identification; nothing is configured, a ROSpec that runs goes on."""
    settings = Settings(kind="etc_llrp", url=spot.url, timeout_s=_WELCOME_S)
    try:
        who = await identity(EtcLlrp, settings, spot.clock)
    except DeviceError as error:
        if error.cause is Cause.REFUSED and "client" in error.detail:
            return Found("", 80, f"speaks LLRP, but {error.detail}")
        return None
    ports = who.versions.get("antennas", "")
    count = int(ports) if ports.isdecimal() else 0
    table = {"antennas": list(range(1, count + 1))} if 0 < count <= 255 else {}  # noqa: PLR2004 - an octet
    return Found(words(who), 98, "answered as an LLRP reader", table, serial=who.serial)


DISCOVERY = Discovery((Recogniser("tcp", _look, ports=(5084,), speaks=True),))
