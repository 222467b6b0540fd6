"""Event ids: ULID, 48 bits of milliseconds and 80 random bits in Crockford base 32."""

import os

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_MAX = (1 << 48) - 1


def new(utc_ms: int) -> str:
    """Make an id; a time outside 48 bits is clamped, for a wrong clock must not stop events."""
    moment = min(max(utc_ms, 0), _TIME_MAX)
    number = moment << 80 | int.from_bytes(os.urandom(10))
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
