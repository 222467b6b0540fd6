import shutil
import subprocess
from pathlib import Path

import pytest

from edge_agent import cli, registry
from edge_agent.commands.completion import SCRIPTS, words
from edge_agent.exits import Exit

SITE = '[device.cam1]\nkind = "camera"\n[device.cam2]\n[device.ctl1]\n'


@pytest.fixture
def site(tmp_path: Path) -> str:
    file = tmp_path / "unit.toml"
    file.write_text(SITE)
    return str(file)


def test_verbs() -> None:
    assert set(cli.VERBS) <= set(words([""]))
    assert words(["dri"]) == ["drivers"]
    assert words(["--v"]) == ["--version"]
    assert words([]) == words([""])


def test_options_of_a_verb() -> None:
    assert words(["check", "--s"]) == ["--strict"]
    assert words(["run", "--"]) == ["--config", "--help", "--seconds", "--state-dir"]
    assert words(["nonsense", "--"]) == []


def test_values() -> None:
    assert words(["sample", ""]) == registry.kinds()
    assert words(["completion", "z"]) == ["zsh"]
    assert words(["run", "--config", ""]) == [], "a file: the shell knows better"


def test_devices_of_the_site_file(site: str, tmp_path: Path) -> None:
    assert words(["try", "--config", site, "cam"]) == ["cam1", "cam2"]
    assert words(["probe", "--config", site, ""]) == ["cam1", "cam2", "ctl1"]
    for broken in ("device = 3", "[device", "device = []"):
        (tmp_path / "broken.toml").write_text(broken)
        assert words(["try", "--config", str(tmp_path / "broken.toml"), ""]) == []
    assert words(["try", "--config", str(tmp_path / "none.toml"), ""]) == []


@pytest.mark.parametrize("shell", SCRIPTS)
def test_scripts(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", shell]) == Exit.OK
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", script], check=True)


def test_bash_for_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "bash"]) == Exit.OK
    script = tmp_path / "edge-agent.bash"
    script.write_text(capsys.readouterr().out)
    ask = f"""
        edge-agent() {{ echo "asked: $*" >&3; printf 'cam1\\ncam2\\n'; }}
        source {script}
        COMP_WORDS=(edge-agent try ca); COMP_CWORD=2
        _edge_agent 3>&1
        printf '%s,' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "asked: completion words try ca\ncam1,cam2,"
