import random
import zipfile
from pathlib import Path

from edge_agent.bundle.pack import Member, pack


def noise(lines: int) -> bytes:
    dice = random.Random(1)
    return b"".join(b"%d %d\n" % (n, dice.getrandbits(200)) for n in range(lines))


def test_everything_that_fits_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    members = [Member("a.json", b"{}\n"), Member("log.txt", noise(100), tail=True)]
    assert pack(out, members) == []
    with zipfile.ZipFile(out) as bundle:
        assert {name: bundle.read(name) for name in bundle.namelist()} == {
            member.name: member.content for member in members
        }


def test_a_long_log_keeps_its_end_and_the_limit(tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    log = noise(20_000)
    words = pack(out, [Member("a.json", b"{}\n"), Member("log.txt", log, tail=True)], 200_000)
    assert out.stat().st_size <= 200_000
    assert words == [f"log.txt: {len(read(out, 'log.txt'))} of {len(log)} bytes"]
    assert log.endswith(read(out, "log.txt"))
    assert read(out, "log.txt")[:1].isdigit()


def test_what_does_not_fit_at_all_is_said(tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    words = pack(out, [Member("a.json", noise(40)), Member("b.json", noise(40))], 2500)
    assert words == ["b.json: left out, no room"]
    assert out.stat().st_size <= 2500
    assert list(tmp_path.iterdir()) == [out]


def read(out: Path, name: str) -> bytes:
    with zipfile.ZipFile(out) as bundle:
        return bundle.read(name)
