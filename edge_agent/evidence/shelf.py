"""The folder of evidence as a person at the unit meets it: list, copy, unlock; all on record."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_agent.clock import Clock
from edge_agent.errors import EvidenceError
from edge_agent.evidence.copies import Masker, masked
from edge_agent.evidence.keys import PublicKey, load_public
from edge_agent.evidence.ledger import Line, Reader
from edge_agent.evidence.retention import Drop, Retention, RetentionPolicy
from edge_agent.evidence.seal import DROPPED, LEDGER, SEALED, Sealer
from edge_agent.evidence.vault import FOLDER, PUBLIC, unit_key
from edge_agent.evidence.verify import Package, open_package

COPIED, UNLOCKED, SENT = "copied", "unlocked", "sent"


@dataclass(frozen=True, slots=True)
class Item:
    """A package that was sealed.

    Attributes:
        n: Its link.
        t: When it was sealed, UTC ms.
        event: Id of the violation.
        digest: Of its manifest.
        copy_of: Digest of the original, when it is a masked copy.
        dropped: Why it is not here any more; empty while it is.
    """

    n: int
    t: int
    kind: str
    event: str
    file: str
    size: int
    digest: str
    copy_of: str | None
    dropped: str = ""


class Shelf:
    """Works beside a running agent; each waits until the other has written its line.

    Args:
        state_dir: The agent's.
        clock: Time of what goes on record.

    Raises:
        EvidenceError: There is no evidence here.
    """

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._home = state_dir
        self._folder = state_dir / FOLDER
        self._clock = clock
        if not (self._folder / LEDGER).exists():
            raise EvidenceError(f"{self._folder}: no evidence was sealed here")

    @property
    def public(self) -> PublicKey:
        """The unit's public key."""
        return load_public(self._home / PUBLIC)

    def lines(self) -> Iterator[Line]:
        """The whole record, each line proved."""
        return Reader(self._folder / LEDGER, self.public).more()

    def items(self) -> list[Item]:
        """Every package that was ever sealed."""
        items: dict[int, Item] = {}
        lines: list[Line] = []
        Reader(self._folder / LEDGER, self.public).skim(lines.append)
        for line in lines:
            facts = line.facts
            if line.what == SEALED:
                items[line.n] = _item(line)
            elif line.what == DROPPED and facts["link"] in items:
                items[facts["link"]] = _item(items[facts["link"]], facts["why"])
        return list(items.values())

    def find(self, wanted: str) -> Item:
        """A package that is here, by its link or by the id of its violation.

        Raises:
            EvidenceError: There is none, or retention has dropped it.
        """
        found = [
            item
            for item in self.items()
            if str(item.n) == wanted or (item.event == wanted and item.copy_of is None)
        ]
        if not found:
            raise EvidenceError(f"{wanted}: no such link and no such violation")
        if found[0].dropped:
            raise EvidenceError(f"{wanted}: dropped by {found[0].dropped}")
        return found[0]

    def path(self, item: Item) -> Path:
        """Where it lies."""
        return self._folder / item.file

    def package(self, item: Item) -> Package:
        """Proved."""
        return open_package(self.path(item).read_bytes(), self.public)

    def copy(self, item: Item, masker: Masker) -> Item:
        """A masked copy: the one that is there already, or a new one."""
        for other in self.items():
            if other.copy_of == item.digest and not other.dropped:
                return other
        about, files = masked(self.package(item), masker)
        sealed = self._writer().seal(about, files)
        return self.find(str(sealed.n))

    def record(self, what: str, item: Item, **facts: str | int) -> None:
        """Put on record that somebody took it out."""
        self._writer().ledger.append(
            self._clock.utc_ms(), what, {"link": item.n, "file": item.file, "by": _who()} | facts
        )

    def sweep(self, policy: RetentionPolicy) -> list[Drop]:
        """Give up now what is too old or too much."""
        sealer = self._writer()
        key = unit_key(self._home).public
        return Retention(self._folder, sealer.ledger, policy, key).sweep(self._clock)

    def _writer(self) -> Sealer:
        owner = self._folder.stat().st_uid
        if os.geteuid() != owner:
            # Files that the agent could not touch later.
            raise EvidenceError(f"{self._folder}: only its owner may: sudo -u '#{owner}' …")
        unit = next((self._unit(item) for item in self.items() if not item.dropped), "")
        return Sealer(self._folder, unit, unit_key(self._home), self._clock)

    def _unit(self, item: Item) -> str:
        return self.package(item).manifest.unit


def _item(of: Line | Item, dropped: str = "") -> Item:
    if isinstance(of, Item):
        return Item(
            *(of.n, of.t, of.kind, of.event, of.file, of.size, of.digest, of.copy_of), dropped
        )
    facts: dict[str, Any] = of.facts
    return Item(
        n=of.n,
        t=of.t,
        kind=facts["kind"],
        event=facts["event"],
        file=facts["file"],
        size=facts["size"],
        digest=facts["sha256"],
        copy_of=facts.get("copy_of"),
    )


def _who() -> str:
    """Who asks: the person behind sudo, else the user; by number where there is no name."""
    return os.environ.get("SUDO_USER") or f"uid {os.getuid()}"
