"""Rows made ready for the wire, alone or many in one message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.contract import wire
from edge_agent.contract.spans import Range, Spans
from edge_agent.contract.topics import UnitTopics
from edge_agent.spool.model import Row
from edge_agent.uplink.window import Lane

RETAINED = ("alarm/", "dev/")
"""Below these, a live event is also the present state and stays at the broker."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One MQTT message and the numbers that it carries; none for a birth message."""

    lane: Lane
    topic: str
    payload: bytes
    retain: bool = False
    qos: int = 1
    stream: str = ""
    numbers: tuple[Range, ...] = ()
    count: int = 0


def keeps_state(row: Row) -> bool:
    """Whether a live event must go alone, because its topic keeps the last state."""
    return row.sub.startswith(RETAINED)


def alone(topics: UnitTopics, row: Row, lane: Lane) -> Parcel:
    """A live event on its own topic."""
    return Parcel(
        lane,
        f"{topics.root}/{row.sub}",
        row.body,
        retain=keeps_state(row),
        stream=row.stream,
        numbers=((row.sq, row.sq),),
        count=1,
    )


def bulk(topics: UnitTopics, rows: Sequence[Row], lane: Lane, *, old: bool) -> Parcel:
    """Events of one stream together; ``old`` marks them as backlog."""
    stream = rows[0].stream
    bodies = [wire.as_old(row.body) if old else row.body for row in rows]
    numbers = Spans((row.sq, row.sq) for row in rows)
    return Parcel(
        lane,
        topics.bulk(stream),
        wire.pack(bodies),
        stream=stream,
        numbers=tuple(numbers),
        count=len(rows),
    )


def wire_bytes(parcel: Parcel, *, v5: bool = False) -> int:
    """Bytes of the MQTT PUBLISH packet, QoS 1, without TCP and TLS around it."""
    body = 2 + len(parcel.topic.encode()) + 2 + (1 if v5 else 0) + len(parcel.payload)
    length_bytes = 1 + (body >= 1 << 7) + (body >= 1 << 14) + (body >= 1 << 21)
    return 1 + length_bytes + body
