"""NTCIP controllers are known by objects that only they have; every question is a GetRequest."""

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.drivers.signal_ntcip import objects
from edge_agent.drivers.signal_ntcip.identity import ask_identity
from edge_agent.drivers.signal_ntcip.session import SnmpSession
from edge_agent.drivers.signal_ntcip.settings import address
from edge_agent.drivers.signal_ntcip.snmp import Value, Version
from edge_agent.errors import DeviceError

_ANSWER_S, _RETRIES = 0.5, 1
_MOST_PHASES, _AT_ONCE, _DETECTORS = 40, 8, 64


async def _look(spot: Spot) -> Found | None:
    host, port = address(spot.url)
    for version, name in ((Version.V1, "1"), (Version.V2C, "2c")):
        session = SnmpSession(host, port, version, b"public", spot.clock, _ANSWER_S, _RETRIES)
        try:
            async with session:
                return await _ask(session, name)
        except DeviceError:
            continue
    return None


async def _ask(session: SnmpSession, version: str) -> Found:
    who = await ask_identity(session)
    told = ", ".join(filter(None, (who.maker, who.model, *who.versions.values())))
    if "phases" not in who.versions:
        return Found(told, 40, "speaks SNMP, but knows no phases: perhaps no signal controller")
    most = min(_MOST_PHASES, int(who.versions["phases"]))
    lamps = (objects.phase_reds, objects.phase_yellows, objects.phase_greens)
    phases = await _lit(session, most, *lamps)
    table: dict[str, object] = {"version": version, "phases": phases or list(range(1, most + 1))}
    for key, columns in (
        ("walks", (objects.dont_walks, objects.ped_clears, objects.walks)),
        ("overlaps", (objects.overlap_reds, objects.overlap_yellows, objects.overlap_greens)),
    ):
        lit = await _lit(session, most, *columns)
        table |= {key: lit} if lit else {}
    table |= await _detectors(session)
    return Found(told, 97, f"answered as an NTCIP 1202 controller, SNMP {version}", table)


async def _lit(session: SnmpSession, most: int, *columns: objects.Column) -> list[int]:
    """Heads that show a lamp now; those in use always do, unless the junction is dark."""
    found: set[int] = set()
    for group in range(1, objects.group_of(max(1, most)) + 1):
        answer = await session.get([column(group) for column in columns])
        for value in answer.values.values():
            bits = value if isinstance(value, int) else 0
            first = (group - 1) * objects.PER_GROUP + 1
            found |= {first + bit for bit in range(objects.PER_GROUP) if bits >> bit & 1}
    return sorted(number for number in found if number <= most)


async def _detectors(session: SnmpSession) -> dict[str, object]:
    numbers: list[int] = []
    for first in range(1, _DETECTORS + 1, _AT_ONCE):
        asked = range(first, first + _AT_ONCE)
        answer = await session.get([objects.detector_volume(number) for number in asked])
        there = [n for n in asked if _known(answer.values[objects.detector_volume(n)])]
        numbers += there
        if len(there) < _AT_ONCE:
            break
    return {"detectors": {f"d{number}": number for number in numbers}} if numbers else {}


def _known(value: Value) -> bool:
    return isinstance(value, int)


DISCOVERY = Discovery((Recogniser("udp", _look, ports=(161,)),))
