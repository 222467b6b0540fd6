"""What one MQTT message says: topic and bytes in, numbered events, notices or refusals out. Pure.

Nothing here raises for bad input. A message that is ours but wrong becomes a Refused with the
reason; one that is not ours becomes an Ignored.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from edge_agent.contract import wire
from edge_agent.contract.envelope import VERSION, Event
from edge_agent.contract.events import EVENTS, About, Health, Loss, State
from edge_agent.contract.topics import Address, UnitTopics, parse

MAX_EVENT_BYTES = 64 * 1024
"""Largest single event; a larger one is hostile or broken."""

_LARGEST = (1 << 63) - 1
"""Numbers and times beyond a signed 64-bit integer cannot be stored."""

_TYPES = {kind.stream: kind for kind in EVENTS}
_NOTICES: dict[str, type[State | About | Health]] = {
    "state": State,
    "about": About,
    "health": Health,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One numbered stream: numbers are unique in it."""

    unit: UnitTopics
    ep: str
    st: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A valid event. ``known`` is False for a type of a later contract, kept as it came."""

    key: Key
    sq: int
    id: str
    t: int
    q: str
    body: bytes
    loss: Loss | None
    known: bool


@dataclass(frozen=True, slots=True)
class Noticed:
    """A valid message without a number."""

    unit: UnitTopics
    notice: State | About | Health
    body: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Ours, but wrong. ``key`` and ``sq`` are given when at least its number could be read."""

    topic: str
    why: str
    body: bytes
    key: Key | None = None
    sq: int | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Not for us."""


Item = Numbered | Noticed | Refused | Ignored


def read(topic: str, payload: bytes) -> list[Item]:
    """Take one message apart."""
    address = parse(topic)
    if address is None:
        return [Ignored()]
    match address.rest:
        case (("state" | "about" | "health") as name,):
            return [_notice(address.unit, name, topic, payload)] if payload else [Ignored()]
        case ("evt", _) | ("agg", _) | ("alarm", _, _) | ("dev", _, "state"):
            # An empty retained message is how a retained topic is cleared.
            return [_event(address, topic, payload)] if payload else [Ignored()]
        case ("bulk", stream):
            return _bulk(address, stream, topic, payload)
    return [Ignored()]


def _bulk(address: Address, stream: str, topic: str, payload: bytes) -> list[Item]:
    try:
        bodies = wire.unpack(payload)
    except ValueError as error:
        return [Refused(topic, str(error), payload)]
    items = [_event(address, topic, body) for body in bodies]
    return [
        Refused(topic, f"{item.key.st} event in bulk/{stream}", item.body, item.key, item.sq)
        if isinstance(item, Numbered) and item.key.st != stream
        else item
        for item in items
    ]


def _notice(unit: UnitTopics, name: str, topic: str, payload: bytes) -> Item:
    if len(payload) > MAX_EVENT_BYTES:
        return Refused(topic, f"larger than {MAX_EVENT_BYTES} bytes", payload[:256])
    try:
        notice = _NOTICES[name].model_validate_json(payload)
    except ValidationError as error:
        return Refused(topic, _first(error), payload)
    if notice.u != unit.unit:
        return Refused(topic, f"says that it is of unit {notice.u!r}", payload)
    return Noticed(unit, notice, payload)


def _event(address: Address, topic: str, payload: bytes) -> Item:
    head = _head(address, payload)
    if isinstance(head, str):
        return Refused(topic, head, payload[:MAX_EVENT_BYTES])
    key, event = head
    kind = _TYPES.get(event.st)
    if kind is None or event.v > VERSION:
        return _numbered(key, event, payload, loss=None, known=False)
    try:
        whole = kind.model_validate_json(payload)
    except ValidationError as error:
        return Refused(topic, _first(error), payload, key, event.sq)
    loss = whole if isinstance(whole, Loss) else None
    if loss is not None and not loss.frm <= loss.to <= _LARGEST:
        return Refused(topic, "loss whose range runs backwards", payload, key, event.sq)
    return _numbered(key, event, payload, loss, known=True)


def _head(address: Address, payload: bytes) -> tuple[Key, Event] | str:
    """Whose event it is and which number it has; or why that cannot be told."""
    if len(payload) > MAX_EVENT_BYTES:
        return f"larger than {MAX_EVENT_BYTES} bytes"
    try:
        event = Event.model_validate_json(payload)
    except ValidationError as error:
        return _first(error)
    if event.u != address.unit.unit:
        return f"says that it is of unit {event.u!r}"
    if not event.st or event.sq is None or not event.ep:
        return "has no number: st, sq and ep are needed"
    if event.sq > _LARGEST or abs(event.t) > _LARGEST:
        return "a number beyond 64 bits"
    return Key(address.unit, event.ep, event.st), event


def _numbered(key: Key, event: Event, body: bytes, loss: Loss | None, *, known: bool) -> Numbered:
    return Numbered(key, event.sq or 0, event.id, event.t, event.q, body, loss, known)


def _first(error: ValidationError) -> str:
    """The first complaint, without the value: it may be long, and it is in the body anyway."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"]
