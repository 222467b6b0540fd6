"""Schema 1: one table a stream, and one of accounts that says what the rows cannot."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.errors import SpoolError

SCHEMA = 1
PAGE_BYTES = 512

ACCOUNTS = """
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    ep TEXT NOT NULL,
    high INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0,
    published INTEGER NOT NULL DEFAULT 0,
    crc INTEGER NOT NULL
) STRICT
"""
STREAM_TABLE = """
CREATE TABLE {} (
    sq INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL,
    sub TEXT,
    early INTEGER,
    body BLOB NOT NULL
) STRICT
"""


@dataclass(slots=True)
class Account:
    """What is known of a stream without reading its rows.

    Attributes:
        high: Highest number given out.
        rows: Rows in the table.
        floor: Numbers up to here are gone for good.
        published: Numbers up to here were PUBACKed (ring mode).
        saved: ``high`` when last written down.
    """

    high: int = 0
    rows: int = 0
    floor: int = 0
    published: int = 0
    saved: int = 0


class Damaged(SpoolError):  # noqa: N818 - reads as the state it is
    """The database can be opened, but what it says cannot be what was written."""


def account_crc(values: Sequence[object]) -> int:
    """Checksum over an account's columns, name to published."""
    return zlib.crc32(" ".join(map(str, values)).encode())
