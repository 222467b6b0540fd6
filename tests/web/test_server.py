"""The process: where it listens, what it loads, its certificate, its command."""

import gzip
import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from edge_agent import status
from edge_agent.cli import main
from edge_agent.history import recent
from edge_agent.web import certificate, server, tally
from edge_agent.web.access import code
from edge_agent.web.sources import agent, sealed
from tests.web.unit import SITE

HEAVY = {
    "pydantic",
    "structlog",
    "numpy",
    "cv2",
    "cryptography.x509",
    "paho",
    "edge_agent.settings",
}


def test_the_page_loads_nothing_heavy() -> None:
    script = (
        "import edge_agent.web.server, edge_agent.web.house, sys, json;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert HEAVY & loaded == set()
    assert not any(name.startswith("cryptography") for name in loaded)


def test_the_doors_are_those_of_the_agent() -> None:
    assert (agent.STATUS, agent.PASSAGES) == (status.SOCKET, recent.SOCKET)
    assert sealed.FOLDER == "evidence"


@pytest.mark.parametrize(
    ("text", "expose", "wrong"),
    [
        ("127.0.0.1:8443", False, ""),
        ("[::1]:0", False, ""),
        ("192.168.8.1:8443", True, ""),
        ("192.168.8.1:8443", False, "--expose"),
        ("0.0.0.0:8443", True, "every network"),
        ("[::]:8443", True, "every network"),
        ("localhost:8443", False, "not a name"),
        ("127.0.0.1", False, "IP address and a port"),
        ("127.0.0.1:99999", False, "IP address and a port"),
        ("127.0.0.1:x", False, "IP address and a port"),
    ],
)
def test_where_it_may_listen(text: str, expose: bool, wrong: str) -> None:
    if not wrong:
        assert server.address_of(text, expose=expose).url.startswith("https://")
        return
    with pytest.raises(server.ListenError, match=wrong):
        server.address_of(text, expose=expose)


def test_on_loopback_it_is_called_localhost_elsewhere_not() -> None:
    near, far = server.Address("127.0.0.1", 1), server.Address("192.0.2.1", 1)
    assert server.names(near, ["Unit-7"]) == {"127.0.0.1", "localhost", "unit-7"}
    assert "localhost" not in server.names(far, [])


def test_the_units_own_certificate_is_made_once_for_its_names(tmp_path: Path) -> None:
    hosts = frozenset({"192.0.2.1", "unit-7"})
    made, key = certificate.load_or_make(tmp_path, hosts)
    assert key.stat().st_mode & 0o077 == 0
    assert certificate.load_or_make(tmp_path, hosts) == (made, key)
    text = subprocess.run(
        ["openssl", "x509", "-in", str(made), "-noout", "-text"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "192.0.2.1" in text
    assert "DNS:unit-7" in text
    assert certificate.context(made, key).minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(certificate.digest(made)) == 95
    with pytest.raises(certificate.CertificateError):
        certificate.context(made, tmp_path / "none")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(certificate.CertificateError, match="cannot be made"):
        certificate.load_or_make(tmp_path / "none", frozenset({"x"}))


def test_the_code_is_printed_and_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "code", "--state-dir", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert code.use(tmp_path / "web", told["code"])
    assert main(["web", "code", "--state-dir", str(tmp_path)]) == 0
    assert "15 minutes" in capsys.readouterr().out


def test_an_address_of_the_network_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["web", "--listen", "192.0.2.1:1", "--state-dir", str(tmp_path)]
    assert main(words) == 1
    assert "--expose" in capsys.readouterr().err


def test_it_serves_over_tls_and_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "unit.toml").write_text(SITE)
    words = [
        sys.executable, "-m", "edge_agent", "web", "--json", "--listen", "127.0.0.1:0",
        "--config", str(tmp_path / "unit.toml"), "--state-dir", str(tmp_path),
    ]  # fmt: skip
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        trusting = ssl.create_default_context(cafile=str(tmp_path / "web" / "tls.crt"))
        page = told["url"] + "first"
        opened = urllib.request.urlopen(page, context=trusting, timeout=20)  # noqa: S310 - ours
        with opened as answer:
            assert answer.status == 200
            assert "server" not in answer.headers
        plain = told["url"].replace("https", "http")
        with pytest.raises((urllib.error.URLError, ConnectionError, OSError)):
            urllib.request.urlopen(plain, timeout=5)  # noqa: S310 - ours
        process.terminate()
        assert process.wait(20) == 0
    assert told["first_use"] is True


def test_counts_are_read_out_of_the_history(tmp_path: Path) -> None:
    now = 1_790_000_000_000
    rows = [
        {"t": now - 60_000, "lane": "a", "src": "camera", "n": [{"n": 3, "spd": 300}, {"n": 1}]},
        {"t": now - 50_000, "lane": "a", "src": "camera", "n": [{"n": 1, "spd": 500}]},
        {"t": now - 40_000, "lane": "b", "src": "camera", "n": None},
        {"t": now - 30_000, "d": "cam1", "state": "ok"},
    ]
    content = b"\n".join(json.dumps(row).encode() for row in rows) + b"\n"
    (tmp_path / "2026-09-21.ndjson.gz").write_bytes(gzip.compress(content) + b"\x1f\x8b torn")
    told = tally.tally(tmp_path, now)
    assert sum(filter(None, told["lanes"]["a"])) == 5
    assert "b" not in told["lanes"]
    assert [each for each in told["speeds"]["a"] if each is not None] == [350]
    assert told["torn"] == 1
