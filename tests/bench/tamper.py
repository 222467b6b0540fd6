"""Tampering with cameras: how much of it is noticed, how soon, and what is cried without cause."""

import time
from collections import Counter
from collections.abc import Sequence
from random import Random

import cv2

from edge_agent.vision.watch import PictureWatch
from tests.bench.measure import Figure, Measure
from tests.bench.tamper_day import HOUR_S, Day, reel, seconds
from tests.bench.tamper_faults import FAULTS

SUITE = "vision"
_CAMERAS = (("junction", "cam1"), ("toll-plaza", "cam1"), ("junction", "anpr-s"))
_SEED = 31
_BEFORE_S = 90
_ALLOWED_S = 60
_TICKS = 5
"""Pictures a second while a fault lasts: what stands still must be seen to do so."""
_HOURS = (0.5, 2.5, 5.3, 6.5, 10.0, 12.0, 14.5, 16.0, 17.8, 19.0, 20.5, 21.8)


def _active(watch: PictureWatch) -> str:
    return next((verdict.code for verdict in watch.verdicts() if verdict.active), "")


def _noticed(site: str, camera: str, count: int, name: str, seed: int) -> tuple[str, float]:
    """What is told within the time allowed after a fault, "" for nothing, and after how long."""
    chance = Random(f"{seed}/{site}/{camera}/{name}")
    codes, make = FAULTS[name]
    day, watch, fault = Day(reel(site, camera, _SEED, count), seed), PictureWatch(), make(chance)
    begins = chance.choice(_HOURS) * HOUR_S
    for second in range(_BEFORE_S):
        watch.step(begins + second, day.at(begins + second))
    begins += _BEFORE_S
    told = ""
    for tick in range(_ALLOWED_S * _TICKS):
        after = tick / _TICKS
        watch.step(begins + after, fault(day.at(begins + after)))
        told = _active(watch) or told
        if told in codes:
            return told, after
    return told, float(_ALLOWED_S)


def _tampering(quick: bool) -> list[Figure]:
    """Faults planted at any hour; and of a day without one the hours in which much changes."""
    cameras, each = (_CAMERAS[:2], 4) if quick else (_CAMERAS, 8)
    return _told_of(cameras, 45, each, short=True)


def _tampering_long(_quick: bool) -> list[Figure]:
    """More faults, and every second of the day."""
    return _told_of(_CAMERAS, 90, 24, short=False)


def _told_of(
    cameras: Sequence[tuple[str, str]], count: int, each: int, *, short: bool
) -> list[Figure]:
    cv2.setNumThreads(1)
    figures = []
    for name, (codes, _) in FAULTS.items():
        told = [
            _noticed(site, camera, count, name, seed)
            for site, camera in cameras
            for seed in range(each)
        ]
        delays = sorted(delay for word, delay in told if word in codes)
        others = Counter(word or "nothing" for word, _ in told if word not in codes)
        share = len(delays) / len(told)
        figures.append(
            Figure(
                f"{name}: noticed within {_ALLOWED_S} s",
                100 * share,
                "%",
                "≥ 95 %",
                share >= 0.95,
                f"of {len(told)}, "
                + (f"the middle one after {delays[len(delays) // 2]:.0f} s" if delays else "none")
                + "".join(f"; {number} told as {word}" for word, number in others.items()),
            )
        )
    return [*figures, *(_false(site, camera, count, short=short) for site, camera in cameras)]


def _false(site: str, camera: str, count: int, *, short: bool) -> Figure:
    day, watch = Day(reel(site, camera, _SEED, count), _SEED), PictureWatch()
    cried: list[str] = []
    before, spent, looked = "", 0.0, 0
    for second in seconds(short=short):
        picture = day.at(second)
        began = time.process_time()
        watch.step(second, picture)
        spent += time.process_time() - began
        looked += 1
        now = _active(watch)
        if now and now != before:
            cried.append(f"{now} at {second / HOUR_S:.2f} h")
        before = now
    return Figure(
        f"{site} {camera}: false alarms, {looked / HOUR_S:.0f} of 24 hours",
        len(cried),
        "",
        "≤ 1",
        len(cried) <= 1,
        "; ".join([f"{looked} s looked at, {1000 * spent / looked:.1f} ms each", *cried[:6]]),
    )


MEASURES = [Measure("tamper", _tampering), Measure("tamper-long", _tampering_long, long=True)]
