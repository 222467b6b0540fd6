"""The centre's receipt: what it has stored. Only this makes the unit forget an event."""

from pydantic import Field

from edge_agent.contract.envelope import ID, STREAM_ID, VERSION, Wire

MAX_GAPS = 200
"""Ranges that one stream may list. With fewer the account is whole: it has nothing else of it."""


class StreamReceipt(Wire):
    """One stream's account: everything up to ``upto`` and, of ``upto``+1…``top``, all but gaps."""

    st: str = Field(pattern=STREAM_ID)
    upto: int = Field(ge=0, description="Highest number below which nothing is missing.")
    top: int = Field(ge=0, description="Highest number stored.")
    gaps: list[tuple[int, int]] = Field(
        default_factory=list,
        max_length=MAX_GAPS,
        description="Ranges missing between upto and top, ends included, in rising order.",
    )


class Receipt(Wire):
    """Cumulative; sent after the centre's own commit, again after every (re)birth of the unit."""

    v: int = VERSION
    u: str = Field(pattern=ID)
    ep: str
    t: int = Field(description="UTC of the centre, ms.")
    streams: list[StreamReceipt]
