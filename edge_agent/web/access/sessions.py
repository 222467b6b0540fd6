"""Who is logged in: in memory only, so a restart logs everybody out."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from edge_agent.web.access.role import Role

_NS = 1_000_000_000
_HOUR = 3600
LIFE_S = {Role.VIEWER: 30 * 24 * _HOUR, Role.TECHNICIAN: 12 * _HOUR, Role.ADMIN: 4 * _HOUR}
"""A wall screen stays for a month; who may change things does not."""
IDLE_S = {Role.VIEWER: 30 * 24 * _HOUR, Role.TECHNICIAN: 30 * 60, Role.ADMIN: 15 * 60}
"""Without a click; a page that refreshes itself is no click."""
MOST = 200


@dataclass(slots=True)
class Session:
    """One browser that has logged in. Times are monotonic.

    Attributes:
        unveiled: The camera that it may see without a mask, until ``unveiled_until_ns``.
    """

    name: str
    role: Role
    begun_ns: int
    touched_ns: int
    unveiled: str = ""
    unveiled_until_ns: int = 0


class Sessions:
    """All of them, by the digest of their cookie: who reads memory cannot use what it finds."""

    def __init__(self) -> None:
        self._known: dict[str, Session] = {}
        self._secret = secrets.token_bytes(32)

    def begin(self, name: str, role: Role, now_ns: int) -> str:
        """A new session; the cookie's value."""
        self._forget(now_ns)
        if len(self._known) >= MOST:
            oldest = min(self._known, key=lambda key: self._known[key].touched_ns)
            del self._known[oldest]
        cookie = secrets.token_urlsafe(32)
        self._known[_digest(cookie)] = Session(name, role, now_ns, now_ns)
        return cookie

    def of(self, cookie: str, now_ns: int, *, click: bool) -> Session | None:
        """The session of a cookie, while it lasts."""
        key = _digest(cookie)
        session = self._known.get(key)
        if session is None:
            return None
        if _over(session, now_ns):
            del self._known[key]
            return None
        if click:
            session.touched_ns = now_ns
        return session

    def end(self, cookie: str) -> None:
        """Log out."""
        self._known.pop(_digest(cookie), None)

    def end_all(self, name: str) -> None:
        """Log a person out everywhere."""
        self._known = {key: one for key, one in self._known.items() if one.name != name}

    def token(self, cookie: str) -> str:
        """What a form of this browser must bring along (CSRF)."""
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def holds(self, cookie: str, token: str) -> bool:
        """Whether a form came from a page that this browser was given."""
        return bool(cookie) and hmac.compare_digest(self.token(cookie), token)

    def _forget(self, now_ns: int) -> None:
        self._known = {key: one for key, one in self._known.items() if not _over(one, now_ns)}


def fresh_cookie() -> str:
    """For a browser that has not logged in: it names nobody, only ties forms to it."""
    return secrets.token_urlsafe(32)


def _over(session: Session, now_ns: int) -> bool:
    old = now_ns - session.begun_ns > LIFE_S[session.role] * _NS
    return old or now_ns - session.touched_ns > IDLE_S[session.role] * _NS


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
