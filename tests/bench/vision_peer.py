"""Runs in a virtual environment of its own that holds roboflow's ``trackers``, and nothing of ours.

Reads frames (.npz) named on the command line, prints per tracker its CPU seconds and the numbers it
gave: ``{"bytetrack": {"seconds": …, "numbers": [[…], …]}, "sort": …}``.
"""

import json
import sys
import time
from typing import Any

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker, SORTTracker

RUNS = 3
"""The quickest counts: what else the machine does is not the tracker's."""


def main() -> None:
    """Both trackers over the same frames."""
    data = np.load(sys.argv[1])
    fps = float(data["fps"])
    frames = [(data[f"boxes{i}"], data[f"scores{i}"]) for i in range(int(data["count"]))]
    result = {}
    makers = {"bytetrack": ByteTrackTracker, "sort": SORTTracker}
    for name, maker in makers.items():
        runs = [run(maker(frame_rate=fps), frames) for _ in range(RUNS)]
        result[name] = {"seconds": min(one[0] for one in runs), "numbers": runs[0][1]}
    sys.stdout.write(json.dumps(result))


def run(tracker: Any, frames: list[Any]) -> tuple[float, list[list[int]]]:
    """CPU seconds, and per frame the number given to each box."""
    numbers, seconds = [], 0.0
    for boxes, scores in frames:
        given = sv.Detections(
            xyxy=boxes.astype(np.float32),
            confidence=scores.astype(np.float32),
            class_id=np.arange(len(boxes)),  # carries each box's place through the tracker
        )
        before = time.process_time()
        told = tracker.update(given)
        seconds += time.process_time() - before
        row = [-1] * len(boxes)
        if told.tracker_id is not None:
            for place, number in zip(told.class_id, told.tracker_id, strict=True):
                row[int(place)] = int(number)
        numbers.append(row)
    return seconds, numbers


main()
