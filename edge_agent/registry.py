"""Driver kinds by name; a driver's code is imported only when somebody asks for it.

A name is a folder below ``drivers/``, or the dotted path of any module that exports ``KIND``, so
that a driver can live in a package of its own.
"""

import importlib
import importlib.util
from difflib import get_close_matches
from pathlib import Path

from edge_agent.device.driver import DriverKind
from edge_agent.errors import EdgeError

_ROOM = "edge_agent.drivers"


class RegistryError(EdgeError, ImportError):
    """No such kind, or its code cannot be used here.

    Attributes:
        wrong: What is wrong.
        allowed: What would be right.
        next: What to do.
    """

    def __init__(self, wrong: str, allowed: str, next_: str = "") -> None:
        super().__init__(f"{wrong}; {allowed}" + (f"; {next_}" if next_ else ""))
        self.wrong = wrong
        self.allowed = allowed
        self.next = next_


def kinds() -> list[str]:
    """Names of the driver folders, without importing any of them."""
    spec = importlib.util.find_spec(_ROOM)
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    folders = (folder for place in places for folder in Path(place).iterdir())
    return sorted(folder.name for folder in folders if (folder / "__init__.py").is_file())


def module_of(name: str) -> str:
    """Importable path of the module that exports this kind.

    Raises:
        RegistryError: There is no such folder.
    """
    if "." in name:
        return name
    known = kinds()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise RegistryError(
            f"no driver {name!r}",
            f"known: {', '.join(known)}, or the dotted path of a module",
            f"did you mean {near[0]!r}?" if near else "",
        )
    return f"{_ROOM}.{name}"


def load(name: str) -> DriverKind:
    """Import one kind and nothing else.

    Raises:
        RegistryError: Unknown, not importable here (an extra is missing), or not a driver.
    """
    path = module_of(name)
    try:
        module = importlib.import_module(path)
    except ModuleNotFoundError as error:
        raise RegistryError(
            f"driver {name!r} needs the module {error.name!r}, which is not installed",
            "a driver whose libraries are installed",
            "install the extra that its README names, e.g. pip install 'edge-agent[vision]'",
        ) from error
    kind = getattr(module, "KIND", None)
    if not isinstance(kind, DriverKind):
        raise RegistryError(f"{path} exports no KIND", "a module with KIND: DriverKind")
    if "." not in name and kind.name != name:
        raise RegistryError(f"{path} calls itself {kind.name!r}", "the name of its folder")
    return kind
