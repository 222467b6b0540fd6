"""What a run found out about its sensors' clocks, kept for the next: a small file, never needed.

Without it, or with one that makes no sense, the first vehicles of a run find it out anew.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

from edge_agent import durable

FILE = "clocks.json"
_VERSION = 1
_LARGEST = 1_000_000
"""Bytes; a file beyond is not ours."""

_MOST = 100
"""Far beyond any score."""

Scores = Mapping[str, float]


def load(path: Path) -> tuple[Scores, str]:
    """What was kept, and why it is nothing; an empty reason where all is well or nothing is there.

    A file of another version is ignored like a broken one.
    """
    try:
        if path.stat().st_size > _LARGEST:
            return {}, "too large"
        kept = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as error:
        return {}, str(error)
    if not isinstance(kept, dict) or kept.get("version") != _VERSION:
        return {}, "of another version"
    scores = kept.get("scores")
    return (scores, "") if _sound(scores) else ({}, "not what this agent writes")


def save(path: Path, scores: Scores) -> None:
    """Keep them; whoever reads meanwhile finds the old file or the new one.

    Raises:
        OSError: They could not be written.
    """
    kept = {"version": _VERSION, "scores": scores}
    durable.replace(path, json.dumps(kept).encode(), 0o640)


def _sound(scores: object) -> TypeGuard[dict[str, float]]:
    # A bool is an int to Python; NaN and infinities are numbers to its JSON.
    return isinstance(scores, dict) and all(
        type(value) in (int, float) and abs(value) <= _MOST for value in scores.values()
    )
