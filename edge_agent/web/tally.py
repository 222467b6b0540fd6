"""Counts of a day out of the unit's history, for the plots: a program that ends.

    python -m edge_agent.web.tally STATE_DIR NOW_MS

It prints one line of JSON: ``from``, ``step`` (ms), ``lanes`` (lane to counts a step, null where
nothing was measured), ``speeds`` (lane to mean 0.1 km/h a step, null where unknown), ``torn``.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from edge_agent.history.read import lines
from edge_agent.history.store import FOLDER

STEPS = 96
STEP_MS = 15 * 60 * 1000


def tally(folder: Path, now_ms: int) -> dict[str, Any]:
    """The last day in quarters of an hour."""
    begin = (now_ms // STEP_MS + 1 - STEPS) * STEP_MS
    torn: list[Path] = []
    counts: dict[str, list[int | None]] = defaultdict(lambda: [None] * STEPS)
    speeds: dict[str, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in range(STEPS)])
    for line in lines(folder, begin, begin + STEPS * STEP_MS, torn):
        # Events of other streams have no counts; what cannot be measured says so by null.
        event = json.loads(line)
        rows = event.get("n") if "src" in event else None
        if not isinstance(rows, list):
            continue
        lane, at = str(event["lane"]), (event["t"] - begin) // STEP_MS
        counts[lane][at] = (counts[lane][at] or 0) + sum(row["n"] for row in rows)
        for row in rows:
            if row.get("spd") is not None:
                speeds[lane][at][0] += row["spd"] * row["n"]
                speeds[lane][at][1] += row["n"]
    means = {
        lane: [total // number if number else None for total, number in cells]
        for lane, cells in speeds.items()
    }
    return {
        "from": begin, "step": STEP_MS, "lanes": counts, "speeds": means, "torn": len(torn),
    }  # fmt: skip


if __name__ == "__main__":
    state_dir, now = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout.write(json.dumps(tally(state_dir / FOLDER, now), separators=(",", ":")) + "\n")
