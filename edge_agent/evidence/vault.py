"""The unit's evidence on its disk: one folder, one ledger, one thread that touches them."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from edge_agent.clock import Clock
from edge_agent.errors import EvidenceError
from edge_agent.evidence.keys import UnitKey, load_or_make
from edge_agent.evidence.ledger import Line, Reader
from edge_agent.evidence.manifest import About
from edge_agent.evidence.pending import Owed, Pending
from edge_agent.evidence.retention import Drop, Retention, RetentionPolicy
from edge_agent.evidence.seal import LEDGER, SEALED, Sealed, Sealer

T = TypeVar("T")

FOLDER = "evidence"
KEY = "unit.key"
PUBLIC = "unit.pub"


class Vault:
    """Opens lazily, in its thread; every method but the async ones belongs into that thread.

    Args:
        state_dir: Where the folder of evidence and the unit's key lie.
        unit: Name of the unit.
        policy: What to keep.
        clock: Time.

    Attributes:
        failing: Why nothing can be sealed; empty while it can.
    """

    def __init__(self, state_dir: Path, unit: str, policy: RetentionPolicy, clock: Clock) -> None:
        self._home = state_dir
        self._folder = state_dir / FOLDER
        self._unit = unit
        self._policy = policy
        self._clock = clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="evidence")
        self._sealer: Sealer | None = None
        self._retention: Retention | None = None
        self._pending: Pending | None = None
        self.failing = ""

    async def run(self, work: Callable[..., T], *facts: Any) -> T:
        """Have something done in the thread.

        Raises:
            EvidenceError: The ledger or the key cannot be used.
            OSError: The disk is full or gone.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *facts)
        except (EvidenceError, OSError) as error:
            self.failing = str(error)
            raise

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown(wait=True)

    # --- in the thread ---

    def owe(self, owed: Owed) -> None:
        """Remember over a power cut that evidence is owed."""
        self._owing().owe(owed)

    def settled(self, event: str) -> None:
        """Evidence is sealed and told, or it was told that there is none."""
        self._owing().settled(event)

    def owed(self) -> list[tuple[Owed, Sealed | None]]:
        """What an earlier run left owing, with its package where that was sealed even so."""
        owed = self._owing().owed()
        sealed = self._sealed({one.event for one in owed}) if owed else {}
        return [(one, sealed.get(one.event)) for one in owed]

    def seal(self, about: About, files: Sequence[tuple[str, str, bytes]]) -> Sealed:
        """Seal a package."""
        sealed = self._open().seal(about, files)
        self.failing = ""
        return sealed

    def audit(self, what: str, facts: dict[str, Any]) -> None:
        """Put a line on record."""
        try:
            self._open().ledger.append(self._clock.utc_ms(), what, facts)
        except (EvidenceError, OSError) as error:
            self.failing = str(error)
            raise OSError(str(error)) from error
        self.failing = ""

    def sweep(self) -> list[Drop]:
        """Give up what is too old or too much."""
        sealer = self._open()
        if self._retention is None:
            self._retention = Retention(
                self._folder, sealer.ledger, self._policy, self._key().public
            )
        drops = self._retention.sweep(self._clock)
        self.failing = ""
        return drops

    def _sealed(self, events: set[str]) -> dict[str, Sealed]:
        self._open()
        found = {}
        lines: list[Line] = []
        Reader(self._folder / LEDGER, self._key().public).skim(lines.append)
        for line in lines:
            facts = line.facts
            if line.what == SEALED and facts["event"] in events and "copy_of" not in facts:
                path = self._folder / facts["file"]
                found[facts["event"]] = Sealed(path, line.n, facts["sha256"], facts["size"])
        return found

    def _owing(self) -> Pending:
        if self._pending is None:
            self._pending = Pending(self._folder / "pending")
        return self._pending

    def _open(self) -> Sealer:
        if self._sealer is None:
            self._sealer = Sealer(self._folder, self._unit, self._key(), self._clock)
        return self._sealer

    def _key(self) -> UnitKey:
        return unit_key(self._home)


def unit_key(state_dir: Path) -> UnitKey:
    """The unit's key, made when missing; its public half lies beside it.

    Raises:
        EvidenceError: It cannot be used.
    """
    key = load_or_make(state_dir / KEY)
    public = state_dir / PUBLIC
    if not public.exists() or public.read_bytes() != key.public.pem():
        public.write_bytes(key.public.pem())
    return key
