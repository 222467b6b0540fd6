"""Sealed packages of made-up violations: an original and its masked copy each, frames drawn."""

import random
from pathlib import Path

import cv2
import numpy as np

from edge_agent.clock import ManualClock
from edge_agent.contract.events import Violation
from edge_agent.evidence.keys import PublicKey, load_or_make
from edge_agent.evidence.manifest import About, Rule, When
from edge_agent.evidence.seal import Sealer

MASKED, ORIGINAL = (60, 120, 60), (60, 60, 160)
"""Colours (BGR) of the sky: tells from which package a picture is."""


def seal(folder: Path, violations: list[Violation]) -> PublicKey:
    """Seal them; the public key is also written beside the folder, as a unit does."""
    key = load_or_make(folder.parent / "unit.key")
    (folder.parent / "unit.pub").write_bytes(key.public.pem())
    sealer = Sealer(folder, violations[0].u, key, ManualClock())
    for number, event in enumerate(violations):
        about = About(
            event=event.id,
            kind=event.kind,
            lane=event.lane,
            when=When(t=event.t, tq=5, ts="ntp"),
            rule=Rule(id=event.rule.id, version=event.rule.ver, source=event.rule.src),
        )
        sealed = sealer.seal(about, _files(number, ORIGINAL))
        copy = about.model_copy(update={"copy_of": sealed.digest})
        sealer.seal(copy, _files(number, MASKED))
    return key.public


def _files(seed: int, sky: tuple[int, int, int]) -> list[tuple[str, str, bytes]]:
    at, before = frame(seed, sky), frame(seed + 1000, sky)
    plate = frame(seed, (0, 0, 255))[:2000]
    return [
        ("cam1-plate1.jpg", "plate", plate),
        ("cam1-before.jpg", "frame-before", before),
        ("cam1-at.jpg", "frame-at", at),
    ]


def frame(seed: int, sky: tuple[int, int, int]) -> bytes:
    """A road with some boxes on it, 1280 × 720, JPEG."""
    chance = random.Random(seed)
    picture = np.full((720, 1280, 3), (96, 98, 100), np.uint8)
    picture[:260] = sky
    for x in (180, 640, 1100):
        cv2.line(picture, (640, 260), (x * 2 - 640, 720), (230, 230, 230), 6)
    for _ in range(chance.randint(2, 6)):
        x, y = chance.randint(100, 1000), chance.randint(300, 600)
        size = (y - 200) // 3
        colour = [chance.randint(20, 230) for _ in range(3)]
        cv2.rectangle(picture, (x, y), (x + size, y + size), colour, -1)
    return bytes(cv2.imencode(".jpg", picture)[1])
