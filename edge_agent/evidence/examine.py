"""Examine what lies in front of us: packages one by one, then the chain that links them.

A package alone proves itself. Together with the ledger it is also proved that none is missing,
put in, or swapped for another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.errors import EvidenceError
from edge_agent.evidence import ledger
from edge_agent.evidence.keys import PublicKey
from edge_agent.evidence.ledger import Line
from edge_agent.evidence.seal import DROPPED, LEDGER, SEALED, SUFFIX, number_of
from edge_agent.evidence.verify import BrokenPackage, Package, open_package


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        path: Package or ledger.
        part: File within the package, or link of the chain.
        start: First byte of the range that is wrong; None where it is no matter of bytes.
        end: The byte after it.
    """

    path: Path
    part: str
    wrong: str
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Examination:
    """What was looked at and what was found.

    Attributes:
        packages: Those that hold, by path.
        findings: In the order in which they were found; empty: all is as it was sealed.
        links: Lines of the ledger; None without one.
    """

    packages: dict[Path, Package] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    links: int | None = None


def examine(paths: Sequence[Path], key: PublicKey, book: Path | None = None) -> Examination:
    """Prove packages, folders of packages, and the ledger if there is one.

    Args:
        paths: Packages, or folders with packages and possibly their ledger.
        key: The unit's public key.
        book: A ledger that lies elsewhere. Only with folders is a missing package a finding: who
            names single packages does not claim to have all.

    Raises:
        EvidenceError: A path is not there, or there is nothing in it to prove.
    """
    result = Examination()
    folders = [path for path in paths if path.is_dir()]
    for path in _packages(paths):
        _one(path, key, result)
    books = [book] if book else [f / LEDGER for f in folders if (f / LEDGER).exists()]
    for found in books:
        _chain(found, key, result, whole=bool(folders))
    if not result.packages and not result.findings and not books:
        raise EvidenceError(f"nothing to verify: no *{SUFFIX} in {', '.join(map(str, paths))}")
    return result


def _packages(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob(f"*{SUFFIX}"))
        elif path.exists():
            yield path
        else:
            raise EvidenceError(f"{path}: no such file or folder")


def _one(path: Path, key: PublicKey, result: Examination) -> None:
    try:
        package = open_package(path.read_bytes(), key)
    except BrokenPackage as error:
        result.findings.append(Finding(path, error.part, error.wrong, error.start, error.end))
        return
    named = number_of(path)
    if named is not None and named != package.manifest.chain.n:
        wrong = f"the file is named as link {named}, the manifest says {package.manifest.chain.n}"
        result.findings.append(Finding(path, f"link {named}", wrong))
    result.packages[path] = package


def _chain(book: Path, key: PublicKey, result: Examination, *, whole: bool) -> None:
    lines: list[Line] = []
    try:
        lines.extend(ledger.read(book, key))
    except ledger.BrokenLine as error:
        result.findings.append(Finding(book, f"line {error.number}", str(error)))
        return
    except OSError as error:
        raise EvidenceError(f"{book}: {error.strerror}") from error
    result.links = len(lines)
    sealed = {line.n: line for line in lines if line.what == SEALED}
    for path, package in result.packages.items():
        _linked(path, package, sealed, result)
    if whole:
        dropped = {line.facts.get("file") for line in lines if line.what == DROPPED}
        here = {path.name for path in result.packages} | {f.path.name for f in result.findings}
        for line in sealed.values():
            name = line.facts["file"]
            if name not in here and name not in dropped:
                wrong = f"{name} was sealed, never dropped, and is not here"
                result.findings.append(Finding(book, f"link {line.n}", wrong))


def _linked(path: Path, package: Package, sealed: dict[int, Line], result: Examination) -> None:
    link = package.manifest.chain
    line = sealed.get(link.n)
    if line is None:
        wrong = "the ledger has no such link"
    elif line.facts["sha256"] != package.digest:
        wrong = f"the ledger's link {link.n} is another package: {line.facts['file']}"
    elif line.prev != link.prev:
        wrong = "it holds another digest of the link before than the ledger"
    else:
        return
    result.findings.append(Finding(path, f"link {link.n}", wrong))
