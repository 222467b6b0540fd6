"""A scenario: a folder that says which site, what fails when, and what must be reached."""

import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any

from edge_agent.simulators.score.items import InputError

FILE = "scenario.toml"
_KEYS: dict[str, type | tuple[type, ...]] = {
    "site": str,
    "seed": int,
    "seconds": (int, float),
    "light": str,
    "rain": bool,
}


def applied(folder: Path, arguments: Namespace) -> Namespace:
    """The arguments with those of the scenario where the command line gave none.

    ``scenario.toml`` has the words of ``edge-sim demo`` (site, seed, seconds, light, rain);
    ``faults.toml`` and ``thresholds.toml`` lie beside it, each optional.

    Raises:
        InputError: It makes no sense.
        OSError: It cannot be read.
    """
    path = folder / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from error
    for key, value in table.items():
        if key not in _KEYS or not isinstance(value, _KEYS[key]):
            raise InputError(f"{path}: {key} = {value!r}: one of {', '.join(_KEYS)}")
    beside: dict[str, Any] = {
        name: folder / f"{name}.toml"
        for name in ("faults", "thresholds")
        if (folder / f"{name}.toml").exists()
    }
    given = {key: value for key, value in vars(arguments).items() if value is not None}
    return Namespace(**{**vars(arguments), **beside, **table, **given})
