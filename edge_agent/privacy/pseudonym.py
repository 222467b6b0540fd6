"""A plate or tag under a key: the same as long as the key lives, and nothing without it."""

import hmac
from base64 import b32encode
from typing import Literal

from edge_agent.privacy.keyring import Key

Domain = Literal["plate", "tag"]
"""What the text is: equal texts of two kinds have nothing in common."""

_BYTES = 10


def pseudonym(key: Key, domain: Domain, text: str) -> str:
    """``<key name>.<16 base 32 characters>``: 80 bits of HMAC-SHA-256 (RFC 2104, FIPS 180-4).

    A city's two million plates share a pseudonym with odds of one to a million million.
    """
    message = b"edge-pseudonym/1 " + domain.encode() + b"\0" + text.encode()
    digest = hmac.digest(key.secret, message, "sha256")
    return f"{key.name}.{b32encode(digest[:_BYTES]).decode()}"
