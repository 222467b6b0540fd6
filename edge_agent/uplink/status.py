"""How the uplink is, in whole numbers and enums only: nothing here can leak a secret."""

from dataclasses import dataclass
from enum import Enum


class LinkState(Enum):
    """Where the uplink stands."""

    CONNECTING = "connecting"
    UP = "up"
    WAITING = "waiting"
    """Between two attempts."""
    HELD = "held"
    """Waiting long, because another unit uses our identity."""
    STOPPED = "stopped"


class Protocol(Enum):
    """Version of MQTT."""

    V5 = "5"
    V311 = "3.1.1"


@dataclass(frozen=True, slots=True)
class UplinkStatus:
    """A snapshot.

    Attributes:
        state: Where it stands.
        since_ms: UTC ms since when.
        protocol: Version of the present or last connection; None before the first.
        in_flight: Messages handed to the broker and not acknowledged.
        open: Events published and not receipted; 0 where no receipts are expected.
        connects: Connections since start.
        puback_ms: UTC ms of the last good PUBACK; None when never.
        receipt_ms: UTC ms of the last receipt; None when never.
        sent: Events published since start, each time counted.
        resent: Of these, sent again because no receipt showed them.
        denied: Messages that the broker refused.
        skipped: Received messages that were not ours or made no sense.
    """

    state: LinkState
    since_ms: int
    protocol: Protocol | None
    in_flight: int
    open: int
    connects: int
    puback_ms: int | None
    receipt_ms: int | None
    sent: int
    resent: int
    denied: int
    skipped: int
