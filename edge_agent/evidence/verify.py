"""Is this package as the unit sealed it? The answer names the first thing that is wrong.

Nothing is trusted before it is proved: the manifest by its signature, every file by the manifest,
every other byte by being the only one that these contents can have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical, container
from edge_agent.evidence.container import MANIFEST, SIGNATURE, Entry, header_size
from edge_agent.evidence.keys import SIGNATURE_BYTES, PublicKey
from edge_agent.evidence.manifest import BLOCK, File, Manifest, block_digests


class BrokenPackage(EvidenceError):  # noqa: N818 - reads as the thing it is
    """What is wrong first.

    Attributes:
        part: File within the package, or part of the ZIP file.
        start: First byte of the range that is wrong, counted in the package.
        end: The byte after it.
        wrong: In a few words.
    """

    def __init__(self, part: str, start: int, end: int, wrong: str) -> None:
        super().__init__(f"{part}: {wrong} (bytes {start}–{max(start, end - 1)} of the package)")
        self.part = part
        self.start = start
        self.end = end
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was proved.

    Attributes:
        digest: Of the manifest.
        files: Content by name.
    """

    manifest: Manifest
    digest: str
    files: Mapping[str, bytes]


def open_package(data: bytes, key: PublicKey) -> Package:
    """Prove a package.

    Raises:
        BrokenPackage: The first thing that is wrong.
    """
    raw, at = _manifest_bytes(data)
    signature = data[at + header_size(SIGNATURE) :][:SIGNATURE_BYTES]
    files_at = at + header_size(SIGNATURE) + SIGNATURE_BYTES
    if len(signature) < SIGNATURE_BYTES:
        raise BrokenPackage(SIGNATURE, at, len(data), "the package ends within it")
    manifest = _proved(raw, signature, at, key)
    entries = [Entry(MANIFEST, raw), Entry(SIGNATURE, signature)]
    place = files_at
    for file in manifest.files:
        place += header_size(file.name)
        entries.append(Entry(file.name, _content(data, place, file)))
        place += file.size
    _nothing_else(data, entries)
    files = {entry.name: entry.data for entry in entries[2:]}
    return Package(manifest, canonical.digest(raw), files)


def _manifest_bytes(data: bytes) -> tuple[bytes, int]:
    """The manifest, unproved, and where it ends: its header is believed only for its size."""
    size = container.first_size(data)
    if size is None:
        raise BrokenPackage(
            "header of " + MANIFEST,
            0,
            min(len(data), header_size(MANIFEST)),
            "not a package, or its first bytes or its end are gone",
        )
    start = header_size(MANIFEST)
    return data[start : start + size], start + size


def _proved(raw: bytes, signature: bytes, at: int, key: PublicKey) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise BrokenPackage(MANIFEST, 0, at, f"not a manifest: {_first_words(error)}") from None
    if manifest.key != key.id:
        raise BrokenPackage(
            MANIFEST, 0, at, f"signed by key {manifest.key}, not by the key given, {key.id}"
        )
    if not key.holds(signature, raw):
        raise BrokenPackage(
            f"{MANIFEST} or {SIGNATURE}",
            0,
            at + header_size(SIGNATURE) + SIGNATURE_BYTES,
            f"the signature of key {key.id} does not fit the manifest",
        )
    return manifest


def _first_words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _content(data: bytes, start: int, file: File) -> bytes:
    content = data[start : start + file.size]
    for number, (found, meant) in enumerate(zip(block_digests(content), file.blocks, strict=False)):
        if found != meant:
            low = number * BLOCK
            high = min(low + BLOCK, len(content))
            raise BrokenPackage(
                file.name, start + low, start + high, f"changed within its bytes {low}–{high - 1}"
            )
    if len(content) < file.size:
        raise BrokenPackage(
            file.name, start + len(content), start + file.size, "the package ends within it"
        )
    if canonical.digest(content) != file.sha256:
        raise BrokenPackage(file.name, start, start + file.size, "does not fit its digest")
    return content


def _nothing_else(data: bytes, entries: list[Entry]) -> None:
    """Every byte outside the files has one value that it can have."""
    meant = container.build(entries)
    if data == meant:
        return
    pairs = zip(data, meant, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(data), len(meant)))
    if at >= len(meant):
        raise BrokenPackage("end", at, len(data), "bytes follow the end of the package")
    span = next(span for span in container.spans(entries) if at < span.end)
    wrong = "the package ends within it" if at >= len(data) else f"changed at byte {at}"
    raise BrokenPackage(span.what, span.start, span.end, wrong)
