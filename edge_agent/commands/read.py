"""``edge-agent read``: the plates in photos."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from edge_agent.commands import options
from edge_agent.errors import EdgeError, PictureError
from edge_agent.exits import Exit
from edge_agent.progress import Progress
from edge_agent.vision import quiet
from edge_agent.vision.nets.manifest import models
from edge_agent.vision.pictures import load
from edge_agent.vision.plates.still import Sighting, still_reader

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
"""What is taken from a folder; a file that is named is tried whatever it is called."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO|FOLDER")
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of another manifest")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    quiet.set_up()
    photos = list(_photos(args.photos))
    eyes = still_reader(models(args.models))
    found = failed = 0
    # A photo's plates are printed as soon as they are known; a bar is for the many.
    with Progress("read", len(photos), every_s=None) as bar:
        for done, path in enumerate(photos):
            if len(photos) > 1:
                bar.show(done, _plates(found))
            try:
                picture = load(path)
            except PictureError as error:
                failed += 1
                _unreadable(path, error, as_json=args.json, bar=bar)
                continue
            sightings = eyes.read(picture.pixels)
            found += len(sightings)
            bar.clear()
            if args.json:
                height, width = picture.pixels.shape[:2]
                plates = [_json(one) for one in sightings]
                facts = {"photo": str(path), "size": [width, height], "notes": picture.notes}
                options.print_json({**facts, "plates": plates})
            else:
                words = _words(path, picture.notes, sightings, eyes.sure)
                print(*words, sep="\n", flush=True)
    if len(photos) > 1 and not args.json:
        unread = f", {failed} could not be read" if failed else ""
        print(f"{len(photos)} photos, {_plates(found)}{unread}")
    return Exit.OK if found and not failed else Exit.NEGATIVE


def _photos(paths: Sequence[Path]) -> Iterator[Path]:
    """The files themselves, and the pictures in folders and below.

    Raises:
        EdgeError: A folder has none.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = [one for one in sorted(path.rglob("*")) if one.suffix.lower() in SUFFIXES]
        if not inside:
            raise EdgeError(f"{path}: no pictures here ({', '.join(sorted(SUFFIXES))})")
        yield from (one for one in inside if one.is_file())


def _unreadable(path: Path, error: PictureError, *, as_json: bool, bar: Progress) -> None:
    bar.clear()
    if as_json:
        options.print_json({"photo": str(path), "error": str(error), "plates": []})
    else:
        print(f"edge-agent: {error}", file=sys.stderr)


def _words(
    path: Path, notes: Sequence[str], sightings: Sequence[Sighting], sure: float
) -> Iterator[str]:
    remark = f" ({'; '.join(notes)})" if notes else ""
    yield f"{path}{remark}: {_plates(len(sightings))}"
    for one in sightings:
        reading = one.reading
        box = ",".join(f"{value:.0f}" for value in one.plate.box)
        words = [
            f"  {reading.text or '(unreadable)':<12} {reading.confidence:.2f}",
            "      " if reading.confidence >= sure else "unsure",
            one.colour or "colour unknown",
            ", ".join(reading.formats) or "no known format",
            f"box {box}",
        ]
        if reading.candidates:
            words.append(f"or {', '.join(reading.candidates)}")
        yield "  ".join(words)


def _plates(count: int) -> str:
    return "1 plate" if count == 1 else f"{count or 'no'} plates"


def _json(one: Sighting) -> dict[str, Any]:
    reading = one.reading
    return {
        "text": reading.text,
        "confidence": round(reading.confidence, 4),
        "chars": [round(value, 4) for value in reading.chars],
        "candidates": reading.candidates,
        "formats": reading.formats,
        "colour": one.colour,
        "colour_confidence": round(one.colour_confidence, 4),
        "lines": reading.lines or one.plate.lines,
        "box": [round(value, 1) for value in one.plate.box],
        "corners": [[round(float(value), 1) for value in corner] for corner in one.plate.corners],
        "score": round(one.plate.score, 4),
    }
