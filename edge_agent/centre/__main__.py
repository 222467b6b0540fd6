"""``python -m edge_agent.centre``: the same as ``edge-centre``."""

import sys

from edge_agent.centre.cli import main

if __name__ == "__main__":
    sys.exit(main())
