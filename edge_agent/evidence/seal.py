"""Seals packages into a folder and links each into the unit's ledger.

Order matters at a power cut: the package is durable before the ledger names it. A package that
carries the next link but is not in the ledger yet is what a cut in between leaves; opening takes
it in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_agent import durable
from edge_agent.clock import Clock
from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical, container
from edge_agent.evidence.container import Entry
from edge_agent.evidence.keys import UnitKey
from edge_agent.evidence.ledger import Ledger, Line
from edge_agent.evidence.manifest import About, File, Link, Manifest
from edge_agent.evidence.verify import BrokenPackage, open_package

SUFFIX = ".evidence.zip"
LEDGER = "ledger.jsonl"
SEALED = "sealed"
DROPPED = "dropped"

_NAME = re.compile(r"^(\d{8,})-([a-z0-9._-]+)\.evidence\.zip$")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A package on the disk.

    Attributes:
        n: Its link.
        digest: Of its manifest: what the event carries, and what a copy refers to.
    """

    path: Path
    n: int
    digest: str
    size: int


def package_name(n: int, kind: str) -> str:
    """File name of the package of this link."""
    return f"{n:08d}-{kind}{SUFFIX}"


def number_of(path: Path) -> int | None:
    """Link that the file name states; None when it is no name of a package."""
    match = _NAME.match(path.name)
    return int(match.group(1)) if match else None


class Sealer:
    """Writes a folder of evidence; several may, for each waits until the ledger is free.

    Args:
        folder: Made when missing, readable by its owner alone.
        unit: Name of the unit.
        key: Signs manifests and the ledger.
        clock: Time of sealing.

    Attributes:
        ledger: For what else must be on record: drops, unlocks, copies handed out.
        adopted: Packages that a power cut had left without their line.
        swept: Half-written files that it had left.

    Raises:
        EvidenceError: The folder's ledger is broken or another's.
    """

    def __init__(self, folder: Path, unit: str, key: UnitKey, clock: Clock) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._unit = unit
        self._key = key
        self._clock = clock
        self.ledger = Ledger(folder / LEDGER, key)
        with self.ledger.alone():
            self.swept = _sweep(folder)
            self.adopted = self._adopt()

    def seal(self, about: About, files: Sequence[tuple[str, str, bytes]]) -> Sealed:
        """Seal files (name, role, content) under one manifest.

        Raises:
            OSError: The disk is full or gone; nothing was promised.
            ValueError: A name that is not allowed, or twice the same.
        """
        with self.ledger.alone():
            return self._seal(about, files)

    def _seal(self, about: About, files: Sequence[tuple[str, str, bytes]]) -> Sealed:
        n = self.ledger.n + 1
        manifest = Manifest(
            unit=self._unit,
            key=self._key.public.id,
            sealed=self._clock.utc_ms(),
            chain=Link(n=n, prev=self.ledger.head),
            about=about,
            files=tuple(File.of(name, role, data) for name, role, data in files),
        )
        raw = manifest.encode()
        package = container.build(
            [
                Entry(container.MANIFEST, raw),
                Entry(container.SIGNATURE, self._key.sign(raw)),
                *(Entry(name, data) for name, _, data in files),
            ]
        )
        path = self._folder / package_name(n, about.kind)
        durable.replace(path, package)
        try:
            line = self._enter(manifest, path.name, len(package))
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return Sealed(path, line.n, line.facts["sha256"], len(package))

    def _enter(self, manifest: Manifest, name: str, size: int) -> Line:
        facts = {
            "file": name,
            "sha256": canonical.digest(manifest.encode()),
            "event": manifest.about.event,
            "kind": manifest.about.kind,
            "size": size,
        }
        if manifest.about.copy_of is not None:
            facts["copy_of"] = manifest.about.copy_of
        return self.ledger.append(manifest.sealed, SEALED, facts)

    def _adopt(self) -> int:
        adopted = 0
        while True:
            n = self.ledger.n + 1
            found = [path for path in self._folder.iterdir() if number_of(path) == n]
            if not found:
                return adopted
            path = found[0]
            try:
                package = open_package(path.read_bytes(), self._key.public)
            except BrokenPackage as error:
                raise EvidenceError(
                    f"{path}: {error}; it is not in the ledger: move it away to go on"
                ) from error
            if package.manifest.chain.prev != self.ledger.head:
                raise EvidenceError(
                    f"{path}: link {n} of another ledger: move it away, or put its ledger back"
                )
            self._enter(package.manifest, path.name, path.stat().st_size)
            adopted += 1


def _sweep(folder: Path) -> int:
    halves = list(folder.glob(f".*{SUFFIX}"))
    for half in halves:
        half.unlink()
    return len(halves)
