"""Test what is shipped, not the tree: sdist and wheel hold everything, and the wheel works alone.

The packaging links are followed when the package is built; a clone without link support would
build a wheel with no drivers in it, and no error.
"""

import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.house.source import ROOT, files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SHIPPED = {
    *(".py", ".toml", ".md", ".json", ".sql", ".onnx", ".typed"),
    *(".html", ".css", ".js", ".svg"),
}


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with an sdist, and the wheel that was built from it."""
    given: Path | None = request.config.getoption("--built")
    if given is not None:
        return given.resolve()
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands of a clean environment that has the wheel and what run.txt pins, nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--quiet", "install"]
    _run(*pip, "--require-hashes", "-r", ROOT / "requirements" / "run.txt")
    _run(*pip, "--no-deps", wheel)
    return folder / "bin"


@pytest.fixture(scope="module")
def with_simulators(installed: Path) -> Path:
    """The same, with the extra for simulators."""
    pip = [installed / "python", "-m", "pip", "--quiet", "install"]
    _run(*pip, "--require-hashes", "-r", ROOT / "requirements" / "sim.txt")
    return installed


def _expected() -> Iterator[str]:
    """Files of the drawn folders, where the wheel must have them."""
    for path in files():
        parts = path.relative_to(ROOT).parts
        if path.suffix not in SHIPPED:
            continue
        if parts[0] == "edge_agent":
            yield "/".join(parts)
        elif parts[0] in {"drivers", "simulators", "models"}:
            yield "/".join(("edge_agent", *parts))
        elif parts[:2] == ("config", "rules"):
            yield "/".join(("edge_agent", "rules", "tables", *parts[2:]))


def test_wheel_installs_one_name_and_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        links = [info for info in archive.infolist() if info.external_attr >> 28 == 0o12]
    assert {PurePosixPath(name).parts[0] for name in names} == {"edge_agent"}
    assert links == []
    assert set(_expected()) - names == set()
    assert {name for name in names if name.startswith("edge_agent/drivers/camera/")}


def test_sdist_holds_the_same_and_no_link(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    names = {member.name.partition("/")[2] for member in members}
    assert set(_expected()) - names == set()
    assert [member.name for member in members if member.issym()] == []


@pytest.mark.parametrize("command", ["edge-agent", "edge-centre"])
def test_every_command_helps_in_a_clean_environment(installed: Path, command: str) -> None:
    assert "usage: " + command in _run(installed / command, "--help")


def test_drivers_and_contract_come_out_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    kinds = {path.parent.name for path in (ROOT / "drivers").glob("*/__init__.py")}
    listed = _run(installed / "edge-agent", "drivers")
    assert [kind for kind in kinds if kind not in listed] == []
    for kind in kinds:
        sample = (ROOT / "drivers" / kind / "sample.toml").read_text()
        assert _run(installed / "edge-agent", "sample", kind) == sample
    _run(installed / "edge-agent", "contract", "--out", tmp_path)
    assert (tmp_path / "asyncapi.json").read_bytes() == (
        ROOT / "docs/contract/asyncapi.json"
    ).read_bytes()


def test_simulators_come_out_of_the_wheel(with_simulators: Path) -> None:
    helped = _run(with_simulators / "edge-sim", "--help")
    assert "demo" in helped
    assert "camera" in helped


def _run(*command: object) -> str:
    result = subprocess.run(
        [str(word) for word in command],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:] + result.stdout[-2000:]
    return result.stdout
