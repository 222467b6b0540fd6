"""Signal controllers on Modbus have no mark: maps fit whose lamps show what lamps can."""

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.device.modbus import Pace
from edge_agent.device.readings import Colour
from edge_agent.drivers.signal_modbus.codec import Codec
from edge_agent.drivers.signal_modbus.map import PROFILES, load_map
from edge_agent.errors import DeviceError

_PACE = Pace(timeout_s=0.5)
_LIT = frozenset((Colour.RED, Colour.RED_YELLOW, Colour.YELLOW, Colour.GREEN))
_LAMPS, _NAMED = 70, 22
"""Confidence for lamps that show what lamps can show, and what a matching identification adds."""
_FEWEST = 2
_WORDS = ("signal", "traffic light", "junction")


async def _look(spot: Spot) -> Found | None:
    best: Found | None = None
    for profile in sorted(file.stem for file in PROFILES.glob("*.toml")):
        confidence, lit = await _fits(spot, profile)
        if confidence and (best is None or confidence > best.confidence):
            why = f"every register of {profile} answers, {lit} signal groups show one lamp"
            best = Found(spot.words, confidence, why, {"profile": profile})
    return best


async def _fits(spot: Spot, profile: str) -> tuple[int, int]:
    """Per cent of confidence that this map fits, and how many phases show a possible aspect."""
    if spot.bus is None or spot.unit is None:
        return 0, 0
    map_ = load_map(profile)
    codec = Codec(map_)
    try:
        blocks = [(await spot.bus.read(spot.unit, read, _PACE)).values for read in codec.plan.reads]
    except DeviceError:
        return 0, 0
    aspects = list(codec.sample(blocks).aspects.values())
    lit = sum(colour in _LIT for colour in aspects)
    # Groups that a junction does not have are dark; lamps that exclude each other are no lamps.
    if lit < _FEWEST or Colour.CONFLICT in aspects:
        return 0, lit
    named = any(word in spot.words.lower() for word in _WORDS)
    return _LAMPS + _NAMED * named, lit


DISCOVERY = Discovery((Recogniser("modbus", _look, ports=(502,)),))
