import asyncio
import socket
import stat
import threading
from pathlib import Path

import pytest

from edge_agent.cli import main
from edge_agent.commands.sheet import sheet
from edge_agent.errors import StatusError
from edge_agent.exits import Exit
from edge_agent.status import SOCKET, Snapshot, StatusServer, ask
from tests.snapshots import snapshot


async def test_answers_with_the_snapshot(tmp_path: Path) -> None:
    async with StatusServer(tmp_path, snapshot):
        answers = await asyncio.gather(*(asyncio.to_thread(ask, tmp_path) for _ in range(5)))
        assert answers == [snapshot()] * 5
        mode = (tmp_path / SOCKET).stat().st_mode
        assert stat.S_IMODE(mode) == 0o660
    assert not (tmp_path / SOCKET).exists()


async def test_a_path_longer_than_a_socket_may_have(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    async with StatusServer(deep, snapshot):
        assert await asyncio.to_thread(ask, deep) == snapshot()


async def test_a_socket_left_by_a_killed_agent_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET))
    with pytest.raises(StatusError, match="is gone"):
        ask(tmp_path)
    async with StatusServer(tmp_path, snapshot):
        assert await asyncio.to_thread(ask, tmp_path) == snapshot()


async def test_whoever_does_not_read_holds_nothing_up(tmp_path: Path) -> None:
    big = snapshot().model_copy(update={"events": {f"s{n}": n for n in range(200_000)}})
    async with StatusServer(tmp_path, lambda: big):
        reader, writer = await asyncio.open_unix_connection(tmp_path / SOCKET)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(ask, tmp_path) == big
    writer.close()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(StatusError, match="no agent is running here"):
        ask(tmp_path)
    with pytest.raises(StatusError, match="no agent is running here"):
        ask(tmp_path / "none")


@pytest.mark.parametrize("answer", [b"", b"{}", b"\xff\xff", b"[1]"])
def test_something_else_answers(tmp_path: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / SOCKET))
        server.listen()

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(StatusError, match="no status"):
            ask(tmp_path)
        thread.join(5)


def test_a_reader_ignores_what_a_newer_agent_adds() -> None:
    newer = snapshot().model_dump() | {"more": 1}
    assert Snapshot.model_validate(newer) == snapshot()


async def test_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["status", "--state-dir", str(tmp_path)]
    assert main(words) == Exit.UNREACHABLE
    assert "no agent is running here" in capsys.readouterr().err
    async with StatusServer(tmp_path, snapshot):
        assert await asyncio.to_thread(main, [*words, "--json"]) == Exit.NEGATIVE
        assert Snapshot.model_validate_json(capsys.readouterr().out) == snapshot()
        assert await asyncio.to_thread(main, words) == Exit.NEGATIVE
        assert "cam1" in capsys.readouterr().out
    calm = snapshot().model_copy(update={"alarms": [], "devices": []})
    async with StatusServer(tmp_path, lambda: calm):
        assert await asyncio.to_thread(main, words) == Exit.OK


def test_the_sheet_says_since_when_and_why() -> None:
    text = sheet(snapshot())
    row = next(line for line in text.splitlines() if line.startswith("cam1"))
    for word in ("camera", "down", "1 min 30 s ago", "1 min 35 s ago", "4", "timeout: no picture"):
        assert word in row
    assert "up 1 h 2 min" in text
    assert "room left for 3 d 0 h" in text
    assert "oldest 1 min 30 s" in text
    assert "7 signal (sacrificed)" in text
    assert "written 200 MB a day" in text
    assert "by ntp ± 5 ms" in text
    assert "last receipt 2 s ago" in text
    assert "WARNING cam1 lens-covered since 2026-09-21 14:13:20 UTC" in text
    assert "clean the lens" in text


def test_the_sheet_does_not_invent() -> None:
    text = sheet(snapshot(measured=False))
    assert "room left for not known yet" in text
    assert "none waits" in text
    assert "memory ?, CPU ?" in text
    assert "last receipt never" in text


def test_the_sheet_of_a_unit_in_trouble() -> None:
    good = snapshot()
    spool = good.spool.model_copy(update={"failing": "No space left on device"})
    uplink = good.uplink.model_copy(
        update={"connected": False, "trouble": "connection refused", "denied": 3}
    )
    update = {"spool": spool, "uplink": uplink, "test": True, "config_problems": 2}
    text = sheet(good.model_copy(update=update))
    for word in ("CANNOT WRITE: No space", "NOT CONNECTED", "connection refused", "TEST MODE"):
        assert word in text
    assert "the broker refused 3 messages" in text
    assert "2 error(s): running on the last good one" in text
