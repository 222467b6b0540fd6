"""Passwords as Argon2id hashes (RFC 9106), in the PHC form that other programs read too."""

import os
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_MEMORY_KIB, _PASSES, _LANES = 12288, 3, 1
"""Of OWASP's equally strong pairs one that a small unit can spare while somebody logs in."""


def hashed(password: str) -> str:
    """What may be stored."""
    engine = Argon2id(
        salt=os.urandom(16),
        length=32,
        iterations=_PASSES,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )
    return engine.derive_phc_encoded(password.encode())


def fits(password: str, stored: str) -> bool:
    """Whether this is the password of a stored hash."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored)
    except (InvalidKey, ValueError):
        return False
    return True


@cache
def nobodys() -> str:
    """Judged where there is no such account, so that both take equally long."""
    return hashed(os.urandom(16).hex())
