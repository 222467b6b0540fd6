"""``python -m edge_agent.provision.still``: one picture of a camera into a file.

A process of its own, for a decoder can block in native code for ever. One JSON line in, one out.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import cv2

from edge_agent.errors import DeviceError
from edge_agent.vision import quiet
from edge_agent.vision.source import Source

_WIDEST = 1280
_SETTLE = 12
"""Frames until exposure and a decoder that joined in mid-stream have settled."""


def take(asked: dict[str, Any]) -> dict[str, str]:
    """Write ``asked["file"]``; why not, or an empty text."""
    view = asked["view"]
    try:
        source = Source(
            view["url"],
            username=view["username"],
            password=view["password"],
            transport="udp" if view["transport"] == "udp" else "tcp",
            colour=True,
        )
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
    quiet.set_up()
    sys.stdout.write(json.dumps(take(json.loads(sys.stdin.readline()))) + "\n")
    sys.stdout.flush()
    # Not sys.exit: a decoder's thread may sit in native code and would hold the process.
    os._exit(0)
