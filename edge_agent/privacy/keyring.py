"""Keys that live for a day or a month and are then destroyed.

``key`` only touches memory, so it may be called on the loop; ``turn`` does what the disk needs and
belongs in a thread. Every key has a name of its own, part date and part chance: whatever a clock
does, a name never means two keys, and a key that is gone cannot come back.
"""

import os
import re
import secrets
import threading
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from edge_agent import durable
from edge_agent.clock import Clock, Stamp
from edge_agent.privacy.period import named
from edge_agent.privacy.settings import PrivacySettings

SIZE = 32
"""Bytes of a key."""
AHEAD_S = 3600
"""A key is on the disk so long before its time begins."""
CREATED, DESTROYED = "key-created", "key-destroyed"

_CHANCE_BYTES = 5
_CHANCE = 4
_NAME = re.compile(r"^(?P<period>\d{6}|\d{8})-[a-z2-7]{4}\.(?:key|(?P<half>half))$")
_BLIND = "none"
"""Period of a unit that does not know the time: its key stays in memory."""
_BLIND_S = {"day": 86_400, "month": 31 * 86_400}

Audit = Callable[[str, dict[str, Any]], None]
"""Puts a line on record: what happened, and the facts."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name under which its pseudonyms are known."""

    name: str
    period: str
    secret: bytes = field(repr=False)
    born_ns: int = field(default=0, compare=False)


class Keyring:
    """The keys that are alive.

    Args:
        folder: Where they lie, readable by the owner alone; made when missing.
        settings: How long they live.
        clock: Time.
        zone: Where days begin and end.

    Attributes:
        failing: Why the disk did not do what it should at the last turn; empty when it did.
    """

    def __init__(
        self, folder: Path, settings: PrivacySettings, clock: Clock, zone: tzinfo = UTC
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._saved: set[str] = set()
        self._untold: list[tuple[str, dict[str, Any]]] = []
        self.failing = ""

    def key(self, at: Stamp) -> Key:
        """The key for a reading of this moment.

        A reading from a time whose key is gone, or that has not come yet, gets today's.
        """
        with self._lock:
            period = named(at.utc_ms, self._settings.rotate, self._zone)
            found = self._keys.get(period)
            return found if found is not None and self._known() else self._now()

    def turn(self, audit: Audit | None = None) -> None:
        """Save new keys, destroy those whose time is over; call it at the start, then often.

        Without ``audit`` what happened is told at the next turn that has one.

        A key is destroyed also when its disk copy is damaged, open to others, or from a future
        that the clock no longer believes in.
        """
        self.failing = ""
        wanted = self._wanted()
        with self._lock:
            self._retire(wanted)
        with self._noting():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
        for path in sorted(self._folder.glob("*-*.*")):
            with self._noting():
                self._meet(path, wanted)
        with self._lock:
            self._make(wanted)
            fresh = [key for key in self._keys.values() if self._unsaved(key)]
        for key in fresh:
            with self._noting():
                self._save(key)
        if audit is not None:
            self._tell(audit)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """One thing that the disk refuses keeps nothing else from being done."""
        try:
            yield
        except OSError as error:
            self.failing = f"{error.filename or self._folder}: {error.strerror or error}"

    def _known(self) -> bool:
        return self._clock.quality().source != "none"

    def _now(self) -> Key:
        if not self._known():
            return self._blind()
        period = named(self._clock.utc_ms(), self._settings.rotate, self._zone)
        return self._keys.get(period) or self._put(period)

    def _blind(self) -> Key:
        """Without a date only the time since it was made can end a key."""
        now = self._clock.mono_ns()
        key = self._keys.get(_BLIND)
        if key is None or now - key.born_ns > _BLIND_S[self._settings.rotate] * 1e9:
            key = self._put(_BLIND)
        return key

    def _put(self, period: str) -> Key:
        chance = b32encode(secrets.token_bytes(_CHANCE_BYTES)).decode().lower()[:_CHANCE]
        key = Key(f"{period}-{chance}", period, secrets.token_bytes(SIZE), self._clock.mono_ns())
        self._forget(period)
        self._keys[period] = key
        self._untold.append((CREATED, {"key": key.name}))
        return key

    def _forget(self, period: str) -> None:
        """Out of memory; on record unless its file is still to go."""
        gone = self._keys.pop(period, None)
        if gone is not None and gone.name not in self._saved:
            self._untold.append((DESTROYED, {"key": gone.name, "why": "over"}))

    def _wanted(self) -> list[str]:
        """Periods whose keys may live: that of the grace, now, the next."""
        now = self._clock.utc_ms()
        moments = (now - self._settings.grace_min * 60_000, now, now + AHEAD_S * 1000)
        return [named(moment, self._settings.rotate, self._zone) for moment in moments]

    def _retire(self, wanted: Sequence[str]) -> None:
        if self._known():  # by a date that is not believed nothing is destroyed
            for period in [period for period in self._keys if period not in wanted]:
                self._forget(period)

    def _make(self, wanted: Sequence[str]) -> None:
        if self._known():
            for period in wanted[1:]:
                if period not in self._keys:
                    self._put(period)

    def _meet(self, path: Path, wanted: Sequence[str]) -> None:
        """A file of an earlier turn or run: take it in, or destroy it."""
        match = _NAME.match(path.name)
        if match is None:
            return
        period = match["period"]
        with self._lock:
            held = self._keys.get(period)
        if match["half"]:
            self._destroy(path, "not whole")
        elif self._known() and period not in wanted:
            self._destroy(path, "over")
        elif held is not None and held.name != path.stem:
            self._destroy(path, "not used")
        elif path.stat().st_mode & 0o077:
            self._destroy(path, "open to others")
            with self._lock:
                self._keys.pop(period, None)
        elif held is None:
            self._take_in(path, period)

    def _take_in(self, path: Path, period: str) -> None:
        secret = path.read_bytes()
        if len(secret) != SIZE:
            self._destroy(path, "damaged")
            return
        self._saved.add(path.stem)
        with self._lock:
            self._keys.setdefault(period, Key(path.stem, period, secret))

    def _unsaved(self, key: Key) -> bool:
        return key.period != _BLIND and key.name not in self._saved

    def _save(self, key: Key) -> None:
        path = self._folder / f"{key.name}.key"
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(key.secret)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)
        durable.sync(self._folder)
        self._saved.add(key.name)

    def _destroy(self, path: Path, why: str) -> None:
        with path.open("r+b", buffering=0) as out:
            out.write(secrets.token_bytes(max(path.stat().st_size, SIZE)))
            os.fsync(out.fileno())
        path.unlink()
        durable.sync(self._folder)
        self._saved.discard(path.stem)
        self._untold.append((DESTROYED, {"key": path.stem, "why": why}))

    def _tell(self, audit: Audit) -> None:
        """What could not be put on record is told at the next turn."""
        while self._untold:
            try:
                audit(*self._untold[0])
            except OSError as error:
                self.failing = self.failing or f"audit log: {error.strerror or error}"
                return
            self._untold.pop(0)
