"""A process beside the agent that opens one camera, answers one question and ends.

Of its own, for a decoder can block in native code for ever: who asked can kill it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from edge_agent.device.view import View
from edge_agent.vision import quiet
from edge_agent.vision.source import Source


def opened(view: View, *, colour: bool = False) -> Source:
    """The stream of a view.

    Raises:
        DeviceError: It cannot be opened.
    """
    return Source(
        view.url,
        username=view.username,
        password=view.password,
        transport="udp" if view.transport == "udp" else "tcp",
        colour=colour,
    )


def serve(answer: Callable[[dict[str, Any]], Mapping[str, Any]]) -> NoReturn:
    """One line of JSON in, one out; what is asked by ``view`` comes as a ``View``."""
    quiet.set_up()
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    asked["view"] = View(**asked["view"])
    sys.stdout.write(json.dumps(answer(asked)) + "\n")
    sys.stdout.flush()
    # Not sys.exit: a decoder's thread may sit in native code and would hold the process.
    os._exit(0)
