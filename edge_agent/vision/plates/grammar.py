"""What Vietnamese plates can say, and what a reader's doubts therefore mean.

Formats after Circular 79/2024/TT-BCA as amended by 51/2025/TT-BCA, the circulars before it whose
plates stay valid, and Law 36/2024/QH15, Art. 36, for foreign ones. Pure: texts and probabilities
in, texts out. A plate of no known format is a plate all the same: nothing is ever refused here.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

CHARSET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"
"""Every character that a plate may carry; I, J, O, Q and R are on old car plates only."""

_SPECIAL = "CD|KT|LD|DA|HC|RM|R|LB|CT|LA|KL|MK[1-9]?"
_FOREIGN = "NG|QT|CV|NN"
_FIRST, _SECOND = "[A-HK-NPS-VX-Z]", "[A-HK-NPR-VX-Z]"


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a registration.

    Attributes:
        name: As published.
        pattern: Of the compact text.
        tops: How many characters may stand on the upper line; 0: all stand on one.
    """

    name: str
    pattern: re.Pattern[str]
    tops: frozenset[int]


def _format(name: str, pattern: str, *tops: int) -> Format:
    return Format(name, re.compile(pattern, re.ASCII), frozenset(tops))


FORMATS = (
    _format(
        "diplomatic", rf"\d\d(?:\d{{3}}(?:{_FOREIGN})\d{{2,3}}|(?:{_FOREIGN})\d{{5,6}})", 0, 4, 5
    ),
    _format("electric-motorbike", r"\d\dM[ĐD][1-9]?\d{4,5}", 4, 5),
    _format("pilot", r"\d\dT[ĐD]\d{4,5}", 0, 4),
    _format("special", rf"\d\d(?:{_SPECIAL})\d{{4,5}}", 0, 3, 4, 5),
    _format("motorbike", rf"\d\d{_FIRST}(?:{_SECOND}\d{{5}}|[1-9]\d{{4,5}})", 4),
    _format("car", rf"\d\d{_FIRST}\d{{4,5}}", 0, 3),
    _format("car-old", r"\d\d[IJOQR]\d{4}", 0, 3),
    _format("army", r"[A-DHKPQTV][A-X]\d{4}", 0, 2),
    _format("army-motorbike", r"[A-Z]{2}\d{3}", 2),
    _format("army-trailer", r"[A-DHKPQTV][A-X]\d{3}RM", 0, 2),
    _format("temporary", r"T\d{7}", 0, 3),
)
"""In the order in which they are published where several fit."""

_UNUSED = frozenset(("13", "42", "44", "45", "46", "87", "91", "96"))
_UNUSED_COUNTS = 0.3

_DOUBTED = 0.75
"""A character that the net gives this much is never replaced to please the grammar."""
_REPLACES = 0.25
"""What replaces a doubted one has at least this share of its probability."""
_OPEN = 0.03
"""Probability from which a character counts as an alternative."""
_BEAM = 24


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and what it might be instead.

    Attributes:
        text: Empty when nothing is there.
        chars: Probability of each of its characters.
        confidence: The least certain of them, or of the text's end if that is less certain; 0–1.
        candidates: Other texts that fit a format, most likely first.
        formats: Names of those that the text fits.
    """

    text: str
    chars: tuple[float, ...]
    confidence: float
    candidates: tuple[str, ...]
    formats: tuple[str, ...]


def formats(text: str, top: int | None = None) -> tuple[str, ...]:
    """Names of the formats that a compact text fits.

    ``29B12345`` is a car's 29B-123.45 or a motorbike's 29-B1 2345: where the line breaks decides.

    Args:
        text: Upper case, without separators, the upper line first.
        top: Characters on the upper line, 0 where there is one line only, None when not known. A
            break where no fitting format has one is taken for an error of sight and ignored.
    """
    fitting = [one for one in FORMATS if one.pattern.fullmatch(text)]
    there = [one for one in fitting if top in one.tops]
    return tuple(one.name for one in there or fitting)


def decode(
    places: Sequence[Sequence[float]], charset: str, top: int | None = None, most: int = 4
) -> Decoded:
    """The text of a row of places.

    The likeliest characters make it. Only where that fits no format and the net doubts the
    characters in question, a text that fits takes its place; the other becomes a candidate's loss.

    Args:
        places: For each place the probability that it is empty, then that of each character.
        charset: The characters, in the order of the probabilities.
        top: As for ``formats``.
        most: Candidates at most.
    """
    seen, chars, confidence = _straight(places, charset)
    ranked = _ranked(places, charset)
    fitting = [text for text in ranked if text != seen and formats(text)]
    known = formats(seen, top)
    if not known and fitting and _may_replace(places, charset, seen, fitting[0]):
        text = fitting[0]
        chars = tuple(_of(place, charset, sign) for place, sign in zip(places, text, strict=False))
        return Decoded(text, chars, min(chars), tuple(fitting[1 : most + 1]), formats(text, top))
    return Decoded(seen, chars, confidence, tuple(fitting[:most]), known)


def _straight(
    places: Sequence[Sequence[float]], charset: str
) -> tuple[str, tuple[float, ...], float]:
    """The likeliest character of each place, up to the first that is empty."""
    text, chars, end = "", [], 1.0
    for place in places:
        best = max(range(len(charset) + 1), key=place.__getitem__)
        if best == 0:
            end = place[0]
            break
        text += charset[best - 1]
        chars.append(float(place[best]))
    return text, tuple(chars), float(min([*chars, end])) if chars else 0.0


def _ranked(places: Sequence[Sequence[float]], charset: str) -> list[str]:
    """Texts that the places may say, likeliest first."""
    open_texts = [("", 0.0)]
    ended: list[tuple[str, float]] = []
    for place in places:
        options = [
            ("" if sign == 0 else charset[sign - 1], math.log(share))
            for sign, share in enumerate(place[: len(charset) + 1])
            if share >= _OPEN
        ]
        longer: list[tuple[str, float]] = []
        for text, likely in open_texts:
            for sign, share in options:
                (longer if sign else ended).append((text + sign, likely + share))
        longer.sort(key=lambda one: one[1], reverse=True)
        open_texts = longer[:_BEAM]
    ended += open_texts
    ended.sort(key=lambda one: one[1] + _province(one[0]), reverse=True)
    return [text for text, _ in ended if text]


def _province(text: str) -> float:
    return math.log(_UNUSED_COUNTS) if text[:2] in _UNUSED else 0.0


def _may_replace(places: Sequence[Sequence[float]], charset: str, seen: str, other: str) -> bool:
    """Whether the net doubts each character in which they differ, and half believes the other."""
    if len(seen) != len(other):
        return False
    for place, sign, instead in zip(places, seen, other, strict=False):
        here, there = _of(place, charset, sign), _of(place, charset, instead)
        if sign != instead and (here >= _DOUBTED or there < _REPLACES * here):
            return False
    return True


def _of(place: Sequence[float], charset: str, sign: str) -> float:
    return float(place[1 + charset.index(sign)])
