"""Text sealed to the centre's public key: this unit itself can not open it again.

``base64url(1 ‖ recipient ‖ ephemeral ‖ ciphertext)``, see docs/privacy.md. X25519 (RFC 7748) with
a key pair for each text, HKDF-SHA-256 (RFC 5869), ChaCha20-Poly1305 (RFC 8439).
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edge_agent.errors import PrivacyError
from edge_agent.privacy.pseudonym import Domain

_VERSION = b"\x01"
_RECIPIENT_BYTES = 4
_PAD = 16
"""Texts are filled with zero bytes to a multiple of this: their length tells the kind of plate."""
_NONCE = bytes(12)
"""Every text has a key of its own, so one nonce serves."""


class TextSeal:
    """Seals to one recipient.

    Args:
        key: The centre's.
        make: Ephemeral key pairs; another source only where bytes must be foreseen.
    """

    def __init__(
        self,
        key: X25519PublicKey,
        make: Callable[[], X25519PrivateKey] = X25519PrivateKey.generate,
    ) -> None:
        self._key = key
        self._raw = _raw(key)
        self._make = make

    def seal(self, domain: Domain, text: str) -> str:
        """The sealed text; no two are equal, even of equal texts."""
        pair = self._make()
        ephemeral = _raw(pair.public_key())
        secret = HKDF(
            algorithm=hashes.SHA256(),
            length=32,
            salt=ephemeral + self._raw,
            info=b"edge-sealed/1 " + domain.encode(),
        ).derive(pair.exchange(self._key))
        plain = text.encode()
        plain += bytes(-len(plain) % _PAD)
        sealed = ChaCha20Poly1305(secret).encrypt(_NONCE, plain, None)
        recipient = hashlib.sha256(self._raw).digest()[:_RECIPIENT_BYTES]
        whole = _VERSION + recipient + ephemeral + sealed
        return urlsafe_b64encode(whole).decode().rstrip("=")


def load_seal(path: Path) -> TextSeal:
    """Seal to the public key in this PEM file.

    Raises:
        PrivacyError: It is none, or of another kind.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise PrivacyError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise PrivacyError(f"{path}: not a public key in PEM") from error
    if not isinstance(key, X25519PublicKey):
        raise PrivacyError(f"{path}: a key of another kind; X25519 is needed")
    return TextSeal(key)


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
