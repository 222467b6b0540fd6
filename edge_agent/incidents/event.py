"""What is told of an incident, as an event of the contract."""

from edge_agent.contract.verdicts import Incident
from edge_agent.incidents.incidents import Told
from edge_agent.passage.heading import Heading

_LONGEST = 200


def event(heading: Heading, told: Told) -> Incident:
    """The event."""
    return Incident(
        **heading.of(told.about, told.at),
        inc=told.inc,
        kind=told.kind,
        state=told.state,
        since=told.since.utc_ms,
        lane=told.lane,
        text=told.text[:_LONGEST],
        n=told.n,
        pic=told.picture,
    )
