"""The head that every message carries, and the rules all messages share.

Integers only: ms, kg, cm, 0.1 km/h, per mille. Absent is ``null`` with a reason where it matters.
Field order here is wire order; the same bytes are hashed and signed. A reader ignores fields it
does not know; a field never changes its meaning within ``v``.
"""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1

TimeSource = Literal["gnss", "ntp", "rtc", "none"]
Quality = Literal["live", "old", "restamped"]

ID = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
"""Ids in topics: lower case, digits, inner hyphens, at most 40."""

STREAM_ID = r"^[a-z]{2,12}$"


class Wire(BaseModel):
    """Base of everything on the wire."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Head(Wire):
    """Who says it and when it was."""

    v: int = Field(default=VERSION, description="Contract version.")
    id: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", description="ULID, same on every retry.")
    u: str = Field(pattern=ID, description="Unit.")
    d: str = Field(pattern=ID, description="Device or lane that it is about; the unit for its own.")
    t: int = Field(description="UTC of the thing itself, ms since 1970.")
    tq: int | None = Field(ge=0, description="Uncertainty of t, ms; null when unknown.")
    ts: TimeSource = Field(description="Where UTC came from.")
    q: Quality = Field(default="live", description="live, old (backlog) or restamped.")
    test: Literal[True] | None = Field(default=None, description="Present in test mode only.")


class Event(Head):
    """A head with a place in a stream: durable, numbered, receipted.

    ``sq`` and ``ep`` are set by the spool when it commits the event; before that they are None
    and the event must not leave the unit.
    """

    stream: ClassVar[str]
    """Stream of the type; also the last part of its topic."""

    st: str = Field(default="", pattern=r"^([a-z]{2,12})?$", description="Stream.")
    sq: int | None = Field(default=None, ge=1, description="Number in the stream, from 1.")
    ep: str | None = Field(default=None, description="Epoch of the spool; new spool, new epoch.")
