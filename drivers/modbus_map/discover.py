"""Mapped devices have no mark: those maps fit whose cells all answer with plausible values."""

from edge_agent.device.discovery import Discovery, Found, Recogniser, Spot
from edge_agent.device.modbus import Pace
from edge_agent.drivers.modbus_map.codec import Codec
from edge_agent.drivers.modbus_map.map import PROFILES, load_map
from edge_agent.errors import DeviceError

_PACE = Pace(timeout_s=0.5)
_PLAUSIBLE, _NAMED = 60, 35
"""Confidence for plausible values alone, and what a matching identification adds."""


async def _look(spot: Spot) -> Found | None:
    best: Found | None = None
    for profile in sorted(file.stem for file in PROFILES.glob("*.toml")):
        found = await _fits(spot, profile)
        if found is not None and (best is None or found.confidence > best.confidence):
            best = found
    return best


async def _fits(spot: Spot, profile: str) -> Found | None:
    if spot.bus is None or spot.unit is None:
        return None
    codec = Codec(load_map(profile))
    try:
        blocks = [(await spot.bus.read(spot.unit, read, _PACE)).values for read in codec.plan.reads]
    except DeviceError:
        return None
    figures = codec.sample(blocks).figures
    sound = sum(figure.why != "implausible" for figure in figures.values())
    if sound < len(figures):
        return None
    named = _named(profile, spot.words)
    why = f"every register of {profile} answers with a plausible value"
    if named:
        why += ", and its identification says the same"
    return Found(spot.words, _PLAUSIBLE + _NAMED * named, why, {"profile": profile})


def _named(profile: str, words: str) -> bool:
    """Whether the device calls itself what the map is for: ``road_weather_v1``, "Road weather"."""
    wanted = [word for word in profile.split("_") if not word.startswith("v")]
    return bool(wanted) and all(word in words.lower() for word in wanted)


DISCOVERY = Discovery((Recogniser("modbus", _look, ports=(502,)),))
