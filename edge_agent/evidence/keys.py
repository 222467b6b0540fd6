"""The unit's key: made on the unit, never leaves it; its public half goes wherever it is wanted.

Ed25519 (RFC 8032), in PEM as OpenSSL writes it.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical

SIGNATURE_BYTES = 64
_ID_CHARS = 16


class PublicKey:
    """Checks signatures.

    Attributes:
        id: First 16 hexadecimal digits of the SHA-256 of its 32 bytes.
    """

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = canonical.digest(raw)[:_ID_CHARS]

    def holds(self, signature: bytes, data: bytes) -> bool:
        """Whether this key signed ``data``."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> bytes:
        """To be handed out."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class UnitKey:
    """Signs."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Signature of 64 bytes."""
        return self._key.sign(data)


def load_or_make(path: Path) -> UnitKey:
    """The key in this file, readable by its owner alone; a new one when there is none.

    Raises:
        EvidenceError: It is there, but not an Ed25519 key, or others may read it.
    """
    if not path.exists():
        _make(path)
    elif path.stat().st_mode & 0o077:
        raise EvidenceError(f"{path}: others may read the unit's key: chmod 600, or make a new one")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise EvidenceError(f"{path}: not a private key in PEM without password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"{path}: a key of another kind; Ed25519 is needed")
    return UnitKey(key)


def load_public(path: Path) -> PublicKey:
    """A public key in PEM.

    Raises:
        EvidenceError: It is none.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise EvidenceError(f"{path}: not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError(f"{path}: a key of another kind; Ed25519 is needed")
    return PublicKey(key)


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # Linked into place whole: a power cut leaves no half a key, and a second maker loses.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, path)
    finally:
        fresh.unlink()
