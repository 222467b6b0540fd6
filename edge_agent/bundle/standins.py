"""Plates and tags replaced by others of the same form: the same one always by the same.

So a replay pairs, votes and counts as the unit did, and nobody is in it. The key is made for one
bundle and thrown away with it.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

_LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
"""Of Vietnamese series, TT 79/2024/TT-BCA."""
_HEX = "0123456789ABCDEF"
PLATE_MASK = "•plate•"

_PLATE = re.compile(
    r"(?<![0-9A-Za-zĐ])"
    r"(?:\d{2}[ -]?[A-ZĐ][A-ZĐ0-9]{0,2}[ -]?\d{3}[ .]?\d{1,2}|[A-Z]{2}[ -]?\d{2}[ -]?\d{2}"
    r"|\d{2}[ -]?\d{3}[ -]?(?:NG|QT|CV|NN)[ -]?\d{2,3}|T\d{7})"
    r"(?![0-9A-Za-zĐ])"
)
"""What can be a plate in running text, by domain of the national grammar; rather too much."""
_EPC = re.compile(r"(?<![0-9A-Fa-f])[0-9A-F]{24}(?![0-9A-Fa-f])")


class StandIns:
    """One bundle's replacements."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def plate(self, text: str) -> str:
        """Digits for digits, letters for letters."""
        stream = self._stream("plate", text)
        return "".join(self._like(character, next(stream)) for character in text)

    def tag(self, epc: str) -> str:
        """As many hexadecimal digits."""
        stream = self._stream("tag", epc)
        return "".join(_HEX[next(stream) % 16] for _ in epc)

    def reading(self, wire: Mapping[str, Any]) -> dict[str, Any]:
        """A reading in its wire form, without anybody in it."""
        changed = dict(wire)
        plate = changed.get("plate")
        if isinstance(plate, dict):
            changed["plate"] = plate | {
                "text": self.plate(plate["text"]),
                "candidates": [self.plate(each) for each in plate.get("candidates", ())],
                "picture": "",
            }
        for name in ("epc", "tid"):
            if isinstance(changed.get(name), str):
                changed[name] = self.tag(changed[name])
        return changed

    def _stream(self, what: str, text: str) -> Any:
        for turn in range(1000):
            block = hmac.digest(self._key, f"{what}:{turn}:{text}".encode(), "sha256")
            yield from block

    @staticmethod
    def _like(character: str, dice: int) -> str:
        if character.isdecimal():
            return str(dice % 10)
        return _LETTERS[dice % len(_LETTERS)]


def masked(text: str) -> str:
    """Running text without what can be a plate or a tag."""
    return _EPC.sub("•tag•", _PLATE.sub(PLATE_MASK, text))
