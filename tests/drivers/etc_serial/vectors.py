"""Rows of ``vectors.toml``, which the driver and the simulator must both satisfy."""

import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[3] / "drivers" / "etc_serial" / "vectors.toml"


def rows(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[table]
    for row in found:
        row["bytes"] = bytes.fromhex(row["hex"])
    return found
