"""``python -m edge_agent.vision``: the child process of one camera."""

import os
import sys

from edge_agent.clock import SystemClock
from edge_agent.vision.child import main

if __name__ == "__main__":
    code = main(SystemClock())
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: the capture thread may sit in native code and would hold the process.
    os._exit(code)
