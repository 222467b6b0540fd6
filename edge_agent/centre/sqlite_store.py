"""The store on SQLite: WAL, synchronous=FULL, one file."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from edge_agent.centre.intake import Key
from edge_agent.centre.register import Account
from edge_agent.centre.store import Group, StoredEvent, StoreError
from edge_agent.contract import topics
from edge_agent.contract.spans import Spans

MAX_REFUSED = 10_000
"""Refused messages kept; the oldest make room. Somebody who sends rubbish fills no disk."""

_IDS_A_QUESTION = 500
_SCHEMA = Path(__file__).with_name("schema.sql")


class SqliteStore:
    """Keeps events in one SQLite file. Use it from one thread at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open or create.

        Raises:
            StoreError: Not a database, not ours, or not writable.
        """
        mode = "ro" if read_only else "rwc"
        try:
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {error}") from error
        try:
            if not read_only:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=FULL")
                self._db.executescript(_SCHEMA.read_text(encoding="utf-8"))
            self._db.execute("SELECT id, root, ep, st, sq FROM events LIMIT 1")
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"{path}: {error}") from error

    def accounts(self) -> list[Account]:
        """All accounts.

        Raises:
            StoreError: A row cannot be read back.
        """
        with _told():
            rows = self._db.execute(
                "SELECT root, ep, st, held, closed, duplicates, conflicts FROM streams"
            ).fetchall()
        found = []
        for root, ep, st, held, closed, duplicates, conflicts in rows:
            address = topics.parse(f"{root}/-")
            if address is None:
                raise StoreError(f"stream of {root!r}, which is no unit")
            account = Account(Key(address.unit, ep, st), _spans(held), _spans(closed))
            account.duplicates, account.conflicts = duplicates, conflicts
            found.append(account)
        return found

    def known(self, ids: Iterable[str]) -> set[str]:
        left = iter(ids)
        found: set[str] = set()
        while some := list(islice(left, _IDS_A_QUESTION)):
            marks = ",".join("?" * len(some))
            with _told():
                rows = self._db.execute(
                    f"SELECT id FROM events WHERE id IN ({marks})",  # noqa: S608 - only marks
                    some,
                )
                found.update(row[0] for row in rows)
        return found

    def commit(self, group: Group) -> None:
        """Write the group in one transaction."""
        with _told():
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._write(group)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _write(self, group: Group) -> None:
        self._db.executemany(
            "INSERT INTO events (id, root, ep, st, sq, t, q, received, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    event.id,
                    event.key.unit.root,
                    event.key.ep,
                    event.key.st,
                    event.sq,
                    event.t,
                    event.q,
                    group.received_ms,
                    event.body.decode(),
                )
                for event in group.events
            ],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO streams VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    account.key.unit.root,
                    account.key.ep,
                    account.key.st,
                    _text(account.held),
                    _text(account.closed),
                    account.duplicates,
                    account.conflicts,
                )
                for account in group.accounts
            ],
        )
        for notice in group.notices:
            name = type(notice.notice).__name__.lower()
            self._db.execute(
                f"INSERT INTO units (root, {name}, seen) VALUES (?, ?, ?)"  # noqa: S608 - class name
                f" ON CONFLICT (root) DO UPDATE SET {name} = excluded.{name}, seen = excluded.seen",
                (notice.unit.root, notice.body.decode(), group.received_ms),
            )
        if group.refused:
            self._db.executemany(
                "INSERT INTO rejected (received, topic, why, body) VALUES (?, ?, ?, ?)",
                [(group.received_ms, item.topic, item.why, item.body) for item in group.refused],
            )
            self._db.execute(
                "DELETE FROM rejected WHERE pos <= (SELECT max(pos) FROM rejected) - ?",
                (MAX_REFUSED,),
            )

    def events(self, *, stream: str | None = None) -> Iterator[StoredEvent]:
        rows = self._db.execute(
            "SELECT root, st, sq, ep, received, body FROM events"
            " WHERE ?1 IS NULL OR st = ?1 ORDER BY pos",
            (stream,),
        )
        for row in rows:
            yield StoredEvent(*row)

    def refused(self) -> Sequence[tuple[int, str, str]]:
        return self._db.execute("SELECT received, topic, why FROM rejected ORDER BY pos").fetchall()

    def close(self) -> None:
        self._db.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What SQLite complains of, in the words of the Store."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error


def _text(spans: Spans) -> str:
    return json.dumps(list(spans), separators=(",", ":"))


def _spans(text: str) -> Spans:
    return Spans((low, high) for low, high in json.loads(text))
