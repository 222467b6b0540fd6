"""Banks of glyphs that plates are printed from: own strokes, bold fonts, real characters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np

from edge_agent.models.reader.strokes import CELL, Coverage, draw, fill, shapes
from edge_agent.vision.plates.grammar import CHARSET

LETTERS = CHARSET

FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
)
"""Free bold faces of Debian's fonts-dejavu; left out where they are not, or OpenCV is below 5."""

_CROWDED = "MNW"
_THICK = (0.085, 0.1, 0.12, 0.14, 0.165)
_WEIGHTS = (-2, -1, 0, 1, 2)
_SKEWED = "AHMNR"
"""Their medians of real characters are blurred or sheared: they are drawn instead."""


@dataclass(frozen=True)
class Face:
    """One way in which a whole plate is printed: a few glyphs for every letter."""

    source: str
    glyphs: Mapping[str, tuple[Coverage, ...]]


@dataclass(frozen=True)
class Bank:
    """All faces, by source, and single real characters that may stand in anywhere."""

    faces: dict[str, tuple[Face, ...]]
    singles: dict[str, tuple[Coverage, ...]]

    def face(self, chance: Random) -> Face:
        """Draw a face: real medians if there are any, else strokes more often than fonts."""
        shares = {
            "medians": 0.7,
            "strokes": 0.18 if "medians" in self.faces else 0.7,
            "fonts": 0.12,
        }
        known = [source for source in shares if self.faces.get(source)]
        source = chance.choices(known, [shares[source] for source in known])[0]
        return chance.choice(self.faces[source])


def bank(seed: int, atlas: Path | None = None) -> Bank:
    """Everything to print with.

    Args:
        seed: Of the small differences between stroke glyphs.
        atlas: Folder of ``atlas.png`` and ``atlas.json`` with real characters, if it may be used.
    """
    chance = Random(seed)
    strokes = tuple(_stroked(chance) for _ in range(24))
    faces = {"strokes": strokes, "fonts": _fonts()}
    if atlas is None:
        return Bank(faces, {})
    medians, singles = _real(atlas, strokes, chance)
    return Bank({**faces, "medians": medians}, singles)


def _stroked(chance: Random) -> Face:
    thick = chance.choice(_THICK)
    glyphs = {}
    for letter in LETTERS:
        shape = chance.choice(shapes(letter))
        glyphs[letter] = (draw(shape, thick * (0.8 if letter in _CROWDED else 1), chance),)
    return Face("strokes", glyphs)


def _fonts() -> tuple[Face, ...]:
    if not hasattr(cv2, "FontFace"):
        return ()
    return tuple(_written(font) for font in FONTS if font.exists())


def _written(font: Path) -> Face:
    face = cv2.FontFace(str(font))
    glyphs = {}
    for letter in LETTERS:
        room = np.zeros((160, 200), np.uint8)
        cv2.putText(room, letter, (40, 120), 255, face, 90)
        glyphs[letter] = (fill(room),)
    return Face("fonts", glyphs)


def _real(
    atlas: Path, strokes: tuple[Face, ...], chance: Random
) -> tuple[tuple[Face, ...], dict[str, tuple[Coverage, ...]]]:
    plan = json.loads((atlas / "atlas.json").read_text("utf-8"))
    picture = cv2.imread(str(atlas / "atlas.png"), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise OSError(f"{atlas / 'atlas.png'}: cannot be read")
    wide, tall = plan["cell"]
    picture = 255 - picture
    rows: dict[str, list[Coverage]] = {}
    for row, letter in enumerate(plan["classes"]):
        cells = [
            np.asarray(picture[row * tall : (row + 1) * tall, left : left + wide], np.uint8)
            for left in range(0, picture.shape[1] - wide + 1, wide)
        ]
        rows[letter] = [fill(cell) for cell in cells if 0.05 < (cell > 127).mean() < 0.95]
    singles = {letter: tuple(cells[1:]) for letter, cells in rows.items() if len(cells) > 1}
    faces = []
    for weight in _WEIGHTS:
        for _ in range(3):
            drawn = chance.choice(strokes).glyphs
            glyphs = {
                letter: (_weighed(rows[letter][0], weight),)
                if letter in rows and letter not in _SKEWED
                else drawn[letter]
                for letter in LETTERS
            }
            glyphs["Đ"] = (_barred(glyphs["D"][0]),)
            faces.append(Face("medians", glyphs))
    return tuple(faces), singles


def _weighed(glyph: Coverage, weight: int) -> Coverage:
    """Thicker or thinner by so many steps."""
    if weight == 0:
        return glyph
    padded = cv2.copyMakeBorder(glyph, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    core = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    change = cv2.dilate if weight > 0 else cv2.erode
    return fill(np.asarray(change(padded, core, iterations=abs(weight)), np.uint8))


def _barred(glyph: Coverage) -> Coverage:
    """Đ of a D."""
    wide, tall = CELL
    room = cv2.copyMakeBorder(glyph, 0, 0, wide // 6, 0, cv2.BORDER_CONSTANT, value=0)
    middle, thick = tall // 2, max(2, tall // 16)
    cv2.rectangle(room, (0, middle - thick), (round(wide * 0.6), middle + thick), 255, -1)
    return fill(np.asarray(room, np.uint8))
