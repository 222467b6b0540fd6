"""The code that proves that somebody stands at the unit's console; it sets the first password.

It is made by ``edge-agent web code``, shown there once, works once, and only its digest is stored.
Its end is counted by the clock since boot, for a new unit may not know the time.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path

from edge_agent import durable

FILE = "code.json"
VALID_S = 15 * 60
TRIES = 5
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which look like each other on a small screen."""
_LENGTH = 8
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def make(folder: Path) -> str:
    """A new code; the one before ends. The folder is made where it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    _write(folder, {"digest": _digest(code), "until": _now_s() + VALID_S, "tries": TRIES})
    if os.geteuid() == 0:
        # Root stands at the console; the page runs as whoever the state directory belongs to.
        owner = folder.parent.stat()
        for path in (folder, folder / FILE):
            os.chown(path, owner.st_uid, owner.st_gid)
    return f"{code[:4]}-{code[4:]}"


def waiting(folder: Path) -> bool:
    """Whether there is a code that could be used now."""
    return _read(folder) is not None


def use(folder: Path, typed: str) -> bool:
    """Whether this is the code; right or wrong, a try is spent."""
    known = _read(folder)
    if known is None:
        return False
    plain = "".join(letter for letter in typed.upper() if letter in _ALPHABET)
    right = hmac.compare_digest(_digest(plain), str(known["digest"]))
    if right or int(str(known["tries"])) <= 1:
        (folder / FILE).unlink(missing_ok=True)
    else:
        _write(folder, known | {"tries": int(str(known["tries"])) - 1})
    return right


def _read(folder: Path) -> dict[str, object] | None:
    try:
        known: dict[str, object] = json.loads((folder / FILE).read_bytes())
        alive = known["boot"] == _boot() and float(str(known["until"])) > _now_s()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known if alive else None


def _write(folder: Path, known: dict[str, object]) -> None:
    durable.replace(folder / FILE, json.dumps(known | {"boot": _boot()}).encode())


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii").strip()


def _now_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
