"""Finds the modules of a package that export a given list: a new family needs no registration."""

import importlib
import pkgutil
from types import ModuleType


def modules(package: str, export: str) -> list[ModuleType]:
    """Modules directly in ``package`` that define ``export``, by name. Imports them all."""
    path = importlib.import_module(package).__path__
    names = sorted(found.name for found in pkgutil.iter_modules(path) if found.name != "__main__")
    loaded = [importlib.import_module(f"{package}.{name}") for name in names]
    return [module for module in loaded if hasattr(module, export)]
