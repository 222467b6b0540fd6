"""What the spool may take and what it gives up first: settings of ``[spool]`` in the site file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.contract.envelope import STREAM_ID

StreamName = Annotated[str, Field(pattern=STREAM_ID)]

SACRIFICE_ORDER: tuple[str, ...] = (
    "figure",  # the next one comes in minutes
    "signal",  # many, and a signal's past is worth little beside what vehicles did
    "dev",  # the device's present state is retained on its own topic anyway
    "agg",  # can be counted again from passages while those are kept
    "unpaired",  # what could not be told whose it is
    "passage",  # the product
    "tag",  # money hangs on it
    "axles",  # a legal measurement
    "incident",  # rare and small: giving it up frees next to nothing
    "alarm",  # rare and small, and tells why the rest is missing
    "evidence",  # where a package lies; the package itself stays on the unit
    "violation",  # what the package is for
    "loss",  # never given up: it is what says that the others are gone
)
"""Streams from the first given up to the last, with the reason. Unknown streams go before all."""

NEVER_SACRIFICED = frozenset({"loss"})

CRITICAL_STREAMS = frozenset({"violation", "evidence", "alarm", "tag", "axles", "incident", "loss"})
"""Committed at once, never held back for a group. A passage is committed at once too unless the
last commit is younger than the window, which at a busy site is what spares the flash."""


class SpoolPolicy(BaseModel):
    """Limits and manners of the durable queue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_mb: int = Field(default=1024, ge=1, le=1_000_000, description="Largest database, MB.")
    ballast_mb: int = Field(
        default=8,
        ge=0,
        le=1024,
        description="Space kept back in a file, given up when other programs fill the disk, MB.",
    )
    window_ms: int = Field(
        default=200, ge=0, le=200, description="Longest wait of an event for its group, ms."
    )
    receipts: bool = Field(
        default=True, description="The centre sends receipts; false: keep a ring after PUBACK."
    )
    ring_days: int = Field(
        default=7, ge=0, le=366, description="Without receipts: days that sent events stay."
    )
    pending_events: int = Field(
        default=20_000, ge=10, description="Events kept in memory while the disk cannot take them."
    )
    pending_mb: int = Field(default=16, ge=1, le=1024, description="The same, in MB.")
    forget_rows: int = Field(
        default=512, ge=1, description="Receipted events are deleted when this many wait."
    )
    forget_s: int = Field(
        default=600, ge=0, description="Or when the oldest of them has waited this long, s."
    )
    sacrifice: tuple[StreamName, ...] = Field(
        default=SACRIFICE_ORDER, description="Streams given up when full, first to last."
    )
    critical: frozenset[StreamName] = Field(
        default=CRITICAL_STREAMS, description="Streams committed at once."
    )

    def rank(self, stream: str) -> int:
        """Place in the order of sacrifice; the lowest goes first."""
        try:
            return self.sacrifice.index(stream)
        except ValueError:
            return -1
