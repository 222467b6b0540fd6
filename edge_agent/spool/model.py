"""What goes in and out of the spool, apart from events."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """A durable event.

    Attributes:
        pos: Place in the order of commits, over all streams; rises, has holes.
        stream: Stream of the event.
        sq: Number in the stream, from 1, never used twice within an epoch.
        sub: Topic below the unit's root, e.g. ``evt/passage``.
        t: UTC of the thing itself, ms.
        body: Final bytes for the wire.
    """

    pos: int
    stream: str
    sq: int
    sub: str
    t: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows a batch should hold: ``after < pos <= upto``, rising.

    Receipted rows are never offered; in ring mode neither are published ones, unless ``from_sq``
    asks for them.

    Attributes:
        after: Last position already taken; 0 for all.
        upto: Last position wanted; None for no end.
        only: Streams wanted; None for all.
        but: Streams not wanted.
        limit: Most rows.
        max_bytes: Most bytes of bodies; the first row comes even when larger.
        from_sq: Resend: with exactly one stream in ``only``, rows from this number on.
    """

    after: int = 0
    upto: int | None = None
    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    limit: int = 100
    max_bytes: int = 256 * 1024
    from_sq: int | None = None


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What was found when the spool was opened.

    Attributes:
        epoch: Epoch, 8 hex digits.
        fresh: The spool was made now, or its epoch could not be read.
        rows: Rows found.
        took_ms: How long it took.
        set_aside: File name of the broken database when there was one.
        salvaged: Rows saved out of it.
        lost: Numbers known to be lost with it, by stream.
    """

    epoch: str
    fresh: bool
    rows: int
    took_ms: float
    set_aside: str | None = None
    salvaged: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamGauge:
    """One stream's figures.

    Attributes:
        rows: Rows kept and not receipted.
        high: Highest number given out.
    """

    rows: int
    high: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """Figures of the spool now; a snapshot, cheap.

    Attributes:
        rows: Rows kept and not receipted.
        bytes: Bytes of the database in use, without free pages.
        max_bytes: Where sacrifice begins.
        oldest_t: UTC ms of the oldest event that is not receipted, as it was at most a second ago;
            None when there is none.
        streams: Figures by stream.
        pending: Events in memory that are not durable yet.
        pending_bytes: Their bytes.
        drops: Events dropped since open, by (stream, reason); reasons as in ``Loss.why``.
        appended: Events taken since open.
        commits: Transactions since open.
        commit_bytes: Bytes of bodies committed since open.
        wrote: Bytes that the writer's thread gave to the disk since open, as the kernel counts
            them for the thread: whole blocks, without the file system's own journal.
        failing: Why nothing can be made durable now; None when all is well.
        failing_since_ms: UTC ms since when; None when all is well.
        read_errors: Reads that failed since open.
        hours_left: Hours until full at the rate since open if nothing is sent; None when unknown.
    """

    rows: int
    bytes: int
    max_bytes: int
    oldest_t: int | None
    streams: Mapping[str, StreamGauge]
    pending: int
    pending_bytes: int
    drops: Mapping[tuple[str, str], int]
    appended: int
    commits: int
    commit_bytes: int
    wrote: int
    failing: str | None
    failing_since_ms: int | None
    read_errors: int
    hours_left: float | None
