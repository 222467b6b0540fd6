"""The pictures that plates were read from: the last few, in memory, by what they hash to."""

from collections import OrderedDict
from hashlib import sha256

import cv2

from edge_agent.vision.frame import Grey

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95]


class Album:
    """JPEGs of the crops that were read, the oldest forgotten first.

    Args:
        most: How many are held; a crop takes 2–6 kB.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._pictures: OrderedDict[str, bytes] = OrderedDict()

    def keep(self, crop: Grey) -> str:
        """Hold a picture; what to ask for it by: the SHA-256 of its bytes."""
        _, encoded = cv2.imencode(".jpg", crop, _QUALITY)
        picture = encoded.tobytes()
        name = sha256(picture).hexdigest()
        self._pictures[name] = picture
        if len(self._pictures) > self._most:
            self._pictures.popitem(last=False)
        return name

    def picture(self, name: str) -> bytes | None:
        """The JPEG; None when it was never held or is forgotten."""
        return self._pictures.get(name)
