"""What pyproject asks pip for is what the code imports: nothing missing, nothing carried along."""

import importlib.metadata
import sys
import tomllib

import grimp
import pytest
from packaging.requirements import Requirement

from tests.house.source import ROOT

EXTRAS = {
    "vision": "vision",
    "evaluation": "vision",
    "report": "vision",
    "centre": "centre",
    "web": "web",
    "provision": "provision",
    "simulators": "simulators",
    "models": "train",
}
"""Room to the extra that pays for its libraries; all other rooms are paid by the base."""


def _asked() -> dict[str, set[str]]:
    """Extra (or ``base``) to importable names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"base": project["dependencies"], **project["optional-dependencies"]}
    modules: dict[str, set[str]] = {}
    for module, packages in importlib.metadata.packages_distributions().items():
        for package in packages:
            modules.setdefault(package.lower().replace("_", "-"), set()).add(module)
    return {
        extra: {_name(modules, Requirement(line).name.lower().replace("_", "-")) for line in lines}
        for extra, lines in lists.items()
        if extra in {"base", *EXTRAS.values()}
    }


def _name(modules: dict[str, set[str]], package: str) -> str:
    """What a package is imported as; the shortest where none is called like the package."""
    name = package.replace("-", "_")
    # What is not installed here (torch) is imported as it is called.
    known = modules.get(package, {name})
    return name if name in known else min(known, key=len)


def _used() -> dict[str, set[str]]:
    graph = grimp.build_graph("edge_agent", include_external_packages=True, cache_dir=None)
    used: dict[str, set[str]] = {extra: set() for extra in ("base", *EXTRAS.values())}
    for module in graph.modules:
        parts = module.split(".")
        if parts[0] != "edge_agent":
            continue
        extra = EXTRAS.get(parts[1] if len(parts) > 1 else "", "base")
        for imported in graph.find_modules_directly_imported_by(module):
            name = imported.partition(".")[0]
            if name != "edge_agent" and name not in sys.stdlib_module_names:
                used[extra].add(name)
    return used


@pytest.mark.parametrize("extra", ["base", *sorted(set(EXTRAS.values()))])
def test_every_import_is_asked_for(extra: str) -> None:
    asked = _asked()
    # pydantic_core comes with pydantic, always in the one version that fits.
    assert _used()[extra] - asked["base"] - asked[extra] - {"pydantic_core"} == set()


@pytest.mark.parametrize("extra", ["base", *sorted(set(EXTRAS.values()))])
def test_nothing_is_asked_for_in_vain(extra: str) -> None:
    used = _used()
    assert _asked()[extra] - used[extra] == set()
