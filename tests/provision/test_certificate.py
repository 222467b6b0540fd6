import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge_agent.provision import certificate
from edge_agent.provision.record import ProvisionError
from tests.provision.kit import NOW_MS, SCRIPT, visit

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
Key = ec.EllipticCurvePrivateKey


def name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def issued(
    subject: str,
    key: Key,
    by: str,
    by_key: Key,
    *,
    ca: bool = False,
    days: tuple[int, int] = (-1, 90),
) -> bytes:
    built = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by_key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def root_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def root(root_key: Key) -> bytes:
    return issued("root", root_key, "root", root_key, ca=True)


def test_the_key_is_made_once_and_is_the_owners(tmp_path: Path) -> None:
    first = certificate.key(tmp_path / "identity")
    again = certificate.key(tmp_path / "identity")
    assert first.private_numbers() == again.private_numbers()
    file = tmp_path / "identity" / certificate.KEY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(ProvisionError, match="others may read it"):
        certificate.key(tmp_path / "identity")


def test_the_request_is_signed_by_the_key(tmp_path: Path) -> None:
    own = certificate.key(tmp_path)
    asked = x509.load_pem_x509_csr(certificate.request(own, "u1", "plaza", "hanoi"))
    assert asked.is_signature_valid
    assert asked.subject.rfc4514_string().startswith("ST=hanoi,OU=plaza,CN=hanoi-plaza-u1")


def test_a_certificate_of_the_root_and_of_an_intermediate(
    tmp_path: Path, root: bytes, root_key: Key
) -> None:
    own, middle = certificate.key(tmp_path), ec.generate_private_key(ec.SECP256R1())
    direct = issued("u1", own, "root", root_key)
    assert certificate.accepted(direct, root, own, NOW_MS).subject == name("u1")
    below = issued("u1", own, "middle", middle)
    above = issued("middle", middle, "root", root_key, ca=True)
    assert certificate.accepted(below + above, root, own, NOW_MS).subject == name("u1")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("other key", "belongs to another key"),
        ("expired", "expired on"),
        ("early", "holds only from"),
        ("stranger", "no chain"),
        ("no authority", "no chain"),
        ("noise", "no certificate in PEM"),
    ],
)
def test_a_wrong_certificate(
    tmp_path: Path, root: bytes, root_key: Key, wrong: str, words: str
) -> None:
    own, other = certificate.key(tmp_path), ec.generate_private_key(ec.SECP256R1())
    given: dict[str, Callable[[], bytes]] = {
        "other key": lambda: issued("u1", other, "root", root_key),
        "expired": lambda: issued("u1", own, "root", root_key, days=(-90, -1)),
        "early": lambda: issued("u1", own, "root", root_key, days=(1, 90)),
        "stranger": lambda: issued("u1", own, "root", other),
        # The one in the middle is a certificate, but may not issue any.
        "no authority": lambda: (
            issued("u1", own, "peer", other) + issued("peer", other, "root", root_key)
        ),
        "noise": lambda: b"-----BEGIN CERTIFICATE-----\n???",
    }
    with pytest.raises(ProvisionError, match=words):
        certificate.accepted(given[wrong](), root, own, NOW_MS)


async def test_after_a_wrong_file_another_is_asked_for(
    tmp_path: Path, root: bytes, root_key: Key
) -> None:
    from edge_agent.provision.identity import identity  # noqa: PLC0415 - beside its one test

    (tmp_path / "ca.pem").write_bytes(root)
    bad, good = tmp_path / "bad.pem", tmp_path / "good.pem"
    bad.write_bytes(b"half an upl")
    said = {"authorities": str(tmp_path / "ca.pem"), "certificate": str(bad)}
    script = {**SCRIPT, "identity": said}
    with pytest.raises(ProvisionError, match="no certificate"):
        await identity(visit(tmp_path, script=script))
    own = certificate.key(tmp_path / "state" / certificate.FOLDER)
    good.write_bytes(issued("u1", own, "root", root_key))
    script = {**SCRIPT, "identity": said | {"certificate": str(good)}}
    result = await identity(visit(tmp_path, script=script))
    assert result.state == "ok"
    assert result.facts["certificate_until"] == (NOW + timedelta(days=90)).date().isoformat()
    assert "PRIVATE" not in str(result)
