"""Account, folders and device rules: made in a scratch root, or read line by line."""

import re
import subprocess
from pathlib import Path

import pytest

from edge_agent.device import endpoint
from tests.needs import find, missing

SYSTEMD = Path(__file__).parents[2] / "systemd"
RULES = SYSTEMD / "60-edge-agent.rules"
TOKEN = re.compile(r'([A-Z]+)(\{[^}"]+\})?(==|!=|\+=|:=|=)"([^"]*)"')
MATCHES = {"ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNELS", "DRIVER", "TEST"}
SETS = {"SYMLINK", "GROUP", "MODE", "GOTO", "LABEL"}
BOTH = {"ENV", "ATTR"}


def _lines() -> list[list[tuple[str, ...]]]:
    rules = []
    for line in RULES.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        tokens = [TOKEN.fullmatch(part) for part in line.split(", ")]
        assert all(tokens), line
        rules.append([token.groups("") for token in tokens if token])
    return rules


def test_device_rules_are_well_formed() -> None:
    rules = _lines()
    assert len(rules) > 5
    for name, attribute, operator, _ in (token for rule in rules for token in rule):
        assert name in MATCHES | SETS | BOTH
        assert bool(attribute) == (name in BOTH)
        if name in MATCHES:
            assert operator in {"==", "!="}
        if name in SETS:
            assert operator in {"=", "+="}


def test_every_jump_has_a_landing() -> None:
    tokens = [token for rule in _lines() for token in rule]
    jumps = {value for name, _, _, value in tokens if name == "GOTO"}
    assert jumps == {value for name, _, _, value in tokens if name == "LABEL"}


def test_no_rule_applies_to_everything() -> None:
    for rule in _lines():
        names = [name for name, _, operator, _ in rule if operator in {"==", "!="}]
        assert names or rule[0][0] == "LABEL"


def test_udev_itself_takes_the_rules() -> None:
    udevadm = find("udevadm")
    if udevadm is None:
        pytest.skip("udevadm is not here")
    result = subprocess.run(
        [udevadm, "verify", str(RULES)], capture_output=True, text=True, check=False
    )
    if "Unknown" in result.stderr or "Usage" in result.stderr:
        pytest.skip("this udevadm is older than `verify` (systemd 254)")
    assert result.returncode == 0, result.stderr + result.stdout


def test_a_name_by_socket_is_a_name_that_the_agent_takes() -> None:
    link = next(value for rule in _lines() for name, _, _, value in rule if name == "SYMLINK")
    path = "/dev/" + link.replace("%b", "1-1.2:1.0")
    parsed = endpoint.parse(f"serial://{path}?baud=19200")
    assert isinstance(parsed, endpoint.SerialEndpoint)
    assert parsed.path == path


@pytest.mark.root
@pytest.mark.skipif(
    bool(missing(["root", "systemd-sysusers", "systemd-tmpfiles"])),
    reason="needs root, systemd-sysusers and systemd-tmpfiles",
)
def test_account_and_folders_come_out_right(tmp_path: Path) -> None:
    for folder in ("etc", "usr", "var"):
        (tmp_path / folder).mkdir()
    _quietly("systemd-sysusers", f"--root={tmp_path}", SYSTEMD / "edge-agent.sysusers.conf")
    account = (tmp_path / "etc/passwd").read_text()
    assert re.search(
        r"^edge-agent:.*:/var/lib/edge-agent:/usr/sbin/nologin$", account, re.MULTILINE
    )
    groups = (tmp_path / "etc/group").read_text()
    for group in ("dialout", "video"):
        assert re.search(rf"^{group}:.*edge-agent$", groups, re.MULTILINE)
    tmpfiles = SYSTEMD / "edge-agent.tmpfiles.conf"
    _quietly("systemd-tmpfiles", "--create", f"--root={tmp_path}", tmpfiles)
    modes = {
        name: (tmp_path / "etc/edge-agent" / name).stat().st_mode & 0o7777
        for name in ("", "secrets", "credentials")
    }
    assert modes == {"": 0o750, "secrets": 0o750, "credentials": 0o700}


def _quietly(program: str, *arguments: object) -> None:
    result = subprocess.run(
        [str(find(program)), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
