import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.config.read import examine
from edge_agent.config.render import as_json, as_text
from edge_agent.redact import MASK
from tests.config.kinds import GOOD, FakeKinds

# Every place where people are known to write a secret, as a line of the camera's or uplink's table.
PLACES = [
    ("device.cam1", "password = {}"),
    ("device.cam1", "passwrod = {}"),
    ("device.cam1", "passwd = {}"),
    ("device.cam1", "password.value = {}"),
    ("device.cam1", "password = [{}]"),
    ("device.cam1", "fps = {{ password = {} }}"),
    ("device.cam1", "api_key = {}"),
    ("uplink", "password = {}"),
    ("uplink", "tls.key_password = {}"),
    ("unit", "token = {}"),
]
ADDRESSES = ["rtsp://admin:{}@10.0.0.5/main", "rtsp://{}@10.0.0.5/main", "mqtt://u:{}@host"]
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=382), min_size=8, max_size=20).map(
    lambda text: f"S3{text}cr3T"
)


def outputs(tmp_path: Path, text: str) -> str:
    file = tmp_path / "unit.toml"
    file.write_text(text)
    verdict = examine(file, FakeKinds())
    problems = [*verdict.errors, *verdict.warnings]
    return as_text(problems, "errors") + json.dumps(as_json(problems), ensure_ascii=False)


@given(secret=SECRETS, place=st.sampled_from(PLACES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_secret_in_a_setting_is_never_shown(
    tmp_path: Path, secret: str, place: tuple[str, str]
) -> None:
    table, line = place
    text = GOOD.replace(f"[{table}]\n", f"[{table}]\n{line.format(json.dumps(secret))}\n", 1)
    shown = outputs(tmp_path, text)
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown


@given(secret=SECRETS, address=st.sampled_from(ADDRESSES), broken=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_secret_in_an_address_is_never_shown(
    tmp_path: Path, secret: str, address: str, *, broken: bool
) -> None:
    value = json.dumps(address.format(secret))
    key = "broker" if address.startswith("mqtt") else "url"
    old = 'broker = "mqtt://127.0.0.1"' if key == "broker" else 'url = "rtsp://10.0.0.5/main"'
    text = GOOD.replace(old, f"{key} = {f'[{value}]' if broken else value}")
    shown = outputs(tmp_path, text)
    assert secret not in shown
    # A lone name with a slash in it cannot be told from a path with an @ in it.
    assert "password" in shown or "text" in shown or ("/" in secret and ":{}" not in address)


def test_an_inline_secret_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace('kind = "eye"', 'kind = "eye"\npassword = "hunter22"'))
    (problem,) = examine(file, FakeKinds()).errors
    assert problem.value == MASK
    assert "file:/absolute/path" in problem.allowed
    assert "mode 640" in problem.next


@pytest.mark.parametrize("reference", ["file:/none/such", "env:NONE_SUCH_42", "credential:none"])
def test_an_unresolved_reference_is_a_warning(tmp_path: Path, reference: str) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace('kind = "eye"', f'kind = "eye"\npassword = "{reference}"'))
    verdict = examine(file, FakeKinds())
    assert verdict.settings is not None
    (warning,) = verdict.warnings
    assert warning.where == "device.cam1.password"
    assert warning.line == GOOD[: GOOD.index('kind = "eye"')].count("\n") + 2


def test_references_in_nested_tables_are_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace("[uplink]", '[uplink]\ntls.key_password = "file:/none/such"'))
    (warning,) = examine(file, FakeKinds()).warnings
    assert warning.where == "uplink.tls.key_password"


def test_a_reference_that_resolves_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAM1_PASSWORD", "p@ss:w/o#r%d")
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace('kind = "eye"', 'kind = "eye"\npassword = "env:CAM1_PASSWORD"'))
    verdict = examine(file, FakeKinds())
    assert verdict.settings is not None
    assert verdict.warnings == []
    assert "p@ss" not in repr(verdict)


def test_a_malformed_reference_is_not_echoed(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace('kind = "eye"', 'kind = "eye"\npassword = "env:hunter-22!"'))
    (problem,) = examine(file, FakeKinds()).errors
    assert problem.wrong == "not a usable reference to a secret"
    assert "hunter" not in repr(problem)
