"""Opens texts that a unit sealed to the centre: plates and tags of who did nothing.

Written from docs/privacy.md alone and sharing no code with the unit, so that the two agree by the
format and not by accident.
"""

import binascii
import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Domain = Literal["plate", "tag"]

_HEAD = 1 + 4 + 32
_LEAST = _HEAD + 16
_PUBLIC = serialization.Encoding.Raw, serialization.PublicFormat.Raw


class SealedError(Exception):
    """A key or a sealed text that cannot be used; words for people."""


class Opener:
    """Holds the centre's private key."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes(*_PUBLIC)

    def open(self, domain: Domain, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            SealedError: Sealed to another key, of another domain, or changed.
        """
        try:
            raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except (binascii.Error, ValueError):
            raise SealedError("not base64url") from None
        if len(raw) < _LEAST or raw[0] != 1:
            raise SealedError("not a sealed text of a version that is known here")
        recipient, ephemeral = raw[1:5], raw[5:_HEAD]
        if recipient != hashlib.sha256(self._public).digest()[:4]:
            raise SealedError(f"sealed to another key: {recipient.hex()}")
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
            secret = HKDF(
                algorithm=hashes.SHA256(),
                length=32,
                salt=ephemeral + self._public,
                info=b"edge-sealed/1 " + domain.encode(),
            ).derive(shared)
            plain = ChaCha20Poly1305(secret).decrypt(bytes(12), raw[_HEAD:], None)
            return plain.rstrip(b"\0").decode()
        except (InvalidTag, ValueError):
            raise SealedError(f"no sealed {domain}, or it was changed") from None

    def fill(self, event: dict[str, Any]) -> int:
        """Put what is sealed in an event where its text would stand; how many were opened.

        Raises:
            SealedError: One of them cannot be opened.
        """
        opened = 0
        for part, key, domain in _places(event):
            if part.get("x") and part.get(key) is None:
                part[key] = self.open(domain, part["x"])
                opened += 1
        return opened


def _places(event: dict[str, Any]) -> list[tuple[dict[str, Any], str, Domain]]:
    found: list[tuple[dict[str, Any], str, Domain]] = []
    if isinstance(event.get("plate"), dict):
        found.append((event["plate"], "t", "plate"))
    if isinstance(event.get("tag"), dict):
        found.append((event["tag"], "epc", "tag"))
    if event.get("st") == "tag":
        found.append((event, "epc", "tag"))
    return found


def load_opener(path: Path) -> Opener:
    """The private key in this PEM file, as OpenSSL writes it.

    Raises:
        SealedError: It is none.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SealedError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError):
        raise SealedError(f"{path}: not a private key in PEM without password") from None
    if not isinstance(key, X25519PrivateKey):
        raise SealedError(f"{path}: a key of another kind; X25519 is needed")
    return Opener(key)


def open_lines(opener: Opener, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """NDJSON events with what is sealed in them opened.

    Yields:
        A line of the result and, where it is as it came, why; empty when nothing is wrong.
    """
    for line in lines:
        text = line.rstrip("\n")
        try:
            event = json.loads(text)
            if opener.fill(event):
                text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            yield text, ""
        except SealedError as error:
            yield text, str(error)
        except (ValueError, AttributeError):
            yield text, "not an event"
