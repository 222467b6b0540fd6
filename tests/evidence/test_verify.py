"""Whatever is done to a folder of evidence, examining it names it."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.evidence import canonical, container
from edge_agent.evidence.container import Entry
from edge_agent.evidence.examine import examine
from edge_agent.evidence.keys import UnitKey, load_or_make
from edge_agent.evidence.manifest import BLOCK, About
from edge_agent.evidence.seal import LEDGER, Sealer
from edge_agent.evidence.verify import BrokenPackage, open_package
from tests.evidence.conftest import FILES

Abouts = Callable[..., About]
Tamper = Callable[[Path, random.Random, UnitKey], str]

ROUNDS = 200
"""Of each of five kinds."""


@pytest.fixture
def folder(sealer: Sealer, about: Abouts) -> Path:
    for n in range(4):
        sealed = sealer.seal(about(event=str(n)), FILES)
    return sealed.path.parent


def _packages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.zip"))


def flip_a_byte(folder: Path, chance: random.Random, _other: UnitKey) -> str:
    path = chance.choice([*_packages(folder), folder / LEDGER])
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return f"byte {at} of {path.name}"


def swap(folder: Path, chance: random.Random, _other: UnitKey) -> str:
    """Two packages, two files within one, or two lines of the ledger."""
    match chance.randrange(3):
        case 0:
            one, two = chance.sample(_packages(folder), 2)
            a, b = one.read_bytes(), two.read_bytes()
            one.write_bytes(b)
            two.write_bytes(a)
            return f"{one.name} for {two.name}"
        case 1:
            path = chance.choice(_packages(folder))
            entries = _entries(path)
            i, j = chance.sample(range(2, len(entries)), 2)
            entries[i], entries[j] = (
                Entry(entries[i].name, entries[j].data),
                Entry(entries[j].name, entries[i].data),
            )
            path.write_bytes(container.build(entries))
            return f"contents {i} and {j} of {path.name}"
        case _:
            lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
            i, j = chance.sample(range(len(lines)), 2)
            lines[i], lines[j] = lines[j], lines[i]
            (folder / LEDGER).write_bytes(b"".join(lines))
            return f"lines {i} and {j}"


def delete(folder: Path, chance: random.Random, _other: UnitKey) -> str:
    """A package, bytes out of one, a file out of one, or a line that others follow."""
    path = chance.choice(_packages(folder))
    match chance.randrange(4):
        case 0:
            path.unlink()
            return path.name
        case 1:
            data = path.read_bytes()
            at = chance.randrange(len(data))
            path.write_bytes(data[:at] + data[at + chance.randint(1, 5000) :])
            return f"bytes from {at} of {path.name}"
        case 2:
            entries = _entries(path)
            gone = entries.pop(chance.randrange(len(entries)))
            path.write_bytes(container.build(entries))
            return f"{gone.name} of {path.name}"
        case _:
            lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
            gone_line = chance.randrange(len(lines))
            del lines[gone_line]
            (folder / LEDGER).write_bytes(b"".join(lines))
            return f"line {gone_line}"


def sign_anew(folder: Path, chance: random.Random, other: UnitKey) -> str:
    """A changed manifest under another key, which may even claim to be the unit's."""
    path = chance.choice(_packages(folder))
    entries = _entries(path)
    manifest = json.loads(entries[0].data)
    manifest["about"]["facts"]["phase age ms"] = chance.randrange(4200)
    if chance.random() < 0.5:
        manifest["key"] = other.public.id
    raw = canonical.encode(manifest)
    entries[:2] = [Entry(container.MANIFEST, raw), Entry(container.SIGNATURE, other.sign(raw))]
    path.write_bytes(container.build(entries))
    return path.name


def put_in(folder: Path, chance: random.Random, _other: UnitKey) -> str:
    """Bytes, or a package once more under another number."""
    path = chance.choice(_packages(folder))
    if chance.random() < 0.3:
        shutil.copy(path, folder / f"{chance.randint(5, 99):08d}-red-light.evidence.zip")
        return f"{path.name} twice"
    data = path.read_bytes()
    at = chance.randrange(len(data) + 1)
    path.write_bytes(data[:at] + chance.randbytes(chance.randint(1, 300)) + data[at:])
    return f"bytes at {at} of {path.name}"


def _entries(path: Path) -> list[Entry]:
    data = path.read_bytes()
    size = container.first_size(data)
    assert size is not None
    start = container.header_size(container.MANIFEST)
    entries = [Entry(container.MANIFEST, data[start : start + size])]
    at = start + size + container.header_size(container.SIGNATURE)
    entries.append(Entry(container.SIGNATURE, data[at : at + 64]))
    entries += [Entry(name, content) for name, _, content in FILES]
    return entries


@pytest.mark.parametrize("tamper", [flip_a_byte, swap, delete, sign_anew, put_in])
def test_two_hundred_of_each_are_all_found(
    tamper: Tamper, folder: Path, key: UnitKey, tmp_path: Path
) -> None:
    assert not examine([folder], key.public).findings
    other = load_or_make(tmp_path / "other.key")
    chance = random.Random(tamper.__name__)
    unseen = []
    for round_ in range(ROUNDS):
        hurt = tmp_path / f"hurt{round_}"
        shutil.copytree(folder, hurt)
        what = tamper(hurt, chance, other)
        found = examine([hurt], key.public).findings
        if not found or not all(finding.part and finding.wrong for finding in found):
            unseen.append(what)
        shutil.rmtree(hurt)
    assert not unseen


def test_every_byte_of_a_small_package_counts(
    tmp_path: Path, key: UnitKey, clock: ManualClock, about: Abouts
) -> None:
    sealer = Sealer(tmp_path / "small", "u1", key, clock)
    data = sealer.seal(about(), [("a.txt", "note", b"abc")]).path.read_bytes()
    for at in range(len(data)):
        hurt = bytearray(data)
        hurt[at] ^= 0x20
        with pytest.raises(BrokenPackage) as caught:
            open_package(bytes(hurt), key.public)
        assert caught.value.start <= at < max(caught.value.end, caught.value.start + 1)


@pytest.mark.parametrize("block", [0, 1, 3])
def test_a_change_is_named_to_its_block(folder: Path, key: UnitKey, block: int) -> None:
    path = _packages(folder)[1]
    data = bytearray(path.read_bytes())
    start = data.index(FILES[0][2])
    at = start + block * BLOCK + 7
    data[at] ^= 1
    path.write_bytes(data)
    (finding,) = examine([folder], key.public).findings
    assert (finding.path, finding.part) == (path, "at.jpg")
    assert finding.start == start + block * BLOCK
    assert finding.end is not None
    assert finding.start <= at < finding.end


def test_a_missing_package_is_named_by_its_link(folder: Path, key: UnitKey) -> None:
    gone = _packages(folder)[2]
    gone.unlink()
    (finding,) = examine([folder], key.public).findings
    assert finding.part == "link 3"
    assert gone.name in finding.wrong


def test_one_package_alone_proves_itself_without_a_ledger(folder: Path, key: UnitKey) -> None:
    one = _packages(folder)[2]
    result = examine([one], key.public)
    assert not result.findings
    assert list(result.packages) == [one]
    assert result.links is None
    assert examine([one], key.public, folder / LEDGER).links == 4


@pytest.mark.parametrize("size", [0, 1, 30, 43, 200])
def test_what_is_cut_short_is_named(folder: Path, key: UnitKey, size: int) -> None:
    data = _packages(folder)[0].read_bytes()[:size]
    with pytest.raises(BrokenPackage, match="bytes"):
        open_package(data, key.public)
