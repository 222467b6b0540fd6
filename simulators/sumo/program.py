"""SUMO's programs: found, never imported; they run as processes of their own."""

import importlib.util
import os
import shutil
from pathlib import Path


class SumoError(Exception):
    """SUMO is missing, refuses its input, or ended."""


def find(name: str) -> Path:
    """Path of one of SUMO's programs.

    Looks under ``SUMO_HOME``, in the wheel ``eclipse-sumo``, then on the ``PATH``.

    Raises:
        SumoError: It is nowhere; the text says what to do.
    """
    homes = [Path(os.environ["SUMO_HOME"])] if os.environ.get("SUMO_HOME") else []
    wheel = importlib.util.find_spec("sumo")
    if wheel is not None and wheel.origin is not None:
        homes.append(Path(wheel.origin).parent)
    for home in homes:
        program = home / "bin" / name
        if os.access(program, os.X_OK):
            return program
    on_path = shutil.which(name)
    if on_path is None:
        raise SumoError(
            f"SUMO's {name} is not installed: pip install 'edge-agent[sumo]', "
            "or set SUMO_HOME to where it is"
        )
    return Path(on_path)
