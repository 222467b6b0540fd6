"""Days and months as the unit's place counts them, each with a name."""

from datetime import UTC, datetime, tzinfo

from edge_agent.privacy.settings import Rotation

_FORMS: dict[Rotation, str] = {"day": "%Y%m%d", "month": "%Y%m"}
_LAST_MS = 253_402_128_000_000
"""The last day but one that a calendar of four digits has, in every zone."""
_FIRST_MS = 86_400_000


def named(utc_ms: int, rotate: Rotation, zone: tzinfo = UTC) -> str:
    """The day (``20261122``) or month (``202611``) of a moment; total, for clocks may be wrong."""
    inside = min(max(utc_ms, _FIRST_MS), _LAST_MS)
    return datetime.fromtimestamp(inside / 1000, zone).strftime(_FORMS[rotate])
