"""Who we are at the broker: our own state message, and whether somebody else writes it too.

A unit subscribes to its own state. There it finds the will of a connection that the broker gave
up late, and the birth and will of another unit that was given the same identity.
"""

from enum import Enum
from typing import Literal

from pydantic import ValidationError

from edge_agent.clock import Clock
from edge_agent.contract import ulid, wire
from edge_agent.contract.events import State
from edge_agent.uplink.conditions import Conditions

Word = Literal["online", "stopping", "offline"]


class Said(Enum):
    """What a message on our own state topic means."""

    NOTHING = "nothing"
    GONE = "gone"
    """It says that we are not online."""
    RIVAL = "rival"
    """Another boot speaks, after ours did."""
    NONSENSE = "nonsense"


def listen(payload: bytes, ours: State, *, retained: bool, born: bool) -> tuple[Said, str]:
    """Judge a message on our own state topic; returns the meaning and the boot id it names.

    ``born``: the broker has taken a birth of this boot. A retained state older than our start is
    what the boot before this one left behind.
    """
    try:
        said = State.model_validate_json(payload)
    except ValidationError:
        return Said.NONSENSE, ""
    if said.boot == ours.boot:
        gone = said.state != "online" and not retained
        return (Said.GONE if gone else Said.NOTHING), said.boot
    newer = said.t > ours.since or (said.state == "online" and not retained)
    return (Said.RIVAL if born and newer else Said.NOTHING), said.boot


def own_state(ours: State, clock: Clock, state: Word, reason: str) -> bytes:
    """Our state with another word, of the same boot."""
    now = clock.utc_ms()
    quality = clock.quality()
    changed = ours.model_copy(
        update={
            "id": ulid.new(now),
            "t": now,
            "ts": quality.source,
            "tq": None if quality.source == "none" else quality.uncertainty_ms,
            "state": state,
            "reason": reason,
            "since": now,
        }
    )
    return wire.encode(changed)


def tell_rival(conditions: Conditions, ours: str, theirs: str | None) -> None:
    """Say that another unit uses our identity, as far as it is known."""
    conditions.set(
        "duplicate-identity",
        "critical",
        f"another unit uses this identity: we are boot {ours}, it is boot {theirs or 'unknown'}",
        "find the second unit with this id and client certificate and give it its own",
    )
