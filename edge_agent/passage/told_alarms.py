"""An alarm's change as the event that the outside gets."""

from edge_agent.alarming.alarm import CHATTER_S, Change
from edge_agent.contract.events import Alarm, AlarmShelf
from edge_agent.device.readings import ConditionReading
from edge_agent.passage.heading import Heading

_TEXT_MAX = 200


def refuse_unfit(heading: Heading, about: str, reading: ConditionReading) -> None:
    """Before the book hears it: what it tells later, in nobody's turn, must fit the contract.

    Raises:
        pydantic.ValidationError: The contract has no words for it.
    """
    change = Change(about, reading.code, "cleared", False, reading.at, reading.at, reading)
    alarm(heading, change)


def alarm(heading: Heading, change: Change) -> Alarm:
    """Nothing that the contract has no room for."""
    reading, shelf = change.reading, change.shelf
    text = reading.text[:_TEXT_MAX]
    if change.times and change.state == "raised":
        often = f" (came {change.times} times in {CHATTER_S // 60} min)"
        text = (text[: _TEXT_MAX - len(often)] + often).strip()
    return Alarm(
        **heading.of(change.about, change.at),
        code=change.code,
        state=change.state,
        sev=reading.severity,
        since=change.since.utc_ms,
        text=text,
        do=reading.do[:_TEXT_MAX],
        on=change.on if change.state == "shelved" else None,
        shelf=None
        if shelf is None
        else AlarmShelf(who=shelf.who, why=shelf.why, until=shelf.until_ms),
        cause=change.cause or None,
        n=change.times or None,
    )
