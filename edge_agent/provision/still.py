"""``python -m edge_agent.provision.still``: one picture of a camera into a file.

See ``vision.beside``.
"""

from pathlib import Path
from typing import Any

import cv2

from edge_agent.errors import DeviceError
from edge_agent.vision.beside import opened, serve

_WIDEST = 1280
_SETTLE = 12
"""Frames until exposure and a decoder that joined in mid-stream have settled."""


def take(asked: dict[str, Any]) -> dict[str, str]:
    """Write ``asked["file"]``; why not, or an empty text."""
    try:
        source = opened(asked["view"], colour=True)
    except DeviceError as error:
        return {"trouble": str(error)}
    picture = None
    for _ in range(_SETTLE):
        if not source.grab():
            break
        taken = source.take()
        picture = taken if taken is not None else picture
    source.close()
    if picture is None:
        return {"trouble": "the stream opens, but no frame can be decoded"}
    scale = min(1.0, _WIDEST / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    fresh = Path(asked["file"]).with_suffix(".new.png")
    if not cv2.imwrite(str(fresh), small):
        return {"trouble": f"{fresh}: cannot be written"}
    fresh.replace(asked["file"])
    return {"trouble": ""}


if __name__ == "__main__":
    serve(take)
