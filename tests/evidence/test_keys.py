from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge_agent.errors import EvidenceError
from edge_agent.evidence.keys import load_or_make, load_public


def test_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "unit.key"
    first = load_or_make(path)
    assert load_or_make(path).public.id == first.public.id
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["unit.key"]


def test_the_public_half_checks_and_forges_nothing(tmp_path: Path) -> None:
    key = load_or_make(tmp_path / "unit.key")
    pem = tmp_path / "unit.pub"
    pem.write_bytes(key.public.pem())
    public = load_public(pem)
    assert public.id == key.public.id
    assert public.holds(key.sign(b"x"), b"x")
    assert not public.holds(key.sign(b"x"), b"y")
    assert not public.holds(b"", b"x")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "unit.key"
    load_or_make(path)
    path.chmod(0o640)
    with pytest.raises(EvidenceError, match="chmod 600"):
        load_or_make(path)


def test_other_things_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "unit.key"
    path.write_bytes(b"nothing")
    path.chmod(0o600)
    with pytest.raises(EvidenceError, match="not a private key"):
        load_or_make(path)
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(EvidenceError, match="Ed25519"):
        load_or_make(path)
    with pytest.raises(EvidenceError, match="not a public key"):
        load_public(path)
    path.write_bytes(
        other.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(EvidenceError, match="Ed25519"):
        load_public(path)
    with pytest.raises(EvidenceError, match="No such file"):
        load_public(tmp_path / "none.pem")
