"""A unix socket in the state directory that tells people on the same box one thing and closes."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from edge_agent import sockets
from edge_agent.errors import StatusError
from edge_agent.oneshot import OneShot

_ANSWER_MAX = 8 * 1024 * 1024
_QUESTION_MAX = 16 * 1024
_CROWDED_S = 0.2


class Door:
    """Answers every connection with the same question's answer of that moment.

    Args:
        folder: The state directory.
        name: Of the socket in it.
        answer: All bytes of it.
    """

    def __init__(self, folder: Path, name: str, answer: Callable[[], bytes]) -> None:
        self._folder = folder
        self._name = name
        self._answer = answer
        self._clients = OneShot(self._tell)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        path = self._folder / self._name
        listener = sockets.bound(path, 0o660)
        listener.setblocking(False)
        self._server = await asyncio.start_unix_server(self._clients.handle, sock=listener)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            await self._clients.close(self._server)
            self._server = None
        with contextlib.suppress(OSError):
            (self._folder / self._name).unlink()

    async def _tell(self, _reader: asyncio.StreamReader) -> bytes:
        return self._answer()


class AskedDoor(Door):
    """Answers the question that each brings: one line.

    Args:
        folder: The state directory.
        name: Of the socket in it.
        answer: To a question, without its line's end; empty for who brings none.
    """

    def __init__(
        self, folder: Path, name: str, answer: Callable[[bytes], Awaitable[bytes]]
    ) -> None:
        super().__init__(folder, name, bytes)
        self._answer_to = answer

    async def _tell(self, reader: asyncio.StreamReader) -> bytes:
        question = bytearray()
        while b"\n" not in question and len(question) <= _QUESTION_MAX:
            chunk = await reader.read(_QUESTION_MAX)
            if not chunk:
                break
            question += chunk
        return await self._answer_to(bytes(question[: _QUESTION_MAX + 1]).partition(b"\n")[0])


def knock(folder: Path, name: str, timeout_s: float, question: bytes = b"") -> bytes:
    """Ask at a door; blocking, for the command line.

    Raises:
        StatusError: Nobody answers there.
    """
    path = folder / name
    with _in_words(path), sockets.connected(path, timeout_s) as client:
        if question:
            client.sendall(question + b"\n")
        return _read_all(client)


async def call(folder: Path, name: str, timeout_s: float) -> bytes:
    """Ask at a door while other things go on.

    Raises:
        StatusError: Nobody answers there, or not in time.
    """
    path = folder / name
    with _in_words(path):
        # To connect takes no time here, unless too many wait already; that may take a moment.
        client = sockets.connected(path, _CROWDED_S)
        client.setblocking(False)
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(sock=client)
            try:
                parts = bytearray()
                while chunk := await reader.read(65536):
                    parts += _bounded(parts, chunk)
                return bytes(parts)
            finally:
                writer.close()


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise StatusError(f"no agent is running here: there is no {path}") from None
    except PermissionError:
        raise StatusError(f"{path} is for root and the agent's group: use sudo") from None
    except ConnectionRefusedError:
        raise StatusError(f"the agent that made {path} is gone") from None
    except TimeoutError:
        raise StatusError(f"{path} does not answer") from None
    except OSError as error:
        raise StatusError(f"{path}: {error.strerror or error}") from error


def _read_all(client: socket.socket) -> bytes:
    parts = bytearray()
    while chunk := client.recv(65536):
        parts += _bounded(parts, chunk)
    return bytes(parts)


def _bounded(parts: bytearray, chunk: bytes) -> bytes:
    if len(parts) + len(chunk) > _ANSWER_MAX:
        raise OSError("the answer has no end")
    return chunk
