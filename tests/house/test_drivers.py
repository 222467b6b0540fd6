"""A driver folder is the whole truth of a device: code, words, sample, vectors."""

import re
import tomllib
from pathlib import Path

import pytest

from edge_agent import registry
from tests.house.source import ROOT

KINDS = sorted(path.parent.name for path in (ROOT / "drivers").glob("*/__init__.py"))


def _folder(kind: str) -> Path:
    return ROOT / "drivers" / kind


def test_the_registry_finds_every_folder() -> None:
    assert KINDS
    assert sorted(registry.kinds()) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_folder_is_complete(kind: str) -> None:
    folder = _folder(kind)
    wanted = {"README.md", "sample.toml", "driver.py"}
    if (folder / "codec.py").exists() or (folder / "profiles").exists():
        wanted.add("vectors.toml")
    assert wanted <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_is_named_like_its_folder_and_says_what_it_is(kind: str) -> None:
    loaded = registry.load(kind)
    assert loaded.name == kind
    assert 10 < len(loaded.summary) <= 100
    assert "\n" not in loaded.summary
    readme = (_folder(kind) / "README.md").read_text()
    assert readme.startswith(f"# {kind}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_sample_is_valid_and_readme_shows_no_other(kind: str) -> None:
    text = (_folder(kind) / "sample.toml").read_text()
    devices = tomllib.loads(text)["device"]
    assert devices
    for table in devices.values():
        assert table["kind"] == kind
        registry.load(kind).settings.model_validate(table)
    readme = (_folder(kind) / "README.md").read_text()
    fences = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    assert text in fences or f"edge-agent sample {kind}" in readme
    for fence in fences:
        tomllib.loads(fence)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if (_folder(kind) / "vectors.toml").exists()]
)
def test_every_vector_names_its_source(kind: str) -> None:
    rows = tomllib.loads((_folder(kind) / "vectors.toml").read_text())
    tables = [row for group in rows.values() if isinstance(group, list) for row in group]
    assert tables
    assert [row for row in tables if not row.get("source") and not rows.get("source")] == []
