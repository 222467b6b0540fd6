"""``python -m edge_agent.vision``: the child process of one camera."""

import os
import sys

from edge_agent.clock import SystemClock
from edge_agent.vision.child import main

_NICE = 5
"""Seeing takes what it gets: what must be on time, the polls of a signal above all, comes first."""

if __name__ == "__main__":
    os.nice(_NICE)
    code = main(SystemClock())
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: the capture thread may sit in native code and would hold the process.
    os._exit(code)
