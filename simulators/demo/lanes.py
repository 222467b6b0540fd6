"""Lanes of the played sites: which sensors look at each, where along it, and what is judged there.

``at`` is metres along the lane: a camera's foot of a box is the rear of who drives away from it and
the front of who comes; that differs by a vehicle's length, so cameras are given wide ``spread_m``.
"""

from typing import Any

from edge_agent.simulators.demo.device import Table

_CARS = ("car", "minibus", "bus", "light_truck", "truck", "tractor_trailer", "other", "unknown")
_LENGTH_M, _SPREAD_M = 4.0, 3.0


def _line(camera: str, line: str, at: float | None = None) -> Table:
    source: dict[str, Any] = {"device": camera, "line": line, "ab": "ab", "ba": "ba"}
    return source if at is None else {**source, "at": at, "spread_m": _SPREAD_M}


def _antenna(reader: str, number: int, at: float) -> Table:
    return {"device": reader, "antenna": number, "at": at}


def _scale(number: int, at: float) -> Table:
    return {"device": "wim1", "lane": str(number), "at": at, "spread_m": 0.8}


def _kerb(name: str, camera: str, line: str, purpose: str) -> Table:
    return {
        "name": name, "interval_s": 10, "lines": [_line(camera, line)], "purpose": purpose,
        "against": "ba", "rules": ["wrong-way"], "typical_kmh": 25,
    }  # fmt: skip


def _plaza(numbers: tuple[int, ...], limit: int, purpose: str, *, tolled: bool) -> dict[str, Table]:
    """A lane for two wheels and lanes for cars.

    The two cameras over the former are kept apart: time cannot tell riders abreast from each other.
    """
    common = {"interval_s": 10, "purpose": purpose, "typical_kmh": limit - 10}
    limited = {**common, "limit_kmh": limit}
    lanes: dict[str, Table] = {
        "kerb": _kerb("Beside the road", "cam1", "arrive-0", purpose),
        "ride-in": {**common, "name": "Two wheels", "lines": [_line("cam1", "arrive-1")]},
        "ride": {
            **limited,
            "name": "Two wheels, below the gantry",
            "lines": [_line("anpr-rear", "lane1")],
            "rules": ["speeding"],
        },
    }
    for number in numbers:
        lines = [_line("cam1", f"arrive-{number}", 60.0 + _LENGTH_M)]
        if number == 2:  # noqa: PLR2004 - the first lane of cars has a plate camera
            lines.append(_line("anpr-front", "lane2", 108.0))
        lanes[f"lane{number}"] = {
            **limited,
            "name": f"Lane {number}",
            "lines": lines,
            "scales": [_scale(number, 81.0)],
            "tags": [_antenna("etc1", number, 104.0)],
            "only": list(_CARS),
            "tag_needed": tolled,
            "rules": [
                "overload", "speeding", "motorbike-in-car-lane", *(["no-tag"] if tolled else []),
            ],
        }  # fmt: skip
    return lanes


TOLL_PLAZA = _plaza((2, 3, 4), 60, "toll", tolled=True)
WEIGH_STATION = _plaza((2, 3), 40, "weighing", tolled=False)


def _approach(arm: str, name: str, camera: str, reader: str) -> dict[str, Table]:
    lanes = {f"{arm}-kerb": _kerb(f"{name}, kerb", camera, f"{arm}-speed-0", "enforcement")}
    for number in (1, 2, 3):
        weighs = arm == "w" and number in {1, 2}
        lanes[f"{arm}{number}"] = {
            "name": f"{name}, lane {number}",
            "interval_s": 10,
            "lines": [_line(camera, f"{arm}-speed-{number}", 60.0 + _LENGTH_M)],
            **({"scales": [_scale(number, 71.0)]} if weighs else {}),
            "tags": [_antenna(reader, number, 87.0)],
            "purpose": "enforcement",
            "limit_kmh": 50,
            "typical_kmh": 40,
            "rules": ["speeding", *(["overload"] if weighs else [])],
        }
    return lanes


def _stop_line(number: int, phase: int | None) -> Table:
    """Lane 1 has two signals, for ahead and to the right: nobody is accused there."""
    line = f"s-stop-{number}"
    table: dict[str, Any] = {
        "name": f"Southern stop line, lane {number}",
        "interval_s": 10,
        "lines": [_line("stop-s", line)],
        "purpose": "enforcement",
        "typical_kmh": 25,
    }
    if phase is not None:
        table["signal"] = {"device": "ctl1", "phase": phase, "camera": "stop-s", "line": line}
        table["rules"] = ["red-light"]
    return table


JUNCTION: dict[str, Table] = {
    **_approach("s", "Southern approach", "cam1", "etc2"),
    **_approach("w", "Western approach", "cam2", "etc1"),
    "s-lane2": {
        "name": "Southern approach, middle lane: plates",
        "interval_s": 10,
        "lines": [_line("anpr-s", "s-lane2")],
        "purpose": "enforcement",
    },
    "s1-stop": _stop_line(1, None),
    "s2-stop": _stop_line(2, 2),
    "s3-stop": _stop_line(3, 5),
    "crossing": {
        "name": "Crossing south of the junction",
        "interval_s": 10,
        "detectors": [
            {"device": "ctl2", "detector": "d1", "dir": "ab"},
            {"device": "ctl2", "detector": "d2", "dir": "ab"},
        ],
    },
}
