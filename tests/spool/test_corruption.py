"""Fault 13 in small: damage at sampled offsets. Rows that are whole survive, the rest is told."""

import random
from pathlib import Path

import pytest

from tests.spool.damage import FRAME, HARMS, PAGE, build, hurt, judge

_HEADER = [0, 18, 28, 44, 60, 100, 103, 105]


@pytest.mark.parametrize("clean", [True, False], ids=["closed", "killed"])
@pytest.mark.parametrize("harm", ["flip", "wipe"])
async def test_damage_costs_what_it_hits_and_is_told(
    tmp_path: Path, clean: bool, harm: str
) -> None:
    original = await build(tmp_path, 150, clean=clean)
    rng = random.Random(13)
    for file in original.files:
        size = file.stat().st_size
        for at in [*_HEADER, *(rng.randrange(size) for _ in range(8))]:
            path = hurt(original, tmp_path / "hurt", file.name, HARMS[harm], at)
            verdict = await judge(path, original)
            assert verdict.lost <= PAGE // 64, (file.name, at, verdict)
            assert not verdict.wrong, (file.name, at, verdict)
            assert not verdict.untold, (file.name, at, verdict)
            assert not verdict.reused, (file.name, at, verdict)
            assert not verdict.fresh, (file.name, at, verdict)
            assert verdict.took_s < 2, (file.name, at, verdict)


async def test_a_database_cut_short_keeps_what_is_left(tmp_path: Path) -> None:
    original = await build(tmp_path, 150, clean=True)
    size = original.files[0].stat().st_size
    for at in (size // 3, size - PAGE, size - 1):
        path = hurt(original, tmp_path / "hurt", "s.db", HARMS["cut"], at)
        verdict = await judge(path, original)
        assert (verdict.wrong, verdict.untold, verdict.reused) == (0, 0, 0), (at, verdict)
        assert verdict.lost < len(original.rows)


async def test_a_torn_log_keeps_the_commits_before_the_tear(tmp_path: Path) -> None:
    original = await build(tmp_path, 150, clean=False)
    log = next(file for file in original.files if file.name.endswith("-wal"))
    size = log.stat().st_size
    lost = []
    for at in (size - FRAME, size // 2, FRAME * 9):
        path = hurt(original, tmp_path / "hurt", log.name, HARMS["cut"], at)
        verdict = await judge(path, original)
        assert not verdict.wrong
        assert not verdict.fresh
        lost.append(verdict.lost)
    assert lost == sorted(lost)
    assert lost[0] < len(original.rows) / 2


async def test_broken_databases_are_set_aside_and_few_are_kept(tmp_path: Path) -> None:
    original = await build(tmp_path, 30, clean=True)
    path = hurt(original, tmp_path / "hurt", "s.db", HARMS["wipe"], 0)
    for _ in range(4):
        await judge(path, original)
        data = bytearray(path.read_bytes())
        HARMS["wipe"](data, 0)
        path.write_bytes(data)
    aside = sorted(file.name for file in path.parent.glob("*.corrupt-*"))
    assert aside == ["s.db.corrupt-3", "s.db.corrupt-4"]
