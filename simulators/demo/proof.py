"""What the unit sealed, held against its own public key by the command that anybody has."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_PATIENCE_S = 60


def proof(state: Path) -> dict[str, Any]:
    """How many packages there are, whether all of them are as sealed, and what is wrong.

    Args:
        state: The unit's folder, after its end.
    """
    folder = state / "evidence"
    sealed = len([*folder.glob("*.zip")])
    if not sealed:
        return {"packages": 0, "ok": True, "wrong": []}
    words = ("verify", "--key", str(state / "unit.pub"), str(folder), "--json")
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", *words],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return {"packages": sealed, "ok": False, "wrong": [done.stderr.strip()[:500]]}
    whole = bool(said["ok"]) and len(said["packages"]) == sealed
    return {"packages": sealed, "ok": whole, "wrong": said["findings"]}
