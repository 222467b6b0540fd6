"""Finds the modules of a package that define a given list: a new family needs no registration."""

import importlib
import logging
import re
from pathlib import Path
from types import ModuleType

import structlog


def modules(package: str, export: str) -> list[ModuleType]:
    """Modules directly in ``package`` with a top-level ``export``, by name.

    The others are not imported: they may be meant for another interpreter.
    """
    folder = Path(importlib.import_module(package).__path__[0])
    defines = re.compile(rf"^{export}\b", re.MULTILINE)
    names = sorted(path.stem for path in folder.glob("*.py") if defines.search(path.read_text()))
    return [importlib.import_module(f"{package}.{name}") for name in names]


def silence() -> None:
    """The table is what is read: what the suite itself would log in this process is left out."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
