from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge_agent.clock import ManualClock, stamp
from edge_agent.errors import PrivacyError
from edge_agent.privacy.keyring import Keyring
from edge_agent.privacy.sealing import TextSeal, load_seal
from edge_agent.privacy.veil import Veil

CENTRE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
EPHEMERAL = X25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
GOLDEN = (
    "Ae7diD01gHLWNliA0a7qMprfkSE4OFHtIaKOO3XpZdDSzRZiVAIlp-fxDlVNnENXUwDGMEpC36109XdoZ-U11sFeI2Xf"
)
"""Calculated from docs/privacy.md with HMAC written out."""


def test_golden_vector() -> None:
    seal = TextSeal(CENTRE.public_key(), lambda: EPHEMERAL)
    assert seal.seal("plate", "51F12345") == GOLDEN


def test_equal_texts_do_not_look_equal_and_all_plates_are_of_one_length() -> None:
    seal = TextSeal(CENTRE.public_key())
    sealed = {seal.seal("plate", "51F12345") for _ in range(20)}
    assert len(sealed) == 20
    assert {len(text) for text in sealed} == {len(seal.seal("plate", "80NG"))} == {92}


def test_the_veil_brings_it_along(ring: Keyring, clock: ManualClock) -> None:
    hidden = Veil(ring, TextSeal(CENTRE.public_key())).plate("51F12345", stamp(clock))
    assert hidden.sealed is not None
    assert "51F12345" not in hidden.sealed + hidden.ps


def test_a_key_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "centre.pub"
    path.write_bytes(
        CENTRE.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    assert len(load_seal(path).seal("tag", "E200")) == 92


@pytest.mark.parametrize("content", [None, b"", b"no key"], ids=["none", "empty", "text"])
def test_a_file_that_is_no_key_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "centre.pub"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PrivacyError, match=r"centre\.pub"):
        load_seal(path)


def test_a_key_of_another_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "unit.pub"
    path.write_bytes(
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(PrivacyError, match="X25519"):
        load_seal(path)
