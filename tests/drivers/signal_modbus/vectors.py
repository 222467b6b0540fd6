"""The driver folder's vectors, read once for the tests of both sides."""

import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[3] / "drivers" / "signal_modbus" / "vectors.toml"
VECTORS: dict[str, list[dict[str, Any]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))


def octets(text: str) -> bytes:
    """Bytes of a row's hex text."""
    return bytes.fromhex(text.replace(" ", ""))


def named(rows: list[dict[str, Any]]) -> list[str]:
    """Test ids."""
    return [row["source"].rpartition(": ")[2].replace(" ", "-") for row in rows]
