"""Templates: escaped always, with the few filters that every page wants."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from edge_agent.redact import in_text
from edge_agent.web.static_files import address
from edge_agent.web.words import word

_TEMPLATES = Path(__file__).parent / "templates"
_KB, _DAY_S = 1000, 86_400


def render(template: str, **facts: Any) -> str:
    """The page as text."""
    return _environment().get_template(template).render(facts)


class _Environment(Environment):
    """A name that a page forgot is an error; what an event leaves out is None, as on the wire."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        found = super().getattr(obj, attribute)
        return None if isinstance(obj, dict) and isinstance(found, Undefined) else found


@cache
def _environment() -> Environment:
    made = _Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "moment": moment,
        "span": span,
        "size": size,
        "w": words_of,
        "count": count,
        "clean": in_text,
    }
    made.globals["static"] = address
    return made


@pass_context
def words_of(context: Context, key: str, **values: object) -> str:
    """``{{ "key"|w }}`` in the visitor's language."""
    return word(context["language"], key, **values)


@pass_context
def moment(context: Context, utc_ms: int | None, form: str = "day") -> Markup:
    """UTC ms as local time, with UTC where the mouse rests; a dash for never.

    ``form``: ``day`` with the date unless it is today, ``time`` without, ``full`` always.
    """
    if utc_ms is None:
        return Markup("–")
    try:
        there = datetime.fromtimestamp(utc_ms / 1000, UTC)
        here = there.astimezone(context["zone"])
        today = datetime.now(context["zone"]).date()
    except (OverflowError, ValueError, OSError):
        return Markup("{} ms").format(utc_ms)
    shown = f"{here:%H:%M:%S}"
    if form == "full" or (form == "day" and here.date() != today):
        shown = f"{here:%d/%m/%Y %H:%M:%S}"
    utc = f"{there:%Y-%m-%d %H:%M:%S}.{there.microsecond // 1000:03d} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        there.isoformat(timespec="milliseconds"), utc, shown
    )


@pass_context
def span(context: Context, seconds: float | None) -> str:
    """How long, in the two largest units."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    days, rest = divmod(whole, _DAY_S)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    parts = [(days, "unit-day"), (hours, "unit-hour"), (minutes, "unit-min"), (secs, "unit-s")]
    first = next((index for index, (n, _) in enumerate(parts) if n), len(parts) - 1)
    chosen = [each for each in parts[first : first + 2] if each[0] or each is parts[first]]
    return " ".join(f"{n} {word(context['language'], key)}" for n, key in chosen)


def size(number: float | None) -> str:
    """Bytes, decimal."""
    if number is None:
        return "–"
    value = float(number)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < _KB or unit == "TB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"  # noqa: PLR2004 - two digits are enough
        value /= _KB
    raise AssertionError


def count(number: int | None) -> str:
    """A whole number with thin spaces between thousands."""
    return "–" if number is None else f"{number:,}".replace(",", "\u202f")


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of a name; None where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):
        return None
