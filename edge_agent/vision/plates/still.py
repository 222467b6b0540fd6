"""All plates of one photo: found, straightened, read, with their colour."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import Manifest
from edge_agent.vision.nets.plate_ocr import PlateOcr
from edge_agent.vision.nets.session import Net
from edge_agent.vision.plates.colour import plate_colour
from edge_agent.vision.plates.crop import crop
from edge_agent.vision.plates.finder import Finder, PlateBox
from edge_agent.vision.plates.reader import PlateReading, Reader

SURE = 0.8
_COLOUR = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """One plate.

    Attributes:
        plate: Where it is.
        reading: What it says.
        colour: Of its ground; None when it cannot be told.
        colour_confidence: 0–1.
    """

    plate: PlateBox
    reading: PlateReading
    colour: str | None
    colour_confidence: float


class StillReader:
    """Finder and reader in a row.

    Args:
        finder: Finds plates in a photo.
        reader: Reads them.
        sure: Confidence from which a reading may be relied on.
    """

    def __init__(self, finder: Finder, reader: Reader, sure: float = SURE) -> None:
        self._finder = finder
        self._reader = reader
        self.sure = sure

    def read(self, picture: MatLike) -> list[Sighting]:
        """Plates, the surest find first.

        Args:
            picture: H×W×3 BGR or H×W luma, 8 bits.

        Raises:
            ModelError: A network fails.
        """
        colours = picture.ndim == _COLOUR
        grey = np.asarray(
            cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if colours else picture, np.uint8
        )
        found = []
        for plate in self._finder.find(grey):
            (reading,) = self._reader.read([crop(grey, plate)])
            seen = crop(np.asarray(picture, np.uint8), plate, margin=0.0) if colours else None
            colour, sure = (None, 0.0) if seen is None else plate_colour(seen)
            found.append(Sighting(plate, reading, colour, sure))
        return found


def still_reader(manifest: Manifest) -> StillReader:
    """Finder and reader of a manifest.

    Raises:
        ModelError: One of them is missing or refused.
    """
    finder, found = manifest.open("finder")
    reader, entry = manifest.open("reader")
    sure = entry.thresholds.get("confidence", SURE)
    return StillReader(Finder(finder, found.thresholds), reader_of(reader, entry), sure)


def reader_of(net: Net, entry: Entry) -> Reader:
    """A reader on whichever kind of network the entry describes."""
    if entry.adapter == "edge":
        return Reader(net, entry.charset)
    return Reader(PlateOcr(net, entry))
