"""Who may know the text of a plate or tag, and what the others get instead."""

from typing import Protocol

from edge_agent.clock import Stamp
from edge_agent.passage.lanes import Purpose

_TEXT: frozenset[Purpose] = frozenset({"toll", "weighing", "enforcement"})


class Hidden(Protocol):
    """A text that may not be told."""

    @property
    def ps(self) -> str:
        """Its pseudonym."""

    @property
    def sealed(self) -> str | None:
        """The text for the centre's private key alone; None where none is configured."""


class Veil(Protocol):
    """Hides texts. Calls are quick and touch no disk."""

    def plate(self, text: str, at: Stamp) -> Hidden:
        """A plate's text read at this moment."""

    def tag(self, epc: str, at: Stamp) -> Hidden:
        """A tag's EPC read at this moment."""


def may_tell(purpose: Purpose | None) -> bool:
    """Whether plates and tags of every vehicle may leave as text; None: no lane is known."""
    return purpose in _TEXT
