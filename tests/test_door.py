"""A door, asked without holding up the loop; blocking questions are tested with the status."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from edge_agent.door import AskedDoor, Door, call, knock
from edge_agent.errors import StatusError


async def test_both_ways_of_asking_give_all_of_the_answer(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    answer = bytes(range(256)) * 4000
    async with Door(deep, "x.sock", lambda: answer):
        assert await call(deep, "x.sock", 5.0) == answer
        answers = await asyncio.gather(*(call(deep, "x.sock", 5.0) for _ in range(8)))
        assert answers == [answer] * 8
        assert await asyncio.to_thread(knock, deep, "x.sock", 5.0) == answer


async def test_a_question_is_one_line(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(question: bytes) -> bytes:
        asked.append(question)
        return b"<" + question[:9] + b">"

    async with AskedDoor(tmp_path, "x.sock", answer):
        assert await asyncio.to_thread(knock, tmp_path, "x.sock", 5.0, b"how?") == b"<how?>"
        # Torn into pieces, with more than a line, and without an end to it.
        reader, writer = await asyncio.open_unix_connection(tmp_path / "x.sock")
        for piece in (b"wh", b"y?\nand", b"more"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.read() == b"<why?>"
        writer.close()
        await writer.wait_closed()
        reader, writer = await asyncio.open_unix_connection(tmp_path / "x.sock")
        writer.write_eof()
        assert await reader.read() == b"<>"
        writer.close()
        await writer.wait_closed()
    assert asked == [b"how?", b"why?", b""]


async def test_a_question_without_end_is_cut(tmp_path: Path) -> None:
    asked: list[int] = []

    async def answer(question: bytes) -> bytes:
        asked.append(len(question))
        return b"no"

    async with AskedDoor(tmp_path, "x.sock", answer):
        _, writer = await asyncio.open_unix_connection(tmp_path / "x.sock")
        writer.write(b"x" * 40_000)
        async with asyncio.timeout(5):
            while not asked:  # noqa: ASYNC110 - the door has what it takes
                await asyncio.sleep(0)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert 16_000 < asked[0] < 17_000


async def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(StatusError, match="there is no"):
        await call(tmp_path, "x.sock", 1.0)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "x.sock"))
    with pytest.raises(StatusError, match="is gone"):
        await call(tmp_path, "x.sock", 1.0)


async def test_whoever_is_silent_is_left(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "x.sock"))
        silent.listen(0)
        with pytest.raises(StatusError, match="does not answer"):
            await call(tmp_path, "x.sock", 0.05)
        with pytest.raises(StatusError):  # the queue before its door is full
            await asyncio.gather(*(call(tmp_path, "x.sock", 0.05) for _ in range(4)))


async def test_an_answer_without_end_is_refused(tmp_path: Path) -> None:
    async with Door(tmp_path, "x.sock", lambda: bytes(9_000_000)):
        with pytest.raises(StatusError, match="no end"):
            await call(tmp_path, "x.sock", 5.0)
