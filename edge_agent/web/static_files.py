"""Style sheet, script and sign, read once. Each name carries a digest: it may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Name with digest to content and type."""
    return {_marked(path): (path.read_bytes(), _KINDS[path.suffix]) for path in _paths()}


@cache
def address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{_marked(_FOLDER / name)}"


def _paths() -> list[Path]:
    return sorted(path for path in _FOLDER.iterdir() if path.suffix in _KINDS)


def _marked(path: Path) -> str:
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"{path.stem}.{mark}{path.suffix}"
