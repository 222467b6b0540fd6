"""The live list: one line a vehicle, masked, and a clear word where nobody answers."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent import cli, door
from edge_agent.contract.samples import samples
from edge_agent.errors import StatusError
from edge_agent.exits import Exit
from edge_agent.history.recent import KEPT, SOCKET, Recent

Shown = pytest.CaptureFixture[str]
PASSAGE = json.loads(samples()["passage"])
PLATE, EPC = "30A12345", "3416A1B2C3D4E5F6A7B8C9D0"


def passage(number: int, lane: str = "north-1", **more: object) -> bytes:
    plate = {"t": PLATE, "p": 900, "n": 3, "c": ["30A12845"], "x": "c2VhbGVk"}
    told = {"lane": lane, "t": 1_790_000_000_000 + number * 1000, "plate": plate}
    told["tag"] = {"epc": EPC, "ant": 1}
    return json.dumps(PASSAGE | told | more).encode()


def ring(count: int, **more: str) -> Recent:
    kept = Recent("boot-1", "Asia/Ho_Chi_Minh")
    for number in range(count):
        kept.keep("passage", passage(number, **more))
        kept.keep("agg", b"{}")
    return kept


async def ask(folder: Path, kept: Recent, *words: str) -> int:
    async with door.Door(folder, SOCKET, kept.answer):
        return await asyncio.to_thread(cli.main, ["passages", "--state-dir", str(folder), *words])


async def test_one_line_a_vehicle_in_the_units_time(tmp_path: Path, capsys: Shown) -> None:
    assert await ask(tmp_path, ring(30), "--last", "3") == Exit.OK
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["TIME", "LANE", "DIR", "CLASS"]
    assert len(rows) == 3
    # 1 790 000 029 s is 21:13:49 at UTC+7.
    assert rows[-1].startswith("21:13:49.0    north-1")
    assert head.index("PLATE") == rows[0].index("30A•••45")


async def test_no_plate_and_no_tag_reaches_the_door(tmp_path: Path, capsys: Shown) -> None:
    kept = ring(3)
    await ask(tmp_path, kept)
    await ask(tmp_path, kept, "--json")
    shown = capsys.readouterr().out + kept.answer().decode()
    for secret in (PLATE, EPC, "30A12845", "c2VhbGVk"):
        assert secret not in shown
    assert "30A•••45" in shown


async def test_of_one_lane_for_machines(tmp_path: Path, capsys: Shown) -> None:
    kept = ring(5)
    kept.keep("passage", passage(9, lane="south-1"))
    await ask(tmp_path, kept, "--lane", "south-1", "--json")
    (row,) = capsys.readouterr().out.splitlines()
    assert json.loads(row)["lane"] == "south-1"


async def test_what_is_missing_says_why(tmp_path: Path, capsys: Shown) -> None:
    kept = Recent("b", "UTC")
    why = {"plate": "too-small", "tag": "no-sensor"}
    bare = passage(1, plate=None, tag=None, axles=None, sig=None, spd=None, why=why)
    kept.keep("passage", bare)
    await ask(tmp_path, kept)
    head, row = capsys.readouterr().out.splitlines()
    assert row.endswith("  plate:too-small")
    assert row[head.index("PLATE")] == "–"
    assert row[head.index("TAG")] == " "


async def test_a_pseudonym_is_told_as_one(tmp_path: Path, capsys: Shown) -> None:
    kept = Recent("b", "UTC")
    kept.keep("passage", passage(1, plate={"ps": "k1.ABCDEFGHIJKLMNOP", "p": 1, "n": 1}))
    await ask(tmp_path, kept)
    assert "~ABCDEF " in capsys.readouterr().out


def test_nobody_answers(tmp_path: Path, capsys: Shown) -> None:
    assert cli.main(["passages", "--state-dir", str(tmp_path)]) == Exit.UNREACHABLE
    shown = capsys.readouterr()
    assert "no agent is running here" in shown.err
    assert shown.out == ""


def test_following_tells_each_vehicle_once_and_what_was_missed(
    tmp_path: Path, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent goes on, is away, starts anew; at last somebody presses Ctrl-C."""
    first, later = ring(2), ring(2)
    for number in range(3):
        later.keep("passage", passage(10 + number))
    burst = ring(KEPT + 20)
    fresh = Recent("boot-2", "UTC")
    fresh.keep("passage", passage(77, lane="anew"))
    answers: Iterator[Recent | None] = iter([first, first, later, burst, None, None, fresh])

    def knock(folder: Path, name: str, timeout_s: float) -> bytes:
        answer = next(answers, first)
        if answer is None:
            raise StatusError("no agent is running here")
        if answer is first and len(told) > KEPT:
            raise KeyboardInterrupt
        return answer.answer()

    told: list[str] = []
    monkeypatch.setattr(door, "knock", knock)
    monkeypatch.setattr(time, "sleep", lambda s: told.extend(out()))

    def out() -> list[str]:
        shown = capsys.readouterr()
        words.append(shown.err)
        return shown.out.splitlines()

    words: list[str] = []
    code = cli.main(["passages", "--state-dir", str(tmp_path), "--follow"])
    told.extend(out())
    err = "".join(words)
    assert code == Exit.INTERRUPTED
    assert len(told) == 1 + 2 + 3 + KEPT + 1
    assert "anew" in told[-1]
    assert "… 15 came too quickly to be shown" in err
    assert err.count("waiting for it") == 1
    assert "the agent has started anew" in err
