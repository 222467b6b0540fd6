"""``python -m edge_agent.simulators``: the same as ``edge-sim``."""

import sys

from edge_agent.simulators.cli import main

if __name__ == "__main__":
    sys.exit(main())
