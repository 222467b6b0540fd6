"""Who has an account: a small file, read again whenever it changed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from edge_agent import durable
from edge_agent.web.access.role import Role, role_of

FILE = "accounts.json"
MOST = 50
_VERSION = 1
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


@dataclass(frozen=True, slots=True)
class Account:
    """One person.

    Attributes:
        hashed: Of the password.
        since_ms: UTC of the last change; a session from before is over.
    """

    name: str
    role: Role
    hashed: str
    since_ms: int


class Refused(Exception):  # noqa: N818 - reads as the thing it is
    """A change that cannot be made; ``args[0]`` is a key of the words."""


class Accounts:
    """All of them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known: dict[str, Account] = {}
        self._stamp: tuple[int, int] | None = None

    def all(self) -> list[Account]:
        """By name."""
        self._read()
        return sorted(self._known.values(), key=lambda account: account.name)

    def get(self, name: str) -> Account | None:
        """The account of this name."""
        self._read()
        return self._known.get(name)

    def put(self, account: Account) -> None:
        """Add or replace.

        Raises:
            Refused: Its name is none, there are too many, or nobody would be left to decide.
            OSError: It could not be written; all is as before.
        """
        self._read()
        if not NAME.fullmatch(account.name):
            raise Refused("account-bad-name")
        if account.name not in self._known and len(self._known) >= MOST:
            raise Refused("account-too-many")
        self._write({**self._known, account.name: account})

    def remove(self, name: str) -> None:
        """Forget one.

        Raises:
            Refused: There is none, or nobody would be left to decide.
        """
        self._read()
        if name not in self._known:
            raise Refused("account-unknown")
        self._write({key: one for key, one in self._known.items() if key != name})

    def _read(self) -> None:
        try:
            about = self._path.stat()
        except FileNotFoundError:
            self._known, self._stamp = {}, None
            return
        stamp = (about.st_mtime_ns, about.st_ino)
        if stamp == self._stamp:
            return
        rows = json.loads(self._path.read_bytes())["accounts"]
        self._known = {
            name: Account(name, role_of(row["role"]), row["hash"], int(row["since"]))
            for name, row in rows.items()
        }
        self._stamp = stamp

    def _write(self, accounts: dict[str, Account]) -> None:
        if not any(account.role is Role.ADMIN for account in accounts.values()):
            raise Refused("account-last-admin")
        rows = {
            name: {"role": one.role.word, "hash": one.hashed, "since": one.since_ms}
            for name, one in accounts.items()
        }
        content = json.dumps({"version": _VERSION, "accounts": rows}, indent=1)
        durable.replace(self._path, content.encode())
        self._stamp = None
