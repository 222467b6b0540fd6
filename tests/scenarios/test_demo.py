"""The demo as a stranger runs it: commands only, judged by what they print and leave behind."""

import json
import re
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *argv], capture_output=True, text=True, timeout=200, check=False
    )


LOOKED_AT = ("/", "/cameras", "/passages", "/signals")
Visit = tuple[Path, dict[str, Any], dict[str, str]]


def _looked(page: dict[str, str], trusted: Path, until: float) -> dict[str, str]:
    """The unit's page as somebody sees it who was given name and password: path to text."""
    context = ssl.create_default_context(cafile=str(trusted))
    with httpx.Client(base_url=page["url"], verify=context, follow_redirects=True) as browser:
        form = browser.get("login").text
        token = re.findall(r'name="token" value="([0-9a-f]+)"', form)[0]
        known = {"name": page["name"], "password": page["password"], "token": token}
        assert browser.post("login", data=known).status_code == 200
        while True:
            seen = {path: browser.get(path).text for path in LOOKED_AT}
            shown = re.search(r'<img src="/([^"]+)"', seen["/cameras"])
            if "<tbody>" in seen["/passages"] and shown:
                picture = browser.get(shown[1].replace("&amp;", "&"))
                return seen | {"picture": picture.content[:3].hex()}
            assert time.monotonic() < until, (seen["/passages"], seen["/cameras"])
            time.sleep(0.5)


@pytest.fixture(scope="module")
def visited(
    tmp_path_factory: pytest.TempPathFactory,
) -> Visit:
    """A short demo whose page was looked at while it ran: its folder, its result, what was seen."""
    folder = tmp_path_factory.mktemp("demo")
    words = ("demo", "--seconds", "20", "--json", "--keep", str(folder))
    with subprocess.Popen(
        [sys.executable, "-m", "edge_agent.simulators", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        file, until = folder / "page.json", time.monotonic() + 60
        while not (file.exists() and file.read_text().endswith("\n")):
            assert demo.poll() is None, demo.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        assert file.stat().st_mode & 0o777 == 0o600
        trusted = folder / "state" / "web" / "tls.crt"
        seen = _looked(json.loads(file.read_text()), trusted, time.monotonic() + 15)
        out, err = demo.communicate(timeout=120)
    assert demo.returncode == 0, err + out
    return folder, json.loads(out.splitlines()[-1]), seen


@pytest.fixture(scope="module")
def played(visited: Visit) -> tuple[Path, dict[str, Any]]:
    return visited[:2]


def test_its_page_shows_the_demo(visited: Visit) -> None:
    folder, result, seen = visited
    assert result["page"] == json.loads((folder / "page.json").read_text())["url"]
    assert result["page"].startswith("https://127.0.0.1:")
    for device in ("cam1", "ctl1"):
        assert f"<strong>{device}</strong>" in seen["/"]
    assert "demo-unit" in seen["/"]
    assert "<h2>ctl1</h2>" in seen["/signals"]
    assert seen["picture"] == "ffd8ff"


def test_its_page_ends_with_it(played: tuple[Path, dict[str, Any]]) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(played[1]["page"], verify=False)


def test_nothing_is_lost_and_nothing_is_doubled(played: tuple[Path, dict[str, Any]]) -> None:
    _, result = played
    assert result["recorded"] == result["stored"] > 10
    assert (result["lost"], result["duplicates"], result["given_up"]) == (0, 0, 0)
    assert {"passage", "signal", "agg", "dev"} <= set(result["streams"])


def test_every_true_change_of_phase_is_stored(played: tuple[Path, dict[str, Any]]) -> None:
    phases = played[1]["truth"]["phases"]
    assert phases["true"] > 0
    assert phases["recall"] == 1.0


def test_vehicles_are_counted_about_as_they_crossed(played: tuple[Path, dict[str, Any]]) -> None:
    crossings = played[1]["truth"]["crossings"]
    true, stored = (sum(crossings[which].values()) for which in ("true", "stored"))
    assert true > 3
    assert abs(stored - true) <= max(2, true // 4)


def test_every_message_validates_against_the_written_schemas(
    played: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """By jsonschema, which knows nothing of our models."""
    folder, result = played
    assert run("edge_agent", "contract", "--out", str(tmp_path)).returncode == 0
    validators = {
        path.stem: jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
        for path in (tmp_path / "schema").glob("*.json")
    }
    with closing(sqlite3.connect(folder / "centre.db")) as db:
        stored = db.execute("SELECT st, body FROM events").fetchall()
        units = db.execute("SELECT state, about FROM units").fetchall()
    assert len(stored) == result["stored"]
    for stream, body in stored:
        validators[stream].validate(json.loads(body))
    ((state, about),) = units
    validators["state"].validate(json.loads(state))
    validators["about"].validate(json.loads(about))


def test_centre_says_that_nothing_is_missing(played: tuple[Path, dict[str, Any]]) -> None:
    done = run("edge_agent.centre", "gaps", "--db", str(played[0] / "centre.db"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_camera_password_is_nowhere_but_in_its_file(played: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = played
    secret = (folder / "camera-password").read_text(encoding="utf-8").strip()
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "camera-password":
            assert secret.encode() not in path.read_bytes(), path.name
