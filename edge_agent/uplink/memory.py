"""What outlives a connection."""

from collections import Counter
from dataclasses import dataclass, field

from edge_agent.uplink.accounts import Accounts


@dataclass(slots=True)
class Memory:
    """What outlives a connection.

    Attributes:
        accounts: What was published and receipted.
        skipped: Messages that were not ours or made no sense, by reason.
        born: Whether this boot has been announced before.
        rival: Boot id of another unit with our identity.
    """

    accounts: Accounts
    skipped: Counter[str] = field(default_factory=Counter)
    born: bool = False
    rival: str | None = None
    puback_ms: int | None = None
    receipt_ms: int | None = None
    receipt_mono: int | None = None
    sent: int = 0
    resent: int = 0
    denied: int = 0
