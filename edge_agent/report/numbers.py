"""Figures as readers of each language write them."""

from datetime import datetime

from edge_agent.report.words import Words

ABSENT = "–"
_SPANS = {"vi": ("ngày", "giờ", "phút", "giây"), "en": ("d", "h", "min", "s")}
_DAYS = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_TENS = 10


class Numbers:
    """How numbers, shares, times and spans are written."""

    def __init__(self, words: Words) -> None:
        self._language = words.language

    def count(self, value: float | None, digits: int = 0) -> str:
        """``12.345,6`` or ``12,345.6``; a dash for what was not measured."""
        if value is None:
            return ABSENT
        text = f"{value:,.{digits}f}"
        if self._language == "vi":
            text = text.translate(str.maketrans(",.", ".,"))
        return text.replace("-", "−")

    def share(self, value: float | None) -> str:
        """Of 1, in per cent: one digit below ten, none of a whole."""
        if value is None:
            return ABSENT
        percent = value * 100
        whole = percent in (0, 100) or _TENS <= percent < 100 - 1 / 2
        return f"{self.count(percent, 0 if whole else 1)} %"

    def kmh(self, deci: float | None) -> str:
        """From 0.1 km/h, without the unit."""
        return self.count(None if deci is None else deci / 10, 1)

    def seconds(self, ms: float | None) -> str:
        """From ms, with the unit."""
        return ABSENT if ms is None else f"{self.count(ms / 1000, 1)} s"

    def span(self, ms: float) -> str:
        """The two largest units: ``3 h 20 min``."""
        left = round(ms / 1000)
        parts: list[str] = []
        for size, name in zip((86_400, 3600, 60, 1), _SPANS[self._language], strict=True):
            if left >= size and len(parts) < 2:  # noqa: PLR2004 - the two largest
                parts.append(f"{left // size} {name}")
                left %= size
            elif parts:
                break
        return " ".join(parts) or f"0 {_SPANS[self._language][-1]}"

    def time(self, at: datetime) -> str:
        """Time of day."""
        return at.strftime("%H:%M")

    def day(self, at: datetime, *, week: bool = False) -> str:
        """``22/11`` or ``22 Nov``, with the day of the week before it where wanted."""
        text = at.strftime("%d/%m") if self._language == "vi" else f"{at.day} {at:%b}"
        return f"{_DAYS[self._language][at.weekday()]} {text}" if week else text

    def date(self, at: datetime) -> str:
        """``22/11/2026`` or ``22 Nov 2026``."""
        return at.strftime("%d/%m/%Y") if self._language == "vi" else f"{at.day} {at:%b %Y}"

    def moment(self, at: datetime) -> str:
        """Day, year and time of day, in the language's order."""
        parts = (self.time(at), self.date(at))
        return " ".join(parts if self._language == "vi" else reversed(parts))
