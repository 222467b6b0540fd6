"""Whose turn it is, between two steps and over kills."""

import argparse
from pathlib import Path

import pytest

from edge_agent.commands import provision
from edge_agent.provision import engine
from edge_agent.provision.record import Record
from edge_agent.provision.turn import Taken, Turn
from tests.provision.kit import NOW_MS

HOUR_MS = 3_600_000


@pytest.fixture
def turn(tmp_path: Path) -> Turn:
    return Turn(Record(tmp_path).folder)


def test_the_first_holds_it_and_goes_on_holding_it(turn: Turn) -> None:
    assert turn.holder(NOW_MS) is None
    turn.take("Lan", NOW_MS)
    again = turn.take("Lan", NOW_MS + HOUR_MS)
    assert (again.since_ms, again.last_ms) == (NOW_MS, NOW_MS + HOUR_MS)


def test_the_second_is_told_who_and_since_when(turn: Turn) -> None:
    turn.take("Lan", NOW_MS)
    with pytest.raises(Taken, match=r"Lan has been provisioning this unit since 2026-05-28 20:26"):
        turn.take("Minh", NOW_MS + 1)
    holder = turn.holder(NOW_MS + 1)
    assert holder is not None
    assert holder.who == "Lan"


def test_taken_over_knowingly_it_changes_hands(turn: Turn) -> None:
    turn.take("Lan", NOW_MS)
    taken = turn.take("Minh", NOW_MS + 5, over=True)
    assert (taken.who, taken.since_ms) == ("Minh", NOW_MS + 5)
    with pytest.raises(Taken):
        turn.take("Lan", NOW_MS + 6)


def test_who_has_gone_home_holds_nobody_up(turn: Turn) -> None:
    turn.take("Lan", NOW_MS)
    turn.take("Minh", NOW_MS + 5 * HOUR_MS)
    turn.end()
    assert turn.holder(NOW_MS + 5 * HOUR_MS) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"who": 1}', '{"who": "a", "x": 1}'])
def test_a_file_that_means_nothing_holds_nobody_up(tmp_path: Path, content: str) -> None:
    record = Record(tmp_path)
    (record.folder / "turn.json").write_text(content)
    assert Turn(record.folder).take("Lan", NOW_MS).who == "Lan"


def test_a_step_made_again_asks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, seen = Record(tmp_path), []
    for key in ("unit.id", "identity.certificate", "search.net"):
        record.answer(key, "")
    for step in ("identity", "clock", "discovery"):
        record.done(step, {"state": "ok", "why": "", "facts": {}, "pictures": []})

    async def look(*_: object) -> None:
        seen.append((record.answers(), [record.result(step) for step in ("identity", "clock")]))
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", look)
    parser = argparse.ArgumentParser()
    provision.configure(parser)
    words = ["--config", str(tmp_path / "u"), "--state-dir", str(tmp_path), "--step", "identity"]
    with pytest.raises(KeyboardInterrupt):
        provision.run(parser.parse_args(words))
    assert seen == [({"search.net": ""}, [None, None])]


def test_a_terminal_is_told_and_may_take_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = argparse.ArgumentParser()
    provision.configure(parser)
    places = ["--config", str(tmp_path / "unit.toml"), "--state-dir", str(tmp_path)]
    Turn(Record(tmp_path).folder).take("Lan", provision._now_ms())
    with pytest.raises(Taken, match="--take-over"):
        provision.run(parser.parse_args([*places, "--who", "Minh"]))
    reached: list[str] = []

    async def ask(*_: object) -> None:
        reached.append("engine")
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", ask)
    with pytest.raises(KeyboardInterrupt):
        provision.run(parser.parse_args([*places, "--who", "Minh", "--take-over"]))
    assert reached == ["engine"]
