"""Maps as TOML files: found by name among a driver's profiles, or by an absolute path."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class MapError(ValueError):
    """A map file that cannot be used; ``complaints`` are pairs of setting and words."""

    def __init__(self, complaints: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in complaints))
        self.complaints = complaints


def load(model: type[M], profile: str, profiles: Path) -> M:
    """Read and check a map.

    Args:
        model: What it must be.
        profile: Name in ``profiles``, or a path that ends with ``.toml``.
        profiles: The driver's own.

    Raises:
        MapError: With every complaint, each with file and key.
    """
    own = "/" not in profile and not profile.endswith(".toml")
    path = profiles / f"{profile}.toml" if own else Path(profile)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in profiles.glob("*.toml")))
        wrong = f"{path}: {error.strerror}; known profiles: {known}, or the path of a .toml file"
        raise MapError([("profile", wrong)]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MapError([("profile", f"{path}: {error}")]) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrongs = [f"{_dotted(wrong['loc'])}{wrong['msg']}" for wrong in error.errors()]
        raise MapError([("profile", f"{path}: {wrong}") for wrong in wrongs]) from None


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) + ": " if loc else ""
