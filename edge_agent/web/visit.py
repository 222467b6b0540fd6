"""One request of one browser, after the gate: who it is, in which language, how to answer."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.web.access.role import Role
from edge_agent.web.access.sessions import Session
from edge_agent.web.house import House
from edge_agent.web.render import render
from edge_agent.web.words import Language, word

COOKIE = "__Host-edge"
LIVE = "x-part"
"""Header of a page that refreshes itself: it wants what changes, and is no click."""


@dataclass
class Visit:
    """What a page is made of and for.

    Attributes:
        cookie: Of this browser; new when it had none.
        session: None when nobody is logged in.
        form: Fields of a POST, each once.
    """

    request: Request
    house: House
    cookie: str
    session: Session | None
    language: Language
    theme: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def role(self) -> Role:
        """Of whoever is there."""
        return self.session.role if self.session else Role.NOBODY

    @property
    def name(self) -> str:
        """Of whoever is there; empty for nobody."""
        return self.session.name if self.session else ""

    @property
    def address(self) -> str:
        """Where the browser is."""
        return self.request.client.host if self.request.client else ""

    @property
    def live(self) -> bool:
        """Whether only the part that changes is wanted."""
        return self.request.headers.get(LIVE) == "live"

    def word(self, key: str, **values: object) -> str:
        """In the visitor's language."""
        return word(self.language, key, **values)

    async def page(self, template: str, status: int = 200, **facts: Any) -> Response:
        """A page, or the live part of it."""
        agent = await self.house.agent.status()
        told = agent.snapshot
        given = {
            "visit": self,
            "language": self.language,
            "menu": self.request.app.state.menu,
            "path": self.request.url.path,
            "unit": told["unit"].rpartition("/")[2] if told else platform.node(),
            "status": told,
            "no_agent": agent.trouble,
            "zone": await self.house.agent.zone(),
            "token": self.house.sessions.token(self.cookie),
            "said": said(self.request),
            "trial": self.house.trials.now(),
            "every": 0,
        }
        return HTMLResponse(render(template, **given | facts), status)

    def to(self, path: str, say: str = "") -> Response:
        """After a POST: go and look (303), with a word on what was done."""
        return RedirectResponse(f"{path}?said={quote(say)}" if say else path, 303)


def said(request: Request) -> str:
    """What the page before wants said; only a key of the words, so nobody can put words here."""
    key = request.query_params.get("said", "")
    return key if key.startswith("said-") else ""
