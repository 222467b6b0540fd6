"""From the pipeline's state to what is drawn of it."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from edge_agent.device.readings import CrossingReading
from edge_agent.vision.annotate import Card, Shown
from edge_agent.vision.frame import Frame
from edge_agent.vision.looks import Agreed
from edge_agent.vision.pipeline import Pipeline


def shown(pipeline: Pipeline, frame: Frame) -> Iterator[Shown]:
    """The vehicles that were found in this frame."""
    tracks = pipeline.tracks
    if tracks is None:
        return
    across, down = frame.scale
    for i in np.flatnonzero(tracks.seen):
        number = pipeline.vehicles.number(int(tracks.ids[i]))
        known = pipeline.vehicles[number]
        x1, y1, x2, y2 = known.box
        plate = pipeline.plate(number)
        agreed = plate if isinstance(plate, Agreed) else None
        yield Shown(
            number,
            (x1 * across, y1 * down, x2 * across, y2 * down),
            known.kind,
            bool(tracks.confirmed[i]),
            "" if agreed is None else agreed.reading.text,
            None if agreed is None else agreed.colour,
        )


def cards(pipeline: Pipeline, crossings: Sequence[CrossingReading]) -> list[Card]:
    """The plates of these crossings, each with the picture that it was read from."""
    found = []
    for crossing in crossings:
        plate = crossing.plate
        jpeg = None if plate is None else pipeline.picture(plate)
        if plate is not None and jpeg is not None:
            crop = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
            if crop is not None:
                found.append(Card(plate.text, plate.colour, crop))
    return found
