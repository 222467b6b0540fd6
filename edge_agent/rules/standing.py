"""A standing vehicle as the judge knows vehicles: no passage, for it has not passed."""

from edge_agent.clock import TimeQuality
from edge_agent.device.readings import StrayReading
from edge_agent.passage.fused import Fused, Member


def standing(lane: str, device: str, stray: StrayReading, clock: TimeQuality) -> Fused:
    """What a camera knows of a vehicle that it saw stand."""
    number = f"{stray.run}-{stray.number}"
    return Fused(
        id="",
        lane=lane,
        direction="",
        at=stray.at,
        vehicle=stray.vehicle,
        confidence=stray.confidence,
        speed=0,
        spread=None,
        plate=None,
        tag=None,
        axles=None,
        signal=None,
        members=(Member("camera", device, f"{device}/{stray.place}", number, stray.at, stray),),
        clock_ms=None if clock.source == "none" else clock.uncertainty_ms,
        clock_source=clock.source,
    )
